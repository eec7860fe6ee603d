"""The acts of an invoice and of a deal on their cards."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import DealCard, RecordCard, reaches, reading, render
from salesman_invoices.acts import queries
from salesman_invoices.acts.remaining import is_left, lines_left
from salesman_invoices.acts.service import named
from salesman_invoices.acts.words import KIND_TITLES, STATE_TITLES
from salesman_invoices.models import ACT, ISSUED, KIND, Act
from salesman_invoices.permissions import CHANGE_ACTS
from salesman_invoices.queries import one_invoice

SHOWN: Final = 8
WORDS: Final = {"kinds": KIND_TITLES, "states": STATE_TITLES, "called": named}


def slot_context(key: str) -> RecordCard:
    """Give the context for a panel of an act's card that the browser asks for after the page."""
    row = queries.one_act(reading(), int(key))
    return RecordCard(ACT, row.id, client_id=row.client_id, deal_id=row.deal_id)


def of_invoice(card: RecordCard) -> str | None:
    """Give the acts of an invoice, and the way to the next one while something is left."""
    if card.kind != KIND:
        return None
    session = reading()
    invoice = one_invoice(session, card.record_id)
    rows = queries.acts_of(session, Act.invoice_id, card.record_id, SHOWN)
    makes = invoice.state == ISSUED and reaches(KIND, card.record_id, CHANGE_ACTS)
    left = makes and is_left(lines_left(session, card.record_id))
    if not rows and not left:
        return None
    return render(
        "invoices/acts/panel.html",
        rows=rows,
        invoice_id=card.record_id if left else None,
        all_of={"invoice_id": card.record_id},
        most=SHOWN,
        **WORDS,
    )


def of_deal(card: DealCard) -> str | None:
    """Give the acts of a deal; nothing where there are none."""
    rows = queries.acts_of(reading(), Act.deal_id, card.id, SHOWN)
    if not rows:
        return None
    return render(
        "invoices/acts/panel.html",
        rows=rows,
        invoice_id=None,
        all_of={"deal_id": card.id},
        most=SHOWN,
        **WORDS,
    )
