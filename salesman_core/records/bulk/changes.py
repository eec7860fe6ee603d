"""What most acts are made of: a change of columns, and the way to the bin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import record_type
from salesman_core.db import table_of, writing
from salesman_core.errors import ConflictError
from salesman_core.i18n import texts
from salesman_core.records.bulk.custom import held_custom, typed_custom
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.saving import locked

_ = texts.lazy

Change = Callable[[int, Mapping[str, Any], int | None], bool]
"""The service of a single change: id, values, version; tells whether anything changed."""


def applied(kind: str, change: Change) -> Callable[[int, Mapping[str, Any], int | None], Any]:
    """Give the ``apply`` of an act that sets columns through the service of a single change."""

    def apply(record_id: int, values: Mapping[str, Any], version: int | None) -> Any:
        with writing() as session:
            record = locked(session, record_type(kind).model, record_id)
            before = {name: _held(kind, record, name) for name in values}
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


def _held(kind: str, record: Any, name: str) -> Any:
    """Give what a record holds, as JSON can keep it."""
    if is_further(name):
        return held_custom(kind, record, name)
    value = getattr(record, name, None)
    return value.isoformat() if isinstance(value, date) else value


def _typed(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as the service takes them: dates as dates, further fields as its members."""
    columns = table_of(record_type(kind).model).c
    return typed_custom(kind, values) | {
        name: date.fromisoformat(value)
        if isinstance(value, str) and columns[name].type.python_type is date
        else value
        for name, value in values.items()
        if not is_further(name)
    }


def binned(kind: str, delete: Callable[[int, int | None], None]) -> Callable[..., Any]:
    """Give the ``apply`` of an act that puts records into the bin."""

    def apply(record_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
        with writing() as session:
            delete(record_id, version)
            return {"since": _in_bin_since(session, kind, record_id)}

    return apply


def unbinned(kind: str, restore: Callable[[int], None]) -> Callable[[int, Any], object]:
    """Give its ``undo``; what somebody restored and deleted again since is left alone."""

    def undo(record_id: int, kept: Any) -> None:
        with writing() as session:
            since = _in_bin_since(session, kind, record_id)
            if None not in (since, kept.get("since")) and since != kept["since"]:
                message = _("It was taken out of the bin and put into it again since.")
                raise ConflictError(message)
            restore(record_id)

    return undo


def _in_bin_since(session: Session, kind: str, record_id: int) -> str | None:
    """Give since when a record lies in the bin; None where it does not."""
    type_ = record_type(kind)
    session.flush()
    columns = table_of(type_.model).c
    since = session.scalar(
        sa.select(columns[str(type_.deleted)]).where(columns.id == record_id).with_for_update()
    )
    return None if since is None else since.isoformat()
