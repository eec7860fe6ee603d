"""Records taken out of the bin, each through the service of its kind, or deleted for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission, label_of, record_type
from salesman_core.db import reading, savepoint, table_of, writing
from salesman_core.errors import InvalidError, MissingError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.bin.purging import Going, Purging
from salesman_core.records.bin.queries import lies_there
from salesman_core.records.changes import audit
from salesman_core.records.saving import locked
from salesman_hookspecs import RecordType, Text

_ = texts.lazy

PURGE: Final = "core.bin.purge"
ERASED: Final = "erased"
MOST: Final = 200
MOST_WARNED: Final = 3
"""Of so many records that came out at once it is looked whether something has to be said."""
_SERVER_FAULT: Final = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one record.

    :param label: its name, where it was done.
    :param refused: why it was not, or None.
    """

    kind: str
    record_id: int
    label: str
    refused: SalesmanError | None


def take_out(kind: str, record_id: int) -> str:
    """Take a record out of the bin; give its name.

    :raises MissingError: where it does not lie there, or not within reach of whoever acts.
    """
    with writing() as session:
        type_ = _lying(session, kind, record_id)
        if type_.bin is not None:
            type_.bin.restore(record_id)
        session.flush()
    return label_of(kind, record_id)


def _lying(session: Session, kind: str, record_id: int) -> RecordType:
    type_ = record_type(kind)
    if not lies_there(session, type_, record_id):
        raise MissingError(_("There is no such record in the bin, or you may not see it."))
    return type_


def look(kind: str, record_id: int) -> tuple[str, Going]:
    """Give the name of a record that lies in the bin, and what deleting it for good comes to.

    :raises MissingError: where it does not lie there, or not within reach of whoever acts.
    """
    demand_permission(PURGE)
    session = reading()
    type_ = _lying(session, kind, record_id)
    return _label(session, type_, record_id), Purging().look(session, type_, record_id)


def purge(kind: str, record_id: int, purging: Purging | None = None) -> str:
    """Delete a record of the bin for good, with all that means nothing without it; give its name.

    :param purging: what looks at records, for whoever deletes many.
    :raises MissingError: where it does not lie there, or not within reach of whoever acts.
    :raises ConflictError: where others refer to it.
    """
    demand_permission(PURGE)
    with writing() as session:
        type_ = _lying(session, kind, record_id)
        locked(session, type_.model, record_id)
        label, purging = _label(session, type_, record_id), purging or Purging()
        going = purging.look(session, type_, record_id)
        going.demand()
        audit(session, kind, record_id, label, ERASED, {})
        purging.remove(session, going)
        session.expire_all()  # what was loaded of it is no more
    return label


def _label(session: Session, type_: RecordType, record_id: int) -> str:
    label = sa.select(getattr(type_.model, type_.label)).where(
        table_of(type_.model).c.id == record_id
    )
    return str(session.scalar(label) or "")


def take_many_out(records: Sequence[tuple[str, int]]) -> list[Outcome]:
    """Take records out of the bin; one that is refused does not hinder the others.

    :raises InvalidError: where there are none, or too many.
    """
    return each(take_out, records)


def warnings_of(outcomes: Sequence[Outcome]) -> list[Text]:
    """Give what whoever took records out should know of them; of the first :data:`MOST_WARNED`."""
    out = [one for one in outcomes if one.refused is None][:MOST_WARNED]
    said = [(record_type(one.kind).bin, one.record_id) for one in out]
    told = [bin_.warn(id_) for bin_, id_ in said if bin_ is not None and bin_.warn is not None]
    return [warning for warning in told if warning is not None]


def purge_many(records: Sequence[tuple[str, int]]) -> list[Outcome]:
    """Delete records for good; one that is refused does not hinder the others.

    What others of them refer to is tried again once those have gone.

    :raises InvalidError: where there are none, or too many.
    """
    act = partial(purge, purging=Purging())
    outcomes = {(one.kind, one.record_id): one for one in each(act, records)}
    while refused := [key for key, one in outcomes.items() if one.refused]:
        again = each(act, refused)
        outcomes |= {(one.kind, one.record_id): one for one in again}
        if all(one.refused for one in again):
            break
    return list(outcomes.values())


def each(act: Callable[[str, int], str], records: Sequence[tuple[str, int]]) -> list[Outcome]:
    if not 1 <= len(records) <= MOST:
        raise InvalidError(_("Mark 1 to %(most)s records.", most=MOST))
    with writing() as session:
        done = []
        for kind, record_id in dict.fromkeys(records):
            label, refused = "", None
            try:
                with savepoint(session):
                    label = act(kind, record_id)
            except SalesmanError as error:
                if error.status >= _SERVER_FAULT:
                    raise
                refused = error
            done.append(Outcome(kind, record_id, label, refused))
        return done
