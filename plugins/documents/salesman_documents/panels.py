"""What documents show on the cards of clients and deals, and what slots of their own card get."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from salesman_core.toolkit import (
    AnyRow,
    ClientCard,
    DealCard,
    RecordCard,
    current_person,
    reading,
    render,
)
from salesman_documents import queries
from salesman_documents.models import KIND
from salesman_documents.permissions import CREATE

SHOWN: Final = 8


def context_of(document: AnyRow) -> RecordCard:
    """Give what the slots of a document's card get."""
    return RecordCard(KIND, document.id, client_id=document.client_id, deal_id=document.deal_id)


def slot_context(key: str) -> RecordCard:
    """Give the context for a panel that the browser asks for after the page."""
    return context_of(queries.one_document(reading(), int(key)))


def of_record(card: ClientCard | DealCard) -> Markup | None:
    """Give the last documents of a client or deal; None where there is nothing to show or do."""
    found = queries.documents_of(reading(), card.kind, card.record_id, SHOWN + 1)
    may_make = current_person().may(CREATE)
    if not found and not may_make:
        return None
    return render(
        "documents/of_record.html",
        kind=card.kind,
        record_id=card.record_id,
        documents=found[:SHOWN],
        more=len(found) > SHOWN,
        may_make=may_make,
    )
