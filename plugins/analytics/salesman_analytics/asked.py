"""What a report is asked for: the filters that all reports share, as addresses say them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Choice,
    Date,
    InvalidError,
    Reference,
    Schema,
    company,
    date_of,
    judge,
    period_of,
    period_words,
    read_typed,
    today,
)
from salesman_core.toolkit import Text as TextField
from salesman_hookspecs import Text

_ = texts.lazy

FILTERS: Final[Mapping[str, Text]] = {
    "period": _("Period"),
    "owner_id": _("Seller"),
    "team_id": _("Team"),
    "pipeline_id": _("Pipeline"),
    "source": _("Source"),
    "currency": _("Currency"),
}
"""What reports may be asked for. A report says which of them it takes."""
ALL, OWN = "all", "own"
_MONTHS: Final = {
    "this_month": 1,
    "last_month": 1,
    "this_quarter": 3,
    "last_quarter": 3,
    "this_year": 12,
    "last_year": 12,
}
"""The periods of the calendar, with their length in months."""
PERIODS: Final = (*_MONTHS, ALL, OWN)
_ENDS: Final = ("since", "until")
TITLES: Final[Mapping[str, Text]] = {**FILTERS, "since": _("From"), "until": _("To")}
"""All parameters that addresses of reports may have."""
_MONTHS_OF_YEAR: Final = 12


class AskedSchema(Schema):
    """What a report is asked for; one that does not take a filter refuses it.

    Of the period either a word or its days are said, both included.
    """

    period = Choice(PERIODS)
    since = Date()
    until = Date()
    owner_id = Reference()
    team_id = Reference()
    pipeline_id = Reference()
    source = TextField(100)
    currency = TextField(3)


_FROM_ADDRESS: Final = AskedSchema(from_text=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for.

    :param period: one of ``PERIODS``; empty for a report that takes none.
    :param since: the first day that counts; None where the beginning is open.
    :param until: the last day that counts; None where the end is open.
    :param owner_id: whose records count; None for everybody's.
    :param team_id: of whose owners; those of the teams below it count as well.
    :param source: of the client; None for all sources.
    :param currency: what is counted in; the company's where nothing else was asked for.
    """

    period: str = ""
    since: date | None = None
    until: date | None = None
    owner_id: int | None = None
    team_id: int | None = None
    pipeline_id: int | None = None
    source: str | None = None
    currency: str = ""

    @property
    def told(self) -> Mapping[str, Any]:
        """Give it as those who count get it: plain values."""
        names = ("since", "until", "owner_id", "team_id", "pipeline_id", "source", "currency")
        return {name: getattr(self, name) for name in names}

    @property
    def parameters(self) -> dict[str, str]:
        """Give it as addresses hold it."""
        found: dict[str, Any] = {
            "period": self.period,
            "owner_id": self.owner_id,
            "team_id": self.team_id,
            "pipeline_id": self.pipeline_id,
            "source": self.source,
            "currency": "" if self.currency == company().currency else self.currency,
        }
        if self.period == OWN:
            found |= {"since": self.since, "until": self.until}
        return {name: str(value) for name, value in found.items() if value not in {None, ""}}

    @property
    def former(self) -> Asked | None:
        """Give the same of the period before, as long as this one; None where there is none.

        What has not passed of a month, a quarter or a year counts in neither of them.
        """
        if self.since is None or self.until is None:
            return None
        months = _MONTHS.get(self.period)
        until = min(self.until, max(today(company().tz), self.since)) if months else self.until
        days = until - self.since + timedelta(days=1)
        try:
            if months:
                ends = (months_before(self.since, months), months_before(until, months))
                if until == self.until:
                    ends = (ends[0], self.since - timedelta(days=1))
            else:
                ends = (self.since - days, self.since - timedelta(days=1))
        except (OverflowError, ValueError):  # before the first year
            return None
        return replace(self, period=OWN, since=ends[0], until=ends[1])


def months_before(day: date, months: int) -> date:
    """Give the day so many months earlier, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * _MONTHS_OF_YEAR + day.month - 1 - months, _MONTHS_OF_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read_asked(args: Mapping[str, str], filters: Collection[str], usual: str) -> Asked:
    """Read what a page of a report is asked for, days as people write them.

    :param filters: those that the report takes.
    :param usual: its usual period.
    :raises InvalidError: by parameter, for what cannot be read or is not taken.
    """
    given = {name: text for name in TITLES if (text := args.get(name, "").strip())}
    readers = dict.fromkeys(_ENDS, date_of)
    ends = read_typed(given, readers, *_ENDS)
    values = given | {name: day.isoformat() for name, day in ends.items() if day is not None}
    return asked_of(judge(_FROM_ADDRESS, values), filters, usual)


def asked_of(values: Mapping[str, Any], filters: Collection[str], usual: str) -> Asked:
    """Give what is asked for by values that the schema has judged.

    :raises InvalidError: by parameter, for what the report does not take.
    """
    taken = {*filters, *(_ENDS if "period" in filters else ())}
    if foreign := sorted(set(values) - taken):
        message = _("This report does not take %(what)s.", what=", ".join(foreign))
        raise InvalidError(message, dict.fromkeys(foreign, message))
    period, since, until = _days(values, usual) if "period" in filters else ("", None, None)
    if since is not None and until is not None and since > until:
        message = _("A period ends after it began.")
        raise InvalidError(message, {"until": message})
    return Asked(
        period,
        since,
        until,
        owner_id=values.get("owner_id"),
        team_id=values.get("team_id"),
        pipeline_id=values.get("pipeline_id"),
        source=values.get("source"),
        currency=values.get("currency", "").upper() or company().currency,
    )


def _days(values: Mapping[str, Any], usual: str) -> tuple[str, date | None, date | None]:
    typed = any(name in values for name in _ENDS)
    word = values.get("period") or (OWN if typed else usual)
    if word == OWN:
        return OWN, values.get("since"), values.get("until")
    if typed:
        message = _("Say either a period or its days.")
        raise InvalidError(message, {"period": message})
    found = period_of(word)
    return (word, None, None) if found is None else (word, found.first, found.last)


def unread(error: InvalidError) -> list[Text]:
    """Say of an address what could not be read, beginning with what the page calls it."""
    return [
        _("%(field)s: %(wrong)s", field=TITLES.get(name, name), wrong=wrong)
        for name, wrong in error.fields.items()
    ]


def period_titles() -> dict[str, str]:
    """Give the periods as people read them."""
    named = {word: period_words(word).capitalize() for word in _MONTHS}
    return {**named, ALL: str(_("All time")), OWN: str(_("From – to"))}
