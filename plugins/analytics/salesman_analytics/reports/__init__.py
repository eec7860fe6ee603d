"""Our own reports, by the very hook that others give theirs by.

Each module here is a report or some of one kind, and has ``REPORTS``: a new file is a new report,
and nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def own_reports() -> Iterable[Mapping[str, Any]]:
    """Give the reports of all modules here."""
    for found in sorted(iter_modules(__path__), key=lambda one: one.name):
        yield from import_module(f"{__name__}.{found.name}").REPORTS
