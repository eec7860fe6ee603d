"""The documents of the demo company: our templates, and a contract and an offer made from them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from salesman_requisites.toolkit import company_choices

from salesman_core.toolkit import SYSTEM, Deal, reading
from salesman_documents.defaults import make_templates
from salesman_documents.making import generate
from salesman_documents.models import Document, Template
from salesman_documents.service import create_document
from salesman_hookspecs import Demo

MOST: Final = 4
"""So many documents are made."""


def tell(demo: Demo) -> None:
    """Make templates, and documents of some deals."""
    moment = datetime.combine(demo.today - timedelta(days=20), time(9), UTC)
    with demo.at(moment, SYSTEM):
        make_templates(demo.language)
    session = reading()
    if session.scalar(sa.select(sa.exists().where(Document.id.is_not(None)))):
        return
    if not company_choices(session):
        return
    templates = session.execute(
        sa.select(Template.id, Template.type_id)
        .where(Template.language == demo.language)
        .order_by(Template.id)
        .limit(2)
    ).all()
    deals = session.execute(
        sa.select(Deal.id, Deal.owner_id)
        .where(Deal.client_id.is_not(None), Deal.outcome.is_(None), Deal.amount > 0)
        .order_by(Deal.id)
        .limit(MOST)
    ).all()
    for place, deal in enumerate(deals):
        if templates:
            template = templates[place % len(templates)]
            values = {"type_id": template.type_id, "template_id": template.id}
            with demo.at(moment + timedelta(days=2 + place), SYSTEM):
                made = create_document(values | {"deal_id": deal.id, "owner_id": deal.owner_id})
                generate(made, anyway=True)
