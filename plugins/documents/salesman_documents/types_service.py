"""Every change of types of document: names, numbers, who may make them, statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.toolkit import Paper, PatternError, judged_pattern
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    InvalidError,
    MissingError,
    StaleError,
    User,
    audit,
    bump,
    demand_permission,
    known_roles,
    writing,
)
from salesman_documents.models import BASES, STARTS, TYPE, DocumentType, Maker, Status
from salesman_documents.permissions import MANAGE_TYPES
from salesman_documents.texts import texts

_ = texts.lazy

MOST_TYPES: Final = 100
MOST_STATUSES: Final = 30


def paper_key(type_id: int) -> str:
    """Give the key under which documents of a type are numbered."""
    return f"documents.document.{type_id}"


def papers(session: Session) -> Sequence[Paper]:
    """Give the types as papers that are numbered."""
    columns = (DocumentType.id, DocumentType.name, DocumentType.pattern, DocumentType.starts)
    rows = session.execute(sa.select(*columns).order_by(DocumentType.position, DocumentType.id))
    return [Paper(paper_key(row.id), row.name, row.pattern, row.starts) for row in rows]


def add_type(values: Mapping[str, Any]) -> int:
    """Add a type of document; give its id.

    :param values: ``name``, ``pattern``, ``starts``, ``active``, ``role_ids``, ``user_ids`` and
        ``statuses``, mappings of ``id``, ``name`` and ``base``.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_TYPES)
    with writing() as session:
        there = session.scalar(sa.select(sa.func.count()).select_from(DocumentType)) or 0
        if there >= MOST_TYPES:
            raise InvalidError(_("At most %(most)s of them fit.", most=MOST_TYPES))
        made = DocumentType(name="", position=there, makers=[], statuses=[])
        _write(session, made, values)
        session.add(made)
        session.flush()
        _keep(session, made, "created", {"name": (None, made.name)})
        return made.id


def change_type(type_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a type of document; documents that there are keep their numbers and statuses.

    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_TYPES)
    with writing() as session:
        changed = session.get(DocumentType, type_id, with_for_update=True)
        if changed is None:
            raise MissingError(_("There is no such type of document."))
        if version not in {None, changed.version}:
            raise StaleError(_("Somebody changed it meanwhile. Look at it again."))
        before = _told(changed)
        _write(session, changed, values)
        session.flush()
        after = _told(changed)
        changes: Changes = {
            name: (before[name], after[name]) for name in after if before[name] != after[name]
        }
        if changes:
            changed.version += 1
            _keep(session, changed, "changed", changes)


def _write(session: Session, one: DocumentType, values: Mapping[str, Any]) -> None:
    if "name" in values or not one.name:
        one.name = _name(values.get("name"))
    if "pattern" in values:
        one.pattern = _pattern(values["pattern"])
    if "starts" in values:
        if values["starts"] not in STARTS:
            raise _wrong("starts", _("Choose one of them."))
        one.starts = values["starts"]
    if "active" in values:
        one.active = bool(values["active"])
    if "role_ids" in values or "user_ids" in values:
        _set_makers(session, one, values)
    if "statuses" in values:
        _set_statuses(one, values["statuses"])


def _name(typed: object) -> str:
    name = " ".join(str(typed or "").split())
    if not name:
        raise _wrong("name", _("A name is needed."))
    return name[:100]


def _pattern(typed: object) -> str:
    try:
        return judged_pattern(str(typed or ""))
    except PatternError as error:
        raise _wrong("pattern", error.reason) from error


def _set_makers(session: Session, one: DocumentType, values: Mapping[str, Any]) -> None:
    roles, users = set(values.get("role_ids") or ()), set(values.get("user_ids") or ())
    if roles - {id_ for id_, _title in known_roles()}:
        raise _wrong("role_ids", _("There is no such role."))
    known = set(session.scalars(sa.select(User.id).where(User.id.in_(users)))) if users else set()
    if users - known:
        raise _wrong("user_ids", _("There is no such user."))
    wanted = {(id_, None) for id_ in roles} | {(None, id_) for id_ in users}
    for maker in list(one.makers):
        if (maker.role_id, maker.user_id) not in wanted:
            one.makers.remove(maker)
    there = {(maker.role_id, maker.user_id) for maker in one.makers}
    for role_id, user_id in sorted(wanted - there, key=str):
        one.makers.append(Maker(role_id=role_id, user_id=user_id))


def _set_statuses(one: DocumentType, given: Sequence[Mapping[str, Any]]) -> None:
    """Set the statuses in their order; one that is left out is offered no more."""
    if len(given) > MOST_STATUSES:
        raise _wrong("statuses", _("At most %(most)s of them fit.", most=MOST_STATUSES))
    held = {status.id: status for status in one.statuses}
    kept: set[int] = set()
    for position, values in enumerate(given):
        status = held.get(values.get("id") or 0)
        if status is None:
            status = Status()
            one.statuses.append(status)
        else:
            kept.add(status.id)
        status.name = _status_name(values.get("name"))
        status.base = values.get("base") or "in_work"
        if status.base not in BASES:
            raise _wrong("statuses", _("Choose one of them."))
        status.position, status.active = position, True
    for id_, status in held.items():
        if id_ not in kept:
            status.active, status.position = False, MOST_STATUSES


def _status_name(typed: object) -> str:
    name = " ".join(str(typed or "").split())
    if not name:
        raise _wrong("statuses", _("Each status needs a name."))
    return name[:60]


def _wrong(field: str, message: Any) -> InvalidError:
    return InvalidError(message, {field: message})


def _told(one: DocumentType) -> dict[str, Any]:
    return {
        "name": one.name,
        "pattern": one.pattern,
        "starts": one.starts,
        "active": one.active,
        "makers": len(one.makers),
        "statuses": ", ".join(status.name for status in one.statuses if status.active),
    }


def _keep(session: Session, one: DocumentType, action: str, changes: Changes) -> None:
    audit(session, TYPE, one.id, one.name, action, changes)
    bump(session, "documents")
