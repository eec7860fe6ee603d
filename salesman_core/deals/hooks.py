"""What deals contribute, through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Blueprint

from salesman_core.deals import (
    acts,
    admin,
    api,
    asked_fields,
    board,
    bulk,
    card,
    evidence,
    funnel,
    index,
    jobs,
    kept,
    permissions,
    pipelines,
    rate_api,
    rate_imports,
    rate_views,
    search,
    service,
    views,
    widgets,
    words,
)
from salesman_core.deals.import_apply import apply_deals
from salesman_core.deals.import_keys import DEALS_FOUND_BY, DEALS_USUALLY
from salesman_core.deals.imports import DEAL_FIELDS
from salesman_core.deals.listed import LISTED
from salesman_core.deals.models import Deal, DealParticipant
from salesman_core.i18n import texts
from salesman_core.records.changes import announce_changed
from salesman_core.records.custom.kinds import field_user
from salesman_core.rest import ApiBlueprint
from salesman_hookspecs import (
    BulkAction,
    DeskWidget,
    EventHandler,
    EventType,
    Evidence,
    ImportType,
    Job,
    NavItem,
    Permission,
    PresetGrant,
    QuickCreate,
    Reassigned,
    RecordBin,
    RecordType,
    Schedule,
    SearchSource,
    Slot,
    SlotFill,
    TimelineSource,
    hookimpl,
)

_ = texts.lazy

_PAGES = (views, acts, index, board, funnel, admin, rate_views)
field_user("deal", asked_fields.STAGES)
_SEE, _CREATE = "core.deal.view", "core.deal.create"


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with deals."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with deals."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how deals are reached."""
    return [
        RecordType(
            kind="deal",
            title=_("Deal"),
            plural=_("Deals"),
            model=Deal,
            view_permission="core.deal.view",
            card_endpoint="deals.card",
            participants=DealParticipant,
            deleted="deleted_at",
            told_with=("client", "client_id"),
            listed=LISTED,
            bin=RecordBin("core.deal.delete", service.restore_deal),
            notes_and_files=True,
        )
    ]


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many deals at once."""
    return bulk.ACTIONS


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API of deals, pipelines and rates."""
    return [api.deals_api, api.pipelines_api, rate_api.rates_api]


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages of deals, the funnel and the administrator's pipelines."""
    return dict.fromkeys(page.blueprint for page in _PAGES)


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the entries of the list, the board, the funnel and the pipelines."""
    manage, report = pipelines.MANAGE, "core.report.funnel"
    return [
        NavItem(
            "deals",
            _("Deals"),
            "deals.index",
            "sale",
            "businessplan",
            _SEE,
            order=20,
            at_hand=80,
        ),
        NavItem("board", _("Board"), "deals.board", "sale", "layout-kanban", _SEE, order=21),
        NavItem("funnel", _("Funnel"), "funnel.index", "reports", "filter", report, order=10),
        NavItem(
            "pipelines",
            _("Pipelines"),
            "pipelines.index",
            "administration",
            "git-branch",
            manage,
            order=30,
        ),
        NavItem(
            "rates",
            _("Currency rates"),
            "rates.index",
            "administration",
            "currency-dollar",
            permissions.RATES,
            order=35,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of a new deal."""
    return [QuickCreate("deal", _("Deal"), "deals.new", "businessplan", _CREATE, order=20)]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the places of a deal's card that others may fill."""
    context, load = card.DealCard, card.slot_context
    return [
        Slot("deal.card.next_step", context, "Deal: what is to be done next", load),
        Slot("deal.card.panels", context, "Deal: above the story", load),
        Slot("deal.card.side", context, "Deal: beside the story", load),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Put a client's deals onto its card."""
    return [
        SlotFill(
            "deals",
            "client.card.panels",
            widgets.of_client,
            title=_("Deals"),
            permission=_SEE,
            order=20,
        )
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Give the tiles, the funnel and the deals that need attention."""
    sellers = ("seller", "head", "service")
    return [
        DeskWidget(
            "deal_numbers", _("My deals"), widgets.numbers, _SEE, order=10, width=12, roles=sellers
        ),
        DeskWidget(
            "deals_by_stage", _("Funnel by stage"), widgets.by_stage, _SEE, order=20, roles=sellers
        ),
        DeskWidget(
            "deals_attention",
            _("Deals that need attention"),
            widgets.attention,
            _SEE,
            order=30,
            roles=(*sellers, "assistant"),
        ),
    ]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let deals be found."""
    return search.SOURCES


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the steps of deals to the story of deals and clients."""
    return [words.STORY]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Complete deals once the rate of their day is known."""
    return [jobs.RATES]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to deals."""
    name = {"name": "the deal's name"}
    return [
        EventType("core.deal.created", "A deal was opened", name),
        EventType(
            "core.deal.changed", "A deal was changed", {"fields": "the names of the changed fields"}
        ),
        EventType("core.deal.moved", "A deal moved to a stage", {"stage_id": "the new stage"}),
        EventType(
            "core.deal.transferred",
            "A deal went over to another pipeline",
            {"pipeline_id": "the new pipeline", "stage_id": "its stage there"},
        ),
        EventType(
            "core.deal.closed",
            "A deal was closed",
            {"outcome": "won or lost", "reason_id": "why it was lost"},
        ),
        EventType("core.deal.reopened", "A closed deal was opened again"),
        EventType(
            "core.deal.frozen",
            "A deal was frozen until a day",
            {"frozen_until": "the day on which it goes on"},
        ),
        EventType("core.deal.thawed", "A frozen deal goes on, by hand or because its day came"),
        EventType("core.deal.deleted", "A deal was put into the bin"),
        EventType("core.deal.restored", "A deal was taken out of the bin"),
        EventType(
            "core.pipeline.changed",
            "A pipeline or one of its stages was changed",
            {"what": "pipeline or stage"},
        ),
        EventType(
            "core.rate.entered",
            "The table of rates tells more of a currency; the record is one of its rates",
            {"currency": "which"},
        ),
    ]


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give what lets frozen deals go on, and what brings rates to deals that lack them."""
    return [jobs.JOB, kept.JOB]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it does: as the day begins."""
    return [jobs.SCHEDULE, kept.SCHEDULE]


@hookimpl
def salesman_relationship_evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Give the evidence of deals: each is an interest, a won one a sale."""
    return evidence.of_clients(client_ids)


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring deals and rates in."""
    return [
        ImportType(
            "deals",
            _("Deals"),
            "core.deal.import",
            DEAL_FIELDS,
            apply_deals,
            DEALS_FOUND_BY,
            DEALS_USUALLY,
        ),
        rate_imports.RATE_IMPORT,
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that deals have another owner."""
    if reassigned.kind == "deal":
        announce_changed("core.deal.changed", reassigned, ("owner_id",))
