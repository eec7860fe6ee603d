"""What the report of a day counts, as its address says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

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

_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "day": date_of,
    "pipeline_id": number_of,
    "currency": str.strip,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The day, and of which pipeline and currency; None for the one with the most deals."""

    day: date
    pipeline_id: int | None = None
    currency: str | None = None

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
            **more,
        }
        return url_for(endpoint, **{name: one for name, one in args.items() if one is not None})


def read_asked(args: Mapping[str, str]) -> Asked:
    """Read the address; of no day it gives :func:`usual_day`.

    :raises InvalidError: by field, for what cannot be read and for a day to come.
    """
    values = read_typed(args, _READERS, *_READERS)
    day = values.get("day") or usual_day()
    demand_over(day)
    return Asked(day, values.get("pipeline_id"), values.get("currency") or None)


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


def offered_days() -> Sequence[tuple[Text, date]]:
    """Give the days that one asks for most, each with what people call it."""
    day = today(company().tz)
    month = day.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    return (
        (_("Yesterday"), day - timedelta(days=1)),
        (_("End of last month"), month - timedelta(days=1)),
        (_("End of last quarter"), quarter - timedelta(days=1)),
        (_("End of last year"), date(day.year - 1, 12, 31)),
    )
