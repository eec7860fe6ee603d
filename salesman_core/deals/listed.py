"""What the list of deals and its files consist of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.clients.models import Client, Contact
from salesman_core.db import AnyRow, reading
from salesman_core.deals import queries, rates, standing
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.asking import ASKS, options
from salesman_core.deals.forecast import forecast
from salesman_core.deals.lists import DEALS, STATES
from salesman_core.deals.models import (
    CloseReason,
    Deal,
    DealContact,
    DealParticipant,
    Pipeline,
    Stage,
)
from salesman_core.deals.own_key import own_key
from salesman_core.deals.permissions import MARGIN
from salesman_core.i18n import texts
from salesman_core.records.listing import on_one_line
from salesman_core.records.owner_team import TEAM_NAME
from salesman_core.records.participants import participants_of, with_parts
from salesman_core.records.record_list import Column, RecordList

_ = texts.lazy

COLUMNS: Final = (
    Column("name", _("Deal"), "name"),
    Column("client", _("Client"), "client_id", usual=False),
    Column("progress", _("Progress"), "stage_id"),
    Column("amount", AMOUNT, "amount", numeric=True),
    Column("company_amount", _("In the company's currency"), numeric=True, usual=False),
    Column("weighted", _("Forecast"), numeric=True, usual=False),
    Column("cost", _("Cost"), "cost", numeric=True, usual=False, permission=MARGIN),
    Column("margin", _("Margin"), "margin", numeric=True, usual=False, permission=MARGIN),
    Column("owner", _("Owner"), "owner_id"),
    Column("team", _("Team"), usual=False),
    Column("expected_on", _("Expected on"), "expected_on"),
    Column("days", _("Days in stage"), "stage_since", numeric=True),
    Column("state", _("State"), "outcome", usual=False, in_files=("outcome",)),
    Column("reason", _("Reason"), usual=False),
    Column("opened_on", _("Opened on"), "opened_on", usual=False),
    Column("closed_on", _("Closed on"), "closed_on", usual=False),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
    Column("currency", _("Currency"), "currency", usual=False),
)

FOR_FILES: Final = (
    Column("pipeline", _("Pipeline")),
    Column("stage", _("Stage")),
    Column("outcome", _("Outcome")),
    Column("contacts", _("Contacts")),
    Column("participants", _("Participants")),
    Column("own_key", _("SalesMan key")),
)

READ: Final = (
    Deal.id,
    Deal.name,
    Deal.client_id,
    Client.name.label("client_name"),
    Deal.pipeline_id,
    Deal.stage_id,
    Stage.name.label("stage_name"),
    Stage.percent.label("progress"),
    Stage.planned_days,
    Deal.amount,
    Deal.cost,
    queries.MARGIN.label("margin"),
    Deal.currency,
    Deal.rate,
    Deal.rate_currency,
    Deal.owner_id,
    User.name.label("owner_name"),
    TEAM_NAME,
    Deal.outcome,
    CloseReason.name.label("reason_name"),
    Deal.opened_on,
    Deal.expected_on,
    Deal.closed_on,
    Deal.frozen_until,
    Deal.freeze_reason,
    Deal.stage_since,
    Deal.plan_since,
    Deal.created_at,
    Deal.updated_at,
    Deal.version,
)


def _cells(rows: Sequence[AnyRow]) -> Iterator[Mapping[str, Any]]:
    """Give what stands in the columns of some deals, for files."""
    ids = [row.id for row in rows]
    people = participants_of(reading(), DealParticipant, ids)
    contacts = _names_of_contacts(reading(), ids)
    pipelines = {
        row.id: row.name for row in reading().execute(sa.select(Pipeline.id, Pipeline.name))
    }
    for row in rows:
        state = row.outcome or "open"
        yield {
            **row._mapping,  # noqa: SLF001  # its API
            "client": row.client_name,
            "own_key": own_key(row.id, row.created_at),
            "pipeline": pipelines[row.pipeline_id],
            "stage": row.stage_name,
            "contacts": on_one_line(contacts.get(row.id, [])),
            "participants": with_parts(people.get(row.id, [])),
            "progress": row.progress,
            "company_amount": rates.company_amount(row),
            "weighted": weighted(row),
            "owner": row.owner_name,
            "team": row.team_name,
            "days": None if row.outcome else standing.days_in_stage(row),
            "outcome": str(STATES[state]),
            "reason": row.reason_name,
        }


def weighted(row: AnyRow) -> Decimal | None:
    """Give the forecast of an open deal, to the hundredth; a frozen one has none."""
    if row.outcome is not None or standing.is_frozen(row):
        return None
    return forecast(row.amount, row.progress)


def _names_of_contacts(session: Session, deal_ids: Sequence[int]) -> dict[int, list[str]]:
    """Give the names of the contacts that some deals name: whoever sees a deal sees them."""
    named = (
        sa.select(DealContact.deal_id, Contact.name)
        .join(Contact, Contact.id == DealContact.contact_id)
        .where(DealContact.deal_id.in_(deal_ids), Contact.deleted_at.is_(None))
        .order_by(DealContact.deal_id, Contact.search_name, Contact.id)
    )
    found: dict[int, list[str]] = {}
    for deal_id, name in session.execute(named):
        found.setdefault(deal_id, []).append(name)
    return found


LISTED: Final = RecordList(
    DEALS,
    "deals.index",
    _("Deals"),
    READ,
    COLUMNS,
    _cells,
    export="core.deal.export",
    imported="deals",
    for_files=FOR_FILES,
    along=("currency", "own_key"),
    asks=ASKS,
    options=options,
)
