"""The contexts of the slots on a product's card."""

from __future__ import annotations

from salesman_catalogue import queries
from salesman_catalogue.models import KIND
from salesman_core.toolkit import RecordCard, reading


def slot_context(key: str) -> RecordCard:
    """Give the context for a panel that the browser asks for after the page."""
    return RecordCard(KIND, queries.one_product(reading(), int(key)).id)
