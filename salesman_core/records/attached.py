"""Where notes and files hang, and who may reach them: whoever sees the record."""

from __future__ import annotations

from typing import Any, Final, NoReturn

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand, reaches, record_type
from salesman_core.db import AnyRow
from salesman_core.errors import ForbiddenError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.models import Attachment, Note
from salesman_core.records.saving import hold

_ = texts.lazy

KINDS: Final = ("client", "deal")
"""The kinds of record that notes and files may hang on."""


def column(model: type[Note | Attachment], kind: str) -> Any:
    """Give the column by which *model* hangs on records of *kind*.

    :raises MissingError: for a kind that nothing can hang on.
    """
    if kind not in KINDS:
        raise MissingError(_("Nothing can be attached to records of the kind %(kind)s.", kind=kind))
    return getattr(model, f"{kind}_id")


def demand_record(kind: str, record_id: int, *, session: Session | None = None) -> None:
    """Let only those pass who see the record.

    :param session: of the change that hangs something on it; nobody merges it until the commit.
    :raises MissingError: for the others, and for a kind that nothing can hang on.
    """
    if kind not in KINDS:
        raise MissingError(_("Nothing can be attached to records of the kind %(kind)s.", kind=kind))
    if session is not None:
        hold(session, kind, record_id)
    demand(kind, record_id, record_type(kind).view_permission, session=session)


def record_of(hanging: Note | Attachment | AnyRow) -> tuple[str, int]:
    """Give the kind and id of the record that a note or file hangs on."""
    kind = "client" if hanging.client_id is not None else "deal"
    return kind, getattr(hanging, f"{kind}_id")


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


def found(
    session: Session, model: type[Note | Attachment], id_: int, *, in_bin: bool = False
) -> Any:
    """Load a note or file for a change.

    :param in_bin: where it is looked for.
    :raises MissingError: where it is not there, or hangs on a record that the person may not see.
    """
    row: Any = session.get(model, id_, with_for_update=True)
    there = row is not None and (row.deleted_at is not None) is in_bin
    if row is None or not there or not reaches(*record_of(row), session=session):
        raise MissingError(_("This is no longer there, or you may not see it."))
    return row


def refuse_stranger(author_name: str, permission: str) -> NoReturn:
    """Say that only its author may do this.

    :raises ForbiddenError: always.
    """
    message = _("Only %(name)s may do this.", name=author_name or "SalesMan")
    raise ForbiddenError(message, permission)


def on_record(model: type[Note | Attachment], kind: str, record_id: int) -> sa.ColumnElement[bool]:
    """Give the SQL of what hangs on a record and is not in the bin."""
    return sa.and_(column(model, kind) == record_id, model.deleted_at.is_(None))
