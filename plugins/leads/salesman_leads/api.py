"""The JSON API of leads: ``/api/v1/leads``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    RecordAnswers,
    arguments,
    batch_together,
    bulk,
    contact_data,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_leads import intake, qualifying, queries, service
from salesman_leads.lists import LEADS
from salesman_leads.models import KIND, UTM
from salesman_leads.permissions import CREATE, DELETE, EDIT, QUALIFY, VIEW
from salesman_leads.products import in_catalogue
from salesman_leads.schemas import (
    CloseSchema,
    LeadSchema,
    QualifiedSchema,
    QualifySchema,
    ResultsSchema,
)

RESULT = ("id", "name", "base", "needs_comment", "active")
"""What a result is, in the JSON API."""

api = ApiBlueprint("leads", __name__, title="Leads")


def lead_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give leads as the API shows them, in a fixed number of statements."""
    hanging = queries.hanging(reading(), [row.id for row in rows])
    known = in_catalogue(reading(), {*chain.from_iterable(hanging.products.values())})
    return [_item(row, hanging, known) for row in rows]


def _item(
    row: AnyRow, hanging: queries.Hanging, known: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    products = hanging.products.get(row.id, [])
    return {
        "id": row.id,
        "title": row.title,
        "name": row.name,
        "company": row.company,
        "text": row.text,
        "source": row.source,
        "channel": row.channel,
        **{tag: getattr(row, tag) for tag in UTM},
        "referrer": row.referrer,
        "page": row.page,
        "ip": row.ip,
        "region": row.region,
        "language": row.language,
        "products": products,
        "product_ids": [known[name]["id"] for name in products if name in known],
        "no_mailing": row.no_mailing,
        "no_calls": row.no_calls,
        "external_ids": hanging.external_ids.get(row.id, {}),
        "phones": [one.typed for one in hanging.phones.get(row.id, [])],
        "emails": [one.typed for one in hanging.emails.get(row.id, [])],
        "owner_id": row.owner_id,
        "status": row.status,
        "result": row.result,
        "result_id": row.result_id,
        "comment": row.comment,
        "closed_at": row.closed_at,
        "closed_by_id": row.closed_by_id,
        "suspicion": row.suspicion,
        "client_id": row.client_id,
        "contact_id": row.contact_id,
        "deal_id": row.deal_id,
        "imported": contact_data.readable_imported(row.imported),
        "attempts": row.attempts,
        "next_call_at": row.next_call_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }


ANSWERS: Final = RecordAnswers(KIND, queries.one_lead, lead_items)


@api.get("")
@requires(VIEW)
@list_arguments(LEADS)
@page_response(LeadSchema)
def list_leads(query: ListQuery) -> Response:
    """List leads."""
    page = select_page(reading(), queries.LEAD, LEADS, query, visible(KIND))
    return page_answer(lead_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(LeadSchema)
@response(LeadSchema, 201)
def create_lead(values: dict[str, Any]) -> Response:
    """Take a lead in."""
    return ANSWERS.changed(intake.create_lead(values), 201)


@api.post("/batch")
@requires(CREATE)
@batch_together(LeadSchema)
def create_leads(many: Sequence[dict[str, Any]]) -> list[Any]:
    """Take many leads in, with a result for each."""
    made = intake.create_leads(many)
    seen = queries.some_leads(reading(), [one for one in made if isinstance(one, int)])
    items = {one["id"]: one for one in lead_items(seen)}
    return [items.get(one, {"id": one}) if isinstance(one, int) else one for one in made]


@api.post("/bulk")
@requires(VIEW)
@bulk(LEADS)
def act_on_leads() -> None:
    """Do one thing with many leads, with a result for each."""


@api.get("/<int:record_id>")
@requires(VIEW)
@response(LeadSchema)
def read_lead(record_id: int) -> Response:
    """Read a lead."""
    return ANSWERS.whole(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(LeadSchema(partial=True))
@response(LeadSchema)
def change_lead(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a lead."""
    service.change_lead(record_id, values, version)
    return ANSWERS.changed(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_lead(record_id: int, version: int | None) -> None:
    """Put a lead into the bin."""
    service.delete_lead(record_id, version)


@api.post("/<int:record_id>/take")
@requires(EDIT)
@versioned(KIND)
@response(LeadSchema)
def take_lead(record_id: int, version: int | None) -> Response:
    """Begin to work on a lead."""
    service.take_lead(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/processed")
@requires(EDIT)
@versioned(KIND)
@response(LeadSchema)
def find_interest(record_id: int, version: int | None) -> Response:
    """Say that a lead is an interest indeed."""
    service.find_interest(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/bring-back")
@requires(EDIT)
@versioned(KIND)
@response(LeadSchema)
def bring_back_lead(record_id: int, version: int | None) -> Response:
    """Let a lead count again that was kept apart as a suspect."""
    service.bring_back(record_id, version)
    return ANSWERS.changed(record_id)


@api.get("/results")
@requires(VIEW)
@response(ResultsSchema)
def list_results() -> dict[str, Any]:
    """List the company's results of leads that come to nothing."""
    rows = queries.all_results(reading())
    return {"items": [{name: getattr(row, name) for name in RESULT} for row in rows]}


@api.post("/<int:record_id>/close")
@requires(EDIT)
@versioned(KIND)
@arguments(CloseSchema)
@response(LeadSchema)
def close_lead(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Close a lead that comes to nothing."""
    service.close_lead(record_id, values["result_id"], values["comment"], version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/reopen")
@requires(EDIT)
@versioned(KIND)
@response(LeadSchema)
def reopen_lead(record_id: int, version: int | None) -> Response:
    """Take a lead that came to nothing up again."""
    service.reopen_lead(record_id, version)
    return ANSWERS.changed(record_id)


@api.post("/<int:record_id>/qualify")
@requires(QUALIFY)
@versioned(KIND)
@arguments(QualifySchema)
@response(QualifiedSchema)
def qualify_lead(
    values: dict[str, Any], record_id: int, version: int | None
) -> dict[str, int | None]:
    """Turn a lead into client, contact and deal, in one transaction."""
    return qualifying.qualify_lead(record_id, values, version)
