"""What the report of channels counts, as its address says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import url_for

from salesman_core.toolkit import company, date_of, read_typed, today
from salesman_hookspecs import Text
from salesman_leads.channels.report import Period
from salesman_leads.texts import texts

_ = texts.lazy

PERIODS: Final[dict[str, Text]] = {
    "month": _("This month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "all": _("All time"),
    "own": _("From – to"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A period and a source of leads."""

    name: str
    period: Period
    source: str

    def rows(self, figure: str, channel: str | None = None) -> str:
        """Give the address of the leads that a figure is made of; None for all channels."""
        narrowed = {} if channel is None else {"channel": channel}
        return url_for("leads.channel_rows", figure=figure, **self.asks() | narrowed)

    def asks(self) -> dict[str, Any]:
        """Give what the address says."""
        days = {"since": self.period.since, "until": self.period.until}
        own = {name: f"{day:%d.%m.%Y}" for name, day in days.items() if day}
        return {
            "period": self.name,
            **(own if self.name == "own" else {}),
            **({"source": self.source} if self.source else {}),
        }


def read_asked(args: Mapping[str, str]) -> Asked:
    """Read the address.

    :raises InvalidError: by parameter, for what cannot be read.
    """
    values = read_typed(args, {"since": date_of, "until": date_of}, "since", "until")
    typed = bool(values.get("since") or values.get("until"))
    name = args.get("period", "own" if typed else "quarter")
    name = name if name in PERIODS else "quarter"
    if name == "own":
        period = Period(values.get("since"), values.get("until"))
    else:
        period = _usual(name, today(company().tz))
    return Asked(name, period, args.get("source", "")[:100])


def _usual(name: str, day: date) -> Period:
    begins = {
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }
    return Period(begins[name], day) if name in begins else Period()
