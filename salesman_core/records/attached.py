"""Where notes and files hang, and who may reach them: whoever sees the record."""

from __future__ import annotations

from typing import Any, Final, NoReturn

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand, known_type, reaches, record_type, record_types
from salesman_core.db import AnyRow
from salesman_core.errors import ForbiddenError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.models import Attachment, Note
from salesman_core.records.saving import hold
from salesman_hookspecs import RecordType

_ = texts.lazy

_BY_KEY: Final = {"client": "client_id", "deal": "deal_id"}
"""The kinds to which a column of their own refers; all others are told by kind and number."""

Hanging = Note | Attachment


def holds(kind: str) -> bool:
    """Tell whether notes and files may hang on records of a kind."""
    type_ = known_type(kind)
    return type_ is not None and type_.notes_and_files


def types_told_by_kind() -> list[RecordType]:
    """Give the kinds to whose records no foreign key leads from what hangs on them."""
    return [one for one in record_types() if one.notes_and_files and one.kind not in _BY_KEY]


def demand_holding(kind: str) -> None:
    """Let only kinds pass whose records may have notes and files.

    :raises MissingError: for another one.
    """
    if not holds(kind):
        raise MissingError(_("Nothing can be attached to records of the kind %(kind)s.", kind=kind))


def column(model: type[Hanging], kind: str) -> Any:
    """Give the column by which *model* hangs on records of *kind*; see :func:`of_kind`."""
    return getattr(model, _BY_KEY.get(kind, "record_id"))


def of_kind(model: type[Hanging], kind: str) -> sa.ColumnElement[bool]:
    """Give the SQL of what hangs on records of *kind*."""
    return column(model, kind).is_not(None) if kind in _BY_KEY else model.kind == kind


def place_on(kind: str, record_id: int) -> dict[str, Any]:
    """Give the columns of what hangs on a record, with what they hold."""
    nowhere: dict[str, Any] = dict.fromkeys((*_BY_KEY.values(), "kind", "record_id"))
    if kind in _BY_KEY:
        return nowhere | {_BY_KEY[kind]: record_id}
    return nowhere | {"kind": kind, "record_id": record_id}


def demand_record(kind: str, record_id: int, *, session: Session | None = None) -> None:
    """Let only those pass who see the record.

    :param session: of the change that hangs something on it; nobody merges it until the commit.
    :raises MissingError: for the others, and for a kind that nothing can hang on.
    """
    demand_holding(kind)
    if session is not None:
        hold(session, kind, record_id)
    demand(kind, record_id, record_type(kind).view_permission, session=session)


def record_of(hanging: Hanging | AnyRow) -> tuple[str, int]:
    """Give the kind and id of the record that a note or file hangs on."""
    for kind, name in _BY_KEY.items():
        if (record_id := getattr(hanging, name)) is not None:
            return kind, record_id
    return hanging.kind or "", hanging.record_id or 0


def record_label(session: Session, kind: str, record_id: int) -> str:
    """Give the record's name as the transaction sees it."""
    type_ = record_type(kind)
    label: Any = getattr(type_.model, type_.label)
    return str(session.scalar(sa.select(label).where(type_.model.id == record_id)) or "")


def is_own(author_id: int | None) -> bool:
    """Tell whether whoever acts wrote or attached it."""
    person = current_person()
    return person.id is not None and author_id == person.id


def may_remove(author_id: int | None) -> bool:
    """Tell whether whoever acts may take it away: their own, and administrators anybody's."""
    return is_own(author_id) or current_person().everything


def found(session: Session, model: type[Hanging], id_: int, *, in_bin: bool = False) -> Any:
    """Load a note or file for a change.

    :param in_bin: where it is looked for.
    :raises MissingError: where it is not there, or hangs on a record that the person may not see.
    """
    row: Any = session.get(model, id_, with_for_update=True)
    there = row is not None and (row.deleted_at is not None) is in_bin
    if row is None or not there or not _reached(*record_of(row), session):
        raise MissingError(_("This is no longer there, or you may not see it."))
    return row


def _reached(kind: str, record_id: int, session: Session) -> bool:
    return holds(kind) and reaches(kind, record_id, session=session)


def refuse_stranger(author_name: str, permission: str) -> NoReturn:
    """Say that only its author may do this.

    :raises ForbiddenError: always.
    """
    message = _("Only %(name)s may do this.", name=author_name or "SalesMan")
    raise ForbiddenError(message, permission)


def on_record(model: type[Hanging], kind: str, record_id: int) -> sa.ColumnElement[bool]:
    """Give the SQL of what hangs on a record and is not in the bin."""
    own = column(model, kind) == record_id
    return sa.and_(of_kind(model, kind), own, model.deleted_at.is_(None))
