"""What most acts are made of: a change of columns, and the way to the bin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from salesman_core.access.records import record_type
from salesman_core.db import table_of, writing

Change = Callable[[int, Mapping[str, Any], int | None], bool]
"""The service of a single change: id, values, version; tells whether anything changed."""


def applied(kind: str, change: Change) -> Callable[[int, Mapping[str, Any], int | None], Any]:
    """Give the ``apply`` of an act that sets columns through the service of a single change."""

    def apply(record_id: int, values: Mapping[str, Any], version: int | None) -> Any:
        with writing() as session:
            record = session.get(record_type(kind).model, record_id)
            before = {name: _plain(getattr(record, name, None)) for name in values}
            if not change(record_id, _typed(kind, values), version):
                return None
            session.flush()
            return {"values": before, "version": getattr(record, "version", None)}

    return apply


def undone(kind: str, change: Change) -> Callable[[int, Any], object]:
    """Give the ``undo`` of such an act; what was changed again since is left alone."""

    def undo(record_id: int, kept: Any) -> object:
        return change(record_id, _typed(kind, kept["values"]), kept["version"])

    return undo


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as the service takes them: dates as dates."""
    columns = table_of(record_type(kind).model).c
    return {
        name: date.fromisoformat(value)
        if isinstance(value, str) and columns[name].type.python_type is date
        else value
        for name, value in values.items()
    }


def binned(delete: Callable[[int, int | None], None]) -> Callable[..., Any]:
    """Give the ``apply`` of an act that puts records into the bin."""

    def apply(record_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
        delete(record_id, version)
        return {}

    return apply


def unbinned(restore: Callable[[int], None]) -> Callable[[int, Any], object]:
    """Give its ``undo``."""
    return lambda record_id, _kept: restore(record_id)
