"""How every record is changed: asked, written, audited and announced in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from flask import has_request_context, request
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.clock import now
from salesman_core.db import as_writing
from salesman_core.events import record_event
from salesman_core.plugins.host import current_host
from salesman_core.records.models import Audit
from salesman_core.records.saving import write_rows
from salesman_hookspecs import Change
from salesman_hookspecs.data import salesman_before_save

Changes = dict[str, tuple[Any, Any]]
"""What a change changes: field → (before, after)."""

_LABEL: Final = 300


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


def audit(  # noqa: PLR0917  # which record, what was done, what it changed: in this order
    session: Session, kind: str, record_id: int, label: str, action: str, changes: Changes
) -> None:
    """Keep who did what to a record."""
    write_rows(session, Audit, [audit_row(kind, record_id, label, action, changes)])


def audit_row(
    kind: str, record_id: int, label: str, action: str, changes: Changes
) -> dict[str, Any]:
    """Give a row of the audit, for whoever writes many at once."""
    person = current_person()
    return {
        "at": now(),
        "actor_id": person.id,
        "actor_name": person.name,
        "kind": kind,
        "record_id": record_id,
        "label": label[:_LABEL],
        "action": action,
        "changes": {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()},
        "address": (request.remote_addr or "") if has_request_context() else "",
    }


def announce(
    session: Session, type_: str, kind: str, record_id: int, payload: Mapping[str, Any]
) -> None:
    """Record an event in the transaction of the change that it tells of."""
    person = current_person()
    record_event(
        as_writing(session),
        type_,
        kind,
        record_id,
        {name: _plain(value) for name, value in payload.items()},
        actor_id=person.id,
        actor_name=person.name,
        at=now(),
    )


def _plain(value: Any) -> Any:
    """Give a value as JSON can hold it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
