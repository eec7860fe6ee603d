"""Loading a record for a change, and checks that every kind of change needs."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session

from salesman_core.access.colleagues import seen_users
from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.access.records import demand, record_type, visible
from salesman_core.characters import seen_words
from salesman_core.clock import now
from salesman_core.db import insert_rows, table_of
from salesman_core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    StaleError,
)
from salesman_core.i18n import texts
from salesman_core.records.models import KeptRecord
from salesman_core.rest import SeenVersion

_ = texts.lazy

_CHANGED: Final = _("Somebody else has changed this record since you read it.")

R = TypeVar("R", bound=KeptRecord)


def locked(session: Session, model: type[R], record_id: int, version: int | None = None) -> R:
    """Load a record for a change and keep others from changing it until the commit.

    :param version: what the person saw; None where they do not say.
    :raises MissingError: where it is gone.
    :raises StaleError: where somebody changed it since *version*.
    """
    one: sa.Select[R] = _locking(sa.inspect(model))
    record = session.scalars(one, {"record_id": record_id}).one_or_none()
    if record is None:
        raise MissingError(_("There is no such record, or you may not see it."))
    _demand_seen(record, version)
    return record


def _demand_seen(record: Any, version: int | None) -> None:
    """Let a change pass only of what the person saw.

    :raises StaleError: where somebody changed it since *version*.
    """
    demand_version(record.version, version)
    if isinstance(version, SeenVersion) and not version.is_of(record.updated_at):
        raise StaleError(_CHANGED)


def hold(session: Session, kind: str, record_id: int) -> None:
    """Let nobody merge or purge a record until the commit, because something is to refer to it.

    Before it is asked whether it is there: who waited for a merging then finds it gone.
    """
    id_ = table_of(record_type(kind).model).c.id
    held = sa.select(id_).where(id_ == record_id).with_for_update(read=True, key_share=True)
    session.execute(held).all()


@functools.lru_cache(maxsize=512)
def _locking(mapper: Mapper[Any], within: sa.ColumnElement[bool] | None = None) -> sa.Select[Any]:
    one = sa.select(mapper.class_).where(mapper.class_.id == sa.bindparam("record_id"))
    one = one if within is None else one.where(within)
    return one.with_for_update().execution_options(populate_existing=True)


def for_change(
    session: Session, kind: str, record_id: int, permission: str, version: int | None = None
) -> Any:
    """Load a record for a change that the person must be allowed.

    :raises ForbiddenError: where they only see it; MissingError where they do not even that.
    """
    mapper = sa.inspect(record_type(kind).model)
    locking = _locking(mapper, visible(kind, permission))  # who may not does not wait either
    record = session.scalars(locking, {"record_id": record_id}).one_or_none()
    # Asked by what is committed now: PostgreSQL judges a row anew for which it had to wait, but
    # not who takes part in it.
    demand(kind, record_id, permission, session=session)
    if record is None:
        raise StaleError(_CHANGED)  # it was out of reach a moment ago
    _demand_seen(record, version)
    return record


def from_bin(session: Session, kind: str, record_id: int, permission: str) -> Any:
    """Take a record out of the bin, for a person who might have put it there.

    :raises MissingError: where there is none, or none within their reach.
    :raises ConflictError: where it does not lie in the bin.
    """
    type_ = record_type(kind)
    record = locked(session, type_.model, record_id)
    if type_.merged is not None and getattr(record, type_.merged) is not None:
        raise MissingError(_("There is no such record, or you may not see it."))
    binned = type_.deleted is not None and getattr(record, type_.deleted) is not None
    if binned:
        setattr(record, str(type_.deleted), None)
        session.flush()  # what is in the bin nobody reaches; a refusal puts it back
    demand(kind, record_id, permission, session=session)
    if not binned:
        raise ConflictError(_("This record is not in the bin."))
    return record


def fingerprint(*values: object) -> int:
    """Give the version of what counts no changes: a number that differs where its values do.

    :param values: texts, numbers and what JSON knows, each time in the same order.
    """
    written = json.dumps(values, sort_keys=True, default=str).encode()
    return int.from_bytes(hashlib.sha256(written).digest()[:7])


def demand_version(now: int, version: int | None) -> None:
    """Let a change pass only where nobody else made one since the person read the record.

    :param version: what they saw; None where they do not say.
    :raises StaleError: where somebody did.
    """
    if version is not None and now != version:
        raise StaleError(_CHANGED)


def touch(record: KeptRecord) -> None:
    """Note that a record was changed now, also where only what hangs on it did."""
    record.updated_at = now()


def checked_owner(
    session: Session, owner_id: int | None, assign: str, before: int | None = None
) -> int | None:
    """Judge whom a record is to belong to.

    Whoever may change a record that belongs to nobody may take it. One that is somebody's changes
    hands only with the permission *assign*: else whoever may change it could take it from its
    owner, who might not even see it any more.

    :param before: whom it belongs to; None for a new record and for what is nobody's.
    :raises ForbiddenError: without that permission, for the field ``owner_id``.
    :raises InvalidError: for a user that there is not, or who is no longer active.
    """
    if owner_id is not None and owner_id == current_person().id and before is None:
        return owner_id
    _demand_assigning(assign, before)
    if owner_id is None:
        return None
    known = sa.exists().where(User.id == owner_id, User.active, seen_users())
    if not session.scalar(sa.select(known)):
        message = _("There is no active user %(id)s.", id=owner_id)
        raise InvalidError(message, {"owner_id": message})
    return owner_id


def _demand_assigning(assign: str, before: int | None) -> None:
    if current_person().may(assign):
        return
    if before is None:
        message = _("Your roles do not let you give records to others.")
    elif before == current_person().id:
        message = _("Your roles do not let you give your records away.")
    else:
        message = _("It belongs to somebody else, and your roles do not let you take it over.")
    raise ForbiddenError(message, assign, fields={"owner_id": message})


def named(name: object) -> str:
    """Judge a record's name.

    :raises InvalidError: where there is none.
    """
    text = seen_words(str(name or ""))
    if not text:
        message = _("A name is needed.")
        raise InvalidError(message, {"name": message})
    return text


def write_rows(session: Session, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of a table without making objects of them.

    :param rows: columns by their names, the same ones in each row. What they refer to has been
        flushed.
    """
    if rows:
        insert_rows(session.connection(), table_of(model), rows)
