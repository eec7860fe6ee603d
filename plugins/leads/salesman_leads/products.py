"""The products that somebody is interested in, as the catalogue knows them, where there is one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from salesman_core.toolkit import service
from salesman_leads.models import Lead
from salesman_leads.toolkit import Catalogue


def in_catalogue(session: Session, names: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """Give what the catalogue knows of products, by the names under which they were asked for."""
    catalogue: Catalogue | None = service("catalogue")
    return {} if catalogue is None else catalogue.named(session, names)


def suggestions() -> str:
    """Give where a field finds products of the catalogue; empty where there is none."""
    catalogue: Catalogue | None = service("catalogue")
    return "" if catalogue is None else catalogue.suggestions()


def add_as_lines(lead: Lead, deal_id: int) -> None:
    """Let the products of a lead be lines of a new deal, one of each, at the catalogue's prices."""
    catalogue: Catalogue | None = service("catalogue")
    if catalogue is not None and lead.products:
        catalogue.add_asked(deal_id, [{"name": one.name} for one in lead.products])
