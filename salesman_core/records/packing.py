"""Values of rows as JSON can hold them, for journals by which something can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

Row = dict[str, Any]
"""A row by the names of its columns."""

_NAMES: Final[Mapping[type[Any], tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    datetime: ("moment", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    Decimal: ("decimal", str, Decimal),
    UUID: ("uuid", str, UUID),
    bytes: ("bytes", bytes.hex, bytes.fromhex),
    dict: ("json", dict, dict),
    list: ("json", list, list),
}
_READERS: Final = {name: read for name, _write, read in _NAMES.values() if name != "json"}


def packed(value: Any) -> Any:
    """Give a value of a row as JSON can hold it, with its type where JSON has none for it."""
    known = _NAMES.get(type(value))
    if known is None:
        return value
    name, write, _read = known
    return {"type": name, "value": write(value)}


def unpacked(value: Any) -> Any:
    """Give what was :func:`packed`."""
    if not isinstance(value, dict):
        return value
    read = _READERS.get(value["type"])
    return value["value"] if read is None else read(value["value"])


def packed_row(row: Mapping[str, Any]) -> Row:
    """Give a row as JSON can hold it."""
    return {name: packed(value) for name, value in row.items()}


def unpacked_row(row: Mapping[str, Any]) -> Row:
    """Give a row that was packed."""
    return {name: unpacked(value) for name, value in row.items()}


def written_row(row: Mapping[str, Any]) -> Row:
    """Give a row as a statement writes it.

    Nothing is said to be nothing: in a column of JSON it would be written as its ``null``.
    """
    return {name: sa.null() if value is None else value for name, value in row.items()}
