"""What the report of a day counts, as its address says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_analytics.past.standing import EVERYBODYS, Whose
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Deal,
    DealMove,
    InvalidError,
    company,
    date_of,
    number_of,
    read_typed,
    reading,
    today,
    visible,
)
from salesman_hookspecs import Text

_ = texts.lazy

_WORDS: Final[Mapping[str, Text]] = {
    "yesterday": _("Yesterday"),
    "last_month": _("End of last month"),
    "last_quarter": _("End of last quarter"),
    "last_year": _("End of last year"),
}
"""Days that are others tomorrow: a view that keeps the word goes along."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The day, and of which pipeline and currency; None for the one with the most deals.

    :param said: the day as the address has it, a word or a date; empty for the usual one.
    :param whose: of whom and from where the deals are.
    """

    day: date
    pipeline_id: int | None = None
    currency: str | None = None
    said: str = ""
    whose: Whose = EVERYBODYS

    @property
    def parameters(self) -> dict[str, str]:
        """Give what was asked for as addresses hold it: of a day that has a word the word.

        Of no day that was said it is none: the usual one is another tomorrow.
        """
        args = {
            "day": self.said,
            "pipeline_id": self.pipeline_id,
            "currency": self.currency,
            **self.whose._asdict(),
        }
        return {name: str(one) for name, one in args.items() if one}

    def here(self, **others: Any) -> str:
        """Give the address of the report, of this day or another one."""
        return self._address("analytics.as_of", others)

    def deals(self, **narrower: Any) -> str:
        """Give the address of the deals behind a figure."""
        return self._address("analytics.as_of_deals", narrower)

    def file(self, kind: str, **narrower: Any) -> str:
        """Give the address of the same deals as a file."""
        return self._address("analytics.as_of_file", {**narrower, "kind": kind})

    def _address(self, endpoint: str, more: Mapping[str, Any]) -> str:
        args: dict[str, Any] = {
            "day": self.day.isoformat(),
            "pipeline_id": self.pipeline_id,
            "currency": self.currency,
            **self.whose._asdict(),
            **more,
        }
        return url_for(endpoint, **{name: one for name, one in args.items() if one is not None})


def read_asked(args: Mapping[str, str]) -> Asked:
    """Read the address; of no day it gives :func:`usual_day`.

    :raises InvalidError: by field, for what cannot be read and for a day to come.
    """
    readers: Mapping[str, Callable[[str], Any]] = {
        "day": _day_of,
        "pipeline_id": number_of,
        "currency": str.strip,
        "team_id": number_of,
        "source": str.strip,
    }
    values = read_typed(args, readers, *readers)
    day: date | None = values.get("day")
    if day is not None:
        demand_over(day)
    word = args.get("day", "").strip()
    said = word if word in _WORDS else day.isoformat() if day is not None else ""
    pipeline_id, currency = values.get("pipeline_id"), values.get("currency") or None
    whose = Whose(values.get("team_id"), values.get("source") or None)
    return Asked(day or usual_day(), pipeline_id, currency, said, whose)


def _day_of(typed: str) -> date | None:
    """Read a day as people write it, or one of the words of :func:`offered_days`."""
    word = typed.strip()
    return _day_of_word(word) if word in _WORDS else date_of(typed)


def demand_over(day: date) -> None:
    """Refuse a day to come.

    :raises InvalidError: for one.
    """
    if day > today(company().tz):
        message = _("This day is still to come.")
        raise InvalidError(message, {"day": message})


def usual_day() -> date:
    """Give the last day of the month before, or today where no deal had been opened by then."""
    day = today(company().tz)
    ended = day.replace(day=1) - timedelta(days=1)
    before = sa.exists().where(DealMove.deal_id == Deal.id, DealMove.day <= ended)
    known = reading().scalar(sa.select(sa.exists().where(visible("deal"), before)))
    return ended if known else day


def offered_days() -> Sequence[tuple[Text, str, date]]:
    """Give the days that one asks for most: what people and addresses call them, and the day."""
    return [(title, word, _day_of_word(word)) for word, title in _WORDS.items()]


def _day_of_word(word: str) -> date:
    day = today(company().tz)
    month = day.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    after = {
        "yesterday": day,
        "last_month": month,
        "last_quarter": quarter,
        "last_year": day.replace(month=1, day=1),
    }
    return after[word] - timedelta(days=1)
