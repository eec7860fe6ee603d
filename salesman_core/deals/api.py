"""The JSON API of deals, pipelines and the funnel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Response
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.access.routes import requires, signed_in
from salesman_core.db import AnyRow, reading
from salesman_core.deals import figures, queries, rates, service, standing
from salesman_core.deals.amount_source import owner_of
from salesman_core.deals.counted import Days
from salesman_core.deals.lists import DEALS
from salesman_core.deals.permissions import MARGIN
from salesman_core.deals.schemas import (
    ChangeDealSchema,
    CloseSchema,
    DealSchema,
    FreezeSchema,
    FunnelQuerySchema,
    FunnelSchema,
    MoveSchema,
    PipelineSchema,
    ReasonListSchema,
)
from salesman_core.deals.worth import worth_of_funnel
from salesman_core.i18n import CORE
from salesman_core.records.bulk.api import bulk
from salesman_core.records.contact_data import readable_imported
from salesman_core.records.custom.values import custom_json
from salesman_core.records.extensions.schemas import extensions_json
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery, select_page
from salesman_core.rest import (
    ApiBlueprint,
    arguments,
    batch,
    changed_response,
    etag_of,
    json_response,
    may_leave_sight,
    page_answer,
    page_response,
    response,
    seen_or,
    versioned,
)
from salesman_core.services.company import company

deals_api = ApiBlueprint(CORE, __name__, collection="deals")
pipelines_api = ApiBlueprint(CORE, __name__, collection="pipelines")

_NAMES: Final = tuple(str(column.key) for column in queries.DEAL)


def deal_items(rows: Sequence[AnyRow], session: Session | None = None) -> list[dict[str, Any]]:
    """Give deals as the API shows them, in a fixed number of statements."""
    ids = [row.id for row in rows]
    hanging = queries.around(session or reading(), ids)
    extensions = extensions_json("deal", ids)
    sees_margin = current_person().may(MARGIN)
    return [_item(row, hanging, extensions, sees_margin=sees_margin) for row in rows]


def _item(
    row: AnyRow,
    hanging: queries.Around,
    extensions: Mapping[int, dict[str, Any]],
    *,
    sees_margin: bool,
) -> dict[str, Any]:
    """Give a deal; by their names, the columns of a row take longer than all the rest here."""
    item: dict[str, Any] = dict(zip(_NAMES, row, strict=False))
    del item["stage_since"], item["plan_since"], item["rate_currency"]
    item["rate"] = rates.kept_rate(row)
    item["amount_source"] = owner_of(row)
    item["company_amount"] = rates.company_amount(row)
    item["company_currency"] = company().currency
    item["vat"] = company().vat or None
    if item["frozen_until"] is not None and not standing.is_frozen(row):
        item["frozen_until"] = item["freeze_reason"] = None  # its day has come
    id_ = item["id"]
    if sees_margin:
        item["margin"] = queries.margin_of(item["amount"], item["cost"])
    else:
        del item["cost"]
    item["participants"] = hanging.participants.get(id_, [])
    item["contact_ids"] = hanging.contact_ids.get(id_, [])
    item["custom"] = custom_json("deal", item["custom"])
    item["imported"] = readable_imported(item["imported"])
    item["external_ids"] = hanging.external_ids.get(id_, {})
    item["extensions"] = extensions.get(id_) or {}
    return item


def deal_response(deal_id: int, status: int = 200) -> Response:
    """Give one deal with its ETag."""
    session = reading()
    row = queries.deal_itself(session, deal_id)
    (item,) = deal_items([row], session)
    etag = etag_of("deal", deal_id, row.version, row.updated_at)
    return json_response(item, status, etag=etag)


@deals_api.get("")
@requires("core.deal.view")
@list_arguments(DEALS)
@page_response(DealSchema)
def list_deals(query: ListQuery) -> Response:
    """List deals."""
    page = select_page(reading(), queries.DEAL, DEALS, query, visible("deal"))
    return page_answer(deal_items(page.rows), page.next_cursor)


@deals_api.post("")
@requires("core.deal.create")
@arguments(DealSchema)
@response(DealSchema, 201)
def create_deal(values: dict[str, Any]) -> Response:
    """Open a deal."""
    made = service.create_deal(values)
    return changed_response(lambda: deal_response(made, 201), {"id": made, "name": values["name"]})


@deals_api.post("/batch")
@requires("core.deal.create")
@batch(DealSchema)
def create_deals(values: dict[str, Any]) -> dict[str, Any]:
    """Open many deals, with a result for each."""
    made = service.create_deal(values)
    return seen_or(
        lambda: deal_items([queries.deal_itself(reading(), made)])[0],
        {"id": made, "name": values["name"]},
    )


@deals_api.post("/bulk")
@requires("core.deal.view")
@bulk(DEALS)
def act_on_deals() -> None:
    """Do one thing with many deals, with a result for each."""


@deals_api.get("/<int:record_id>")
@requires("core.deal.view")
@response(DealSchema)
def read_deal(record_id: int) -> Response:
    """Read a deal."""
    return deal_response(record_id)


@deals_api.patch("/<int:record_id>")
@requires("core.deal.edit")
@versioned("deal")
@arguments(ChangeDealSchema(partial=True))
@may_leave_sight
@response(DealSchema)
def change_deal(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a deal."""
    service.change_deal(record_id, values, version)
    return changed_response(lambda: deal_response(record_id))


