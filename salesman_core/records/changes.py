"""How every record is changed: asked, written, audited and announced in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from salesman_core.access.origin import current_origin
from salesman_core.access.person import current_person
from salesman_core.access.records import known_type
from salesman_core.clock import now
from salesman_core.db import Base, as_writing, current_change, table_of, writing
from salesman_core.events import record_event
from salesman_core.plugins.host import current_host
from salesman_core.records.audit_fields import names_then
from salesman_core.records.models import Audit
from salesman_core.records.saving import write_rows
from salesman_hookspecs import Change, Reassigned
from salesman_hookspecs.data import salesman_before_save

Changes = dict[str, tuple[Any, Any]]
"""What a change changes: field → (before, after)."""

_LABEL: Final = 300
_PARTED: Final = frozenset({"custom", "extensions"})
"""What of a record holds several fields, each of which is told by itself."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A part of a change that is no column: phones, tags, participants.

    :param apply: does it. Nothing is done before plugins have agreed to the whole.
    """

    name: str
    before: Any
    after: Any
    apply: Callable[[], object]


def planned_changes(plan: Iterable[Planned]) -> Changes:
    """Give what some parts change."""
    return {one.name: (one.before, one.after) for one in plan}


def carry_out(plan: Iterable[Planned]) -> Changes:
    """Do some parts of a change, and give what they change."""
    parts = list(plan)
    for one in parts:
        one.apply()
    return planned_changes(parts)


def first_changes(values: Mapping[str, Any], plan: Iterable[Planned]) -> Changes:
    """Give what is said of a new record: each value as it will be kept.

    :param values: as the JSON API names them, judged where they are judged. Participants are told
        by their user ids, as a change tells them; further fields one by one, as *plan* has them.
    :param plan: parts of the record that say better than *values* what they will be.
    """
    told: Changes = {name: (None, value) for name, value in values.items() if name not in _PARTED}
    if "participants" in values:
        told["participants"] = (None, sorted(one["user_id"] for one in values["participants"]))
    return told | {one.name: (None, one.after) for one in plan}


def change_record(
    kind: str, record: Any, wanted: Mapping[str, Any], plan: Iterable[Planned] = ()
) -> Changes:
    """Set columns of a record and all else that is planned, once plugins agree.

    :param wanted: columns with what they are to hold, as it will be kept.
    :returns: what that changes; nobody is asked about nothing.
    :raises VetoedError: where a plugin refuses it.
    """
    parts = list(plan)
    columns = differences(record, wanted)
    changes = columns | planned_changes(parts)
    if changes:
        ask(kind, record.id, changes)
    for name, (_old, new) in columns.items():
        setattr(record, name, new)
    carry_out(parts)
    return changes


def differences(record: object, values: Mapping[str, Any]) -> Changes:
    """Give those of *values* that differ from what the record holds."""
    return {
        name: (getattr(record, name), value)
        for name, value in values.items()
        if getattr(record, name) != value
    }


def ask(kind: str, record_id: int | None, changes: Changes) -> None:
    """Let plugins judge a change before it is written.

    :raises VetoedError: where one of them refuses it.
    """
    change = Change(
        kind=kind,
        record_id=record_id,
        before={name: old for name, (old, _new) in changes.items() if record_id is not None},
        after={name: new for name, (_old, new) in changes.items()},
    )
    current_host().call(salesman_before_save, change=change)


def touch_records(model: type[Base], ids: Iterable[int]) -> None:
    """Say which records, or what hangs on them, the change under way has written.

    Whoever audits a record of a known kind need not say so.
    """
    change = current_change()
    if change is not None:
        table = table_of(model)
        change.touched.update((table, id_) for id_ in ids)


def audit(  # noqa: PLR0917  # which record, what was done, what it changed: in this order
    session: Session, kind: str, record_id: int, label: str, action: str, changes: Changes
) -> None:
    """Keep who did what to a record."""
    write_rows(session, Audit, [audit_row(kind, record_id, label, action, changes)])


def audit_many(
    session: Session, kind: str, action: str, entries: Iterable[tuple[int, str, Changes]]
) -> None:
    """Keep who did the same to many records, in one statement.

    :param entries: of each record its id, its label, and what that changed.
    """
    signed = sign()
    rows = [audit_row(kind, id_, label, action, told, signed) for id_, label, told in entries]
    write_rows(session, Audit, rows)


class Signature(NamedTuple):
    """Who changes something, when, from which address, and by which way in."""

    at: datetime
    actor_id: int | None
    actor_name: str
    address: str
    way: str


def sign() -> Signature:
    """Give the signature of whoever acts now."""
    person = current_person()
    origin = current_origin()
    return Signature(now(), person.id, person.name, origin.address, origin.way)


def audit_row(  # noqa: PLR0917  # as above
    kind: str,
    record_id: int,
    label: str,
    action: str,
    changes: Changes,
    signature: Signature | None = None,
) -> dict[str, Any]:
    """Give a row of the audit, for whoever writes many at once, with one signature for them all."""
    signed = signature or sign()
    type_ = known_type(kind)
    if type_ is not None:
        touch_records(type_.model, [record_id])
    return {
        "at": signed.at,
        "actor_id": signed.actor_id,
        "actor_name": signed.actor_name,
        "kind": kind,
        "record_id": record_id,
        "label": label[:_LABEL],
        "action": action,
        "changes": {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()},
        "names": names_then(kind, changes),
        "address": signed.address,
        "way": signed.way,
    }


def note_export(kind: str, name: str, rows: int, *, narrowed: str = "") -> None:
    """Keep that whoever acts took records out, before they get them.

    :param kind: the kind of record.
    :param name: of the file.
    :param rows: how many records stand in it.
    :param narrowed: by what they were chosen, in words.
    """
    changes: Changes = {"rows": (None, rows)}
    if narrowed:
        changes["narrowed"] = (None, narrowed)
    with writing() as session:
        audit(session, kind, 0, name, "exported", changes)


def announce(  # noqa: PLR0917  # what happened to which record: in this order
    session: Session,
    type_: str,
    kind: str,
    record_id: int,
    payload: Mapping[str, Any],
    signature: Signature | None = None,
) -> None:
    """Record an event in the transaction of the change that it tells of."""
    signed = signature or sign()
    record_event(
        as_writing(session),
        type_,
        kind,
        record_id,
        {name: _plain(value) for name, value in payload.items()},
        actor_id=signed.actor_id,
        actor_name=signed.actor_name,
        at=signed.at,
    )


def announce_changed(type_: str, reassigned: Reassigned, fields: Iterable[str]) -> None:
    """Record for each of some records that got another owner that it was changed.

    :param type_: of the event.
    :param fields: what was changed.
    """
    with writing() as session:
        for record_id in reassigned.record_ids:
            announce(session, type_, reassigned.kind, record_id, {"fields": list(fields)})


def _plain(value: Any) -> Any:
    """Give a value as JSON can hold it."""
    if value is None or type(value) is str:  # as most are
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
