"""What leads show on other pages."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import AnyRow, ClientCard, DealCard, RecordCard, reading, render
from salesman_leads import queries
from salesman_leads.lists import RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import KIND

SHOWN: Final = 8


def context_of(lead: AnyRow) -> RecordCard:
    """Give what the slots of a lead's card get."""
    return RecordCard(KIND, lead.id, client_id=lead.client_id, deal_id=lead.deal_id)


def slot_context(key: str) -> RecordCard:
    """Give the context for a panel that the browser asks for after the page."""
    return context_of(queries.one_lead(reading(), int(key)))


def leads_of_record(card: ClientCard | DealCard) -> str | None:
    """Give the leads from which a client or deal came, or nothing where there are none."""
    leads = queries.leads_of(reading(), card.kind, card.record_id)
    if not leads:
        return None
    return render(
        "leads/of_client.html", leads=leads, statuses=STATUS_TITLES, results=RESULT_TITLES
    )


def waiting_leads() -> str | None:
    """Give one's own unfinished leads and those of nobody."""
    leads = queries.own_unfinished(reading(), SHOWN)
    return render("leads/waiting.html", leads=leads, statuses=STATUS_TITLES)
