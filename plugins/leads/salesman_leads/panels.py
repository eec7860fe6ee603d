"""What leads show on other pages."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import ClientCard, DealCard, reading, render
from salesman_leads import queries
from salesman_leads.lists import RESULT_TITLES, STATUS_TITLES

SHOWN: Final = 8


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