@deals_api.delete("/<int:record_id>")
@requires("core.deal.delete")
@versioned("deal")
@response(None, 204)
def delete_deal(record_id: int, version: int | None) -> None:
    """Put a deal into the bin."""
    service.delete_deal(record_id, version)


@deals_api.post("/<int:record_id>/move")
@requires("core.deal.edit")
@versioned("deal")
@arguments(MoveSchema)
@may_leave_sight
@response(DealSchema)
def move_deal(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Move a deal to another stage of its pipeline, with what the stage asks for.

    What the deal lacks there comes back in `errors`, by field: send those fields along with
    `stage_id`, and all of it is done or nothing.
    """
    stage_id = values.pop("stage_id")
    service.move_deal(record_id, stage_id, version, values)
    return changed_response(lambda: deal_response(record_id))


@deals_api.post("/<int:record_id>/transfer")
@requires("core.deal.edit")
@versioned("deal")
@arguments(MoveSchema)
@may_leave_sight
@response(DealSchema)
def transfer_deal(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Let a deal go over to a stage of another pipeline, with what the stage asks for.

    A closed deal stays closed. From then on it counts in the funnel of its new pipeline alone.
    """
    stage_id = values.pop("stage_id")
    service.transfer_deal(record_id, stage_id, version, values)
    return changed_response(lambda: deal_response(record_id))


@deals_api.post("/<int:record_id>/close")
@requires("core.deal.close")
@versioned("deal")
@arguments(CloseSchema)
@response(DealSchema)
def close_deal(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Close a deal as won or lost."""
    service.close_deal(record_id, values["outcome"], values["reason_id"], version)
    return deal_response(record_id)


@deals_api.post("/<int:record_id>/reopen")
@requires("core.deal.close")
@versioned("deal")
@response(DealSchema)
def reopen_deal(record_id: int, version: int | None) -> Response:
    """Open a closed deal again."""
    service.reopen_deal(record_id, version)
    return deal_response(record_id)


@deals_api.post("/<int:record_id>/freeze")
@requires("core.deal.freeze")
@versioned("deal")
@arguments(FreezeSchema)
@response(DealSchema)
def freeze_deal(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Freeze an open deal until a day: until then it is not late, and no forecast counts it."""
    service.freeze_deal(record_id, **values, version=version)
    return deal_response(record_id)


@deals_api.post("/<int:record_id>/thaw")
@requires("core.deal.freeze")
@versioned("deal")
@response(DealSchema)
def thaw_deal(record_id: int, version: int | None) -> Response:
    """Let a frozen deal go on before its day."""
    service.thaw_deal(record_id, version)
    return deal_response(record_id)


@deals_api.get("/reasons")
@requires("core.deal.view")
@response(ReasonListSchema)
def list_reasons() -> dict[str, Any]:
    """List the reasons for which deals are lost."""
    return {"items": queries.close_reasons(reading())}


@deals_api.get("/funnel")
@requires("core.report.funnel")
@arguments(FunnelQuerySchema(from_text=True), location="query")
@response(FunnelSchema)
def read_funnel(values: dict[str, Any]) -> figures.Funnel:
    """Count a pipeline: open deals by stage, closed ones by outcome and reason."""
    pipeline_id = values.pop("pipeline_id") or figures.first_pipeline(reading())
    counted = figures.funnel(reading(), pipeline_id, **values)
    days = Days(values["since"], values["until"])
    people = (values["owner_id"], values["team_id"])
    return replace(counted, worth=worth_of_funnel(reading(), counted, days, *people))


@pipelines_api.get("")
@signed_in
@page_response(PipelineSchema)
def list_pipelines() -> Response:
    """List the pipelines with their stages."""
    return page_answer(queries.pipelines(reading()), None)
