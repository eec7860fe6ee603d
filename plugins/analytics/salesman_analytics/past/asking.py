"""What the report of a day counts, as its address says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import url_for

from salesman_analytics.texts import texts
from salesman_core.toolkit import InvalidError, company, date_of, number_of, read_typed, today

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
    """Read the address; where it names no day, it is the last one of the month before.

    :raises InvalidError: by field, for what cannot be read and for a day to come.
    """
    values = read_typed(args, _READERS, *_READERS)
    day = values.get("day") or default_day()
    demand_over(day)
    return Asked(day, values.get("pipeline_id"), values.get("currency") or None)


def demand_over(day: date) -> None:
    """Refuse a day to come.

    :raises InvalidError: for one.
    """
    if day > today(company().tz):
        message = _("This day is still to come.")
        raise InvalidError(message, {"day": message})


def default_day() -> date:
    """Give the last day of the month before."""
    return today(company().tz).replace(day=1) - timedelta(days=1)
