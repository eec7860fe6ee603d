"""Mappings that people keep for files to come: for themselves, their team or the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
import tomli_w
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.models import ImportMapping
from salesman_core.records.sharing import COMPANY, call, own, share, within_reach

_ = texts.lazy

_MISSING: Final = _("There is no such mapping (any more).")
_MOST: Final = 200


def mappings_of(records: Sequence[str]) -> Sequence[ImportMapping]:
    """Give the mappings for these kinds of record that whoever acts may use, by name."""
    query = (
        sa.select(ImportMapping)
        .where(ImportMapping.record.in_(records), within_reach(ImportMapping))
        .order_by(ImportMapping.name, ImportMapping.id)
    )
    return reading().scalars(query.limit(_MOST)).all()


def usable_mapping(mapping_id: int) -> ImportMapping:
    """Give a mapping that whoever acts may use.

    :raises MissingError: where there is none.
    """
    query = sa.select(ImportMapping).where(ImportMapping.id == mapping_id)
    if not current_person().everything:
        query = query.where(within_reach(ImportMapping))
    one = reading().scalars(query.where(ImportMapping.deleted_at.is_(None))).one_or_none()
    if one is None:
        raise MissingError(_MISSING)
    return one


def own_mapping(mapping_id: int, *, gone: bool = False) -> ImportMapping:
    """Give a mapping that whoever acts may change.

    :raises MissingError: where there is none, or it is another's.
    """
    return own(reading(), ImportMapping, mapping_id, _MISSING, gone=gone)


def is_own(one: ImportMapping) -> bool:
    """Tell whether whoever acts may change a mapping."""
    person = current_person()
    return person.everything or one.owner_id == person.id


def shared_mapping(record: str, name: str) -> ImportMapping | None:
    """Give the mapping of a name that is shared with everybody, or None."""
    query = sa.select(ImportMapping).where(
        ImportMapping.record == record,
        ImportMapping.name == name,
        ImportMapping.sharing == COMPANY,
        ImportMapping.deleted_at.is_(None),
    )
    return reading().scalars(query.order_by(ImportMapping.id).limit(1)).one_or_none()


def keep_mapping(record: str, values: Mapping[str, Any]) -> int:
    """Keep a mapping under a name; give its id.

    :param values: ``name``, ``sharing``, ``mapping`` (its tables) and ``headings`` (of its file).
    :raises InvalidError: for a name that is none or is taken, and for what cannot be shared.
    """
    with writing() as session:
        one = ImportMapping(record=record, owner_id=current_person().id, created_at=now())
        _fill(session, one, values)
        session.add(one)
        session.flush()
        return one.id


def change_mapping(mapping_id: int, values: Mapping[str, Any]) -> None:
    """Change a mapping of one's own: its name, with whom it is shared, or what it says."""
    with writing() as session:
        _fill(session, own(session, ImportMapping, mapping_id, _MISSING), values)


def delete_mapping(mapping_id: int) -> None:
    """Take a mapping of one's own away, for everybody with whom it was shared."""
    with writing() as session:
        own(session, ImportMapping, mapping_id, _MISSING).deleted_at = now()


def restore_mapping(mapping_id: int) -> None:
    """Bring a mapping of one's own back.

    :raises InvalidError: where another one has its name by now.
    """
    with writing() as session:
        one = own(session, ImportMapping, mapping_id, _MISSING, gone=True)
        _refuse_taken(session, one)
        one.deleted_at = None


def mapping_toml(one: ImportMapping) -> str:
    """Give a mapping as the TOML that the command line and the page take."""
    return tomli_w.dumps(one.mapping)


def _fill(session: Session, one: ImportMapping, values: Mapping[str, Any]) -> None:
    if "name" in values:
        call(one, values["name"])
    if "sharing" in values:
        share(session, one, values["sharing"])
    if "mapping" in values:
        one.mapping, one.headings = dict(values["mapping"]), list(values["headings"])
    _refuse_taken(session, one)
    one.updated_at = now()


def _refuse_taken(session: Session, one: ImportMapping) -> None:
    """Keep names apart among one's own and what all share: the command line goes by the name."""
    same = sa.select(ImportMapping.id).where(
        ImportMapping.record == one.record,
        ImportMapping.name == one.name,
        ImportMapping.deleted_at.is_(None),
        sa.or_(ImportMapping.owner_id == one.owner_id, ImportMapping.sharing == COMPANY),
    )
    with session.no_autoflush:
        taken = set(session.scalars(same.limit(2))) - {one.id}
    if taken:
        message = _("There is a mapping “%(name)s” already.", name=one.name)
        raise InvalidError(message, {"name": message})
