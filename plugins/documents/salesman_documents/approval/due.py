"""Days until which people are asked to decide, as the plugin of the calendar asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from salesman_core.toolkit import UtcDateTime
from salesman_documents.approval import queries
from salesman_documents.models import KIND
from salesman_documents.permissions import VIEW
from salesman_documents.texts import texts

_ = texts.lazy


def calendar_sources() -> Iterable[Mapping[str, Any]]:
    """Give until when documents wait for somebody's decision."""
    return [
        {
            "id": "documents.awaited",
            "title": _("Documents to approve"),
            "icon": "file-check",
            "kind": KIND,
            "permission": VIEW,
            "entries": awaited_decisions,
            "order": 40,
        }
    ]


def awaited_decisions() -> sa.Select[Any]:
    """Give the documents that wait for somebody, on the days until which they do."""
    found = queries.awaited().subquery()
    return sa.select(found, sa.cast(None, UtcDateTime).label("at"))
