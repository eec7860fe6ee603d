"""Events and the audit name each custom field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import sqlalchemy as sa

from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.events.models import RecordedEvent
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make

Define = Callable[..., int]


def test_event_and_audit_name_the_field(define: Define, make: Make) -> None:
    define("money", "client")
    client = make.client()
    change_client(client, {"custom": {"money": Decimal("5.50")}})
    reading().rollback()
    changed = sa.select(RecordedEvent.payload).where(RecordedEvent.type == "core.client.changed")
    audit = reading().scalar(sa.select(Audit.changes).where(Audit.action == "changed"))
    assert reading().scalar(changed) == {"fields": ["custom.money"]}
    assert audit == {"custom.money": [None, "5.50"]}
