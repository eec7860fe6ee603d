"""What was there already gets what a lead knows and it lacks."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from salesman_core.toolkit import Client, Deal, change_deal, completing
from salesman_leads.banning import bans_going_along
from salesman_leads.models import Lead


def somebody(lead: Lead) -> completing.Somebody:
    """Give what a lead knows of who it is."""
    return completing.Somebody(
        name=lead.name,
        phones=[one.typed for one in lead.phones],
        emails=[one.typed for one in lead.emails],
        bans=bans_going_along(lead),
        external_ids=keys_of(lead),
    )


def keys_of(lead: Lead) -> dict[str, str]:
    """Give a lead's keys in other systems, by source."""
    return {one.source: one.key for one in lead.external_ids}


def complete_deal(session: Session, lead: Lead, deal_id: int, client_id: int) -> None:
    """Give a deal the keys that it lacks, and the client, where it has none."""
    news = completing.keys_lacking(session, Deal, deal_id, keys_of(lead))
    if session.get_one(Deal, deal_id).client_id is None:
        news["client_id"] = client_id
    if news:
        change_deal(deal_id, news)


def free_keys(session: Session, model: type[Client | Deal], lead: Lead) -> dict[str, Any]:
    """Give those of a lead's keys in other systems that no other such record has."""
    return completing.free_keys(session, model, keys_of(lead))
