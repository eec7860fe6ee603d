"""What inquiries contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint

from salesman_core.toolkit import (
    ApiBlueprint,
    announce_changed,
    describe_fields,
    reading,
    search_source,
)
from salesman_hookspecs import (
    BulkAction,
    Demo,
    DeskWidget,
    EventHandler,
    EventType,
    Evidence,
    NavItem,
    Permission,
    PresetGrant,
    QuickCreate,
    Reassigned,
    RecordBin,
    RecordType,
    SearchSource,
    Slot,
    SlotFill,
    TimelineSource,
    hookimpl,
)
from salesman_inquiries import (
    api,
    asking,
    bulk,
    callers,
    defaults,
    joining,
    offered,
    pages,
    panels,
    permissions,
    queries,
    service,
    side,
    story,
    words,
)
from salesman_inquiries import demo as story_of_demo
from salesman_inquiries.models import KIND, Inquiry
from salesman_inquiries.texts import texts
from salesman_inquiries.toolkit import Inquiries, InquiryForm

_ = texts.lazy

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with inquiries."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with inquiries."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how inquiries are reached."""
    return [
        RecordType(
            kind=KIND,
            title=_("Inquiry"),
            plural=_("Inquiries"),
            model=Inquiry,
            view_permission=permissions.VIEW,
            card_endpoint="inquiries.card",
            label="title",
            deleted="deleted_at",
            along=(("client", "client_id"), ("deal", "deal_id")),
            listed=bulk.LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_inquiry),
        )
    ]


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual channels and results."""
    defaults.make_choices(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell who got in touch with the demo company, and what came of it."""
    story_of_demo.tell(demo)


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many inquiries at once."""
    return bulk.ACTIONS


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [pages.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [api.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entries; the first counts one's own that are late or due by tonight."""
    return [
        NavItem(
            id="inquiries",
            title=_("Inquiries"),
            endpoint="inquiries.index",
            station="marketing",
            icon="headset",
            permission=permissions.VIEW,
            order=5,
            badge=lambda: queries.due_count(reading()) or None,
            counts=(KIND,),
        ),
        NavItem(
            id="figures",
            title=_("Calls"),
            endpoint="inquiries.show_figures",
            station="reports",
            icon="phone-call",
            permission=permissions.FIGURES,
            order=50,
        ),
        NavItem(
            id="choices",
            title=_("Channels and results"),
            endpoint="inquiries.choices",
            station="administration",
            icon="headset",
            permission=permissions.MANAGE,
            order=39,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu, with a key of its own."""
    return [
        QuickCreate(
            "inquiry",
            _("Inquiry"),
            "inquiries.new",
            "headset",
            permissions.CREATE,
            order=5,
            key="i",
        ),
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Offer a place beside the form in which an inquiry is noted, as for a call script."""
    return [Slot("inquiries.form.side", InquiryForm, "Note an inquiry: beside the form", side.load)]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the cards of clients and deals who got in touch."""
    return [
        SlotFill(
            id="inquiries",
            slot=f"{record}.card.panels",
            render=panels.of_record,
            title=_("Inquiries"),
            permission=permissions.VIEW,
            order=20,
            lazy=True,
        )
        for record in ("client", "deal")
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk what is to be processed, and who is late."""
    return [
        DeskWidget(
            id="to_process",
            title=_("Inquiries to process"),
            render=panels.to_process,
            permission=permissions.VIEW,
            order=35,
            roles=("telemarketer", "head"),
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the inquiries of a client and deal to their stories."""
    return [TimelineSource("inquiries", _("Inquiries"), story.entries)]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find inquiries."""
    return [search_source("inquiries", _("Inquiries"), "headset", permissions.VIEW, story.FOUND)]


@hookimpl
def salesman_relationship_evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Say of which clients an interest was found."""
    return story.evidence(client_ids)


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to inquiries."""
    about = {
        "client_id": "the client, or null",
        "deal_id": "the deal, or null",
        "owner_id": "who works on it",
    }
    fields = {**about, "fields": "the names of the changed fields"}
    became = {
        **about,
        "became_kind": "`lead`, `client` or `deal`",
        "became_id": "the id of what it became",
    }
    return [
        EventType("inquiries.inquiry.created", "An inquiry was noted", about),
        EventType("inquiries.inquiry.changed", "An inquiry was changed", fields),
        EventType("inquiries.inquiry.became", "Something came of an inquiry", became),
        EventType("inquiries.inquiry.processed", "An inquiry was processed", about),
        EventType("inquiries.inquiry.cancelled", "An inquiry was cancelled", about),
        EventType("inquiries.inquiry.reopened", "An inquiry was taken up again", about),
        EventType("inquiries.inquiry.deleted", "An inquiry was put into the bin", about),
        EventType("inquiries.inquiry.restored", "An inquiry was taken out of the bin", about),
    ]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Join the client that a lead became, and ask what came of it once its next step is done."""
    return [
        EventHandler("join_client", ("leads.lead.closed",), joining.join_client),
        EventHandler("ask", ("calendar.activity.done",), asking.ask_outcome),
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that inquiries of somebody who left are somebody else's to work on."""
    if reassigned.kind == KIND:
        announce_changed("inquiries.inquiry.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_service() -> Iterable[Inquiries]:
    """Let other plugins note inquiries."""
    return [offered.Noting()]


@hookimpl(optionalhook=True)
def salesman_analytics_reports() -> Iterable[Mapping[str, Any]]:
    """Tell who called how much, and what came of it."""
    return callers.reports()
