"""What time it is: one place, so that tests can say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

_EXTENSION: Final = "salesman_clock"


def now() -> datetime:
    """Give the moment, UTC."""
    if has_app_context():
        clock: Callable[[], datetime] | None = current_app.extensions.get(_EXTENSION)
        if clock is not None:
            return clock()
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """Give the date that it is in *zone*: the company's zone decides days and months."""
    return now().astimezone(zone).date()
