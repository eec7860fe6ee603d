"""Days on which invoices are due, as the plugin of the calendar asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from salesman_core.toolkit import UtcDateTime, visible
from salesman_invoices.models import ISSUED, KIND, Invoice
from salesman_invoices.permissions import VIEW
from salesman_invoices.texts import texts

_ = texts.lazy


def calendar_sources() -> Iterable[Mapping[str, Any]]:
    """Give when invoices are due."""
    return [
        {
            "id": "invoices.due",
            "title": _("Invoices due"),
            "icon": "file-invoice",
            "kind": KIND,
            "permission": VIEW,
            "entries": due_invoices,
            "order": 30,
        }
    ]


def due_invoices() -> sa.Select[Any]:
    """Give the invoices that are not wholly paid, on the days on which they are due."""
    columns: tuple[Any, ...] = (
        Invoice.due_on.label("day"),
        sa.cast(None, UtcDateTime).label("at"),
        Invoice.owner_id,
        Invoice.id.label("record_id"),
        Invoice.number.label("title"),
    )
    return sa.select(*columns).where(
        visible(KIND),
        Invoice.state == ISSUED,
        Invoice.paid_on.is_(None),
        Invoice.due_on.is_not(None),
    )
