"""Calls to come, as the plugin of the calendar asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from salesman_core.toolkit import visible
from salesman_leads.models import CLOSED, KIND, Lead
from salesman_leads.permissions import VIEW
from salesman_leads.queue.models import Attempt
from salesman_leads.texts import texts

_ = texts.lazy


def calendar_sources() -> Iterable[Mapping[str, Any]]:
    """Give when leads are to be called next."""
    return [
        {
            "id": "leads.calls",
            "title": _("Calls to leads"),
            "icon": "phone-call",
            "kind": KIND,
            "permission": VIEW,
            "entries": next_calls,
            "order": 20,
        }
    ]


def next_calls() -> sa.Select[Any]:
    """Give the next calls of open leads; one that was promised is an activity already."""
    planned = sa.exists().where(
        Attempt.lead_id == Lead.id,
        Attempt.call_back_at == Lead.next_call_at,
        Attempt.activity_id.is_not(None),
    )
    columns: tuple[Any, ...] = (
        sa.cast(None, sa.Date).label("day"),
        Lead.next_call_at.label("at"),
        Lead.owner_id,
        Lead.id.label("record_id"),
        Lead.title,
    )
    return sa.select(*columns).where(
        visible(KIND), Lead.next_call_at.is_not(None), Lead.status != CLOSED, sa.not_(planned)
    )
