"""What leads contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.toolkit import (
    ApiBlueprint,
    announce_changed,
    current_person,
    describe_fields,
    reading,
    search_source,
)
from salesman_hookspecs import (
    BulkAction,
    Demo,
    DeskWidget,
    EventType,
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
    SlotFill,
    TimelineSource,
    hookimpl,
)
from salesman_leads import (
    api,
    bulk,
    jobs,
    panels,
    permissions,
    queries,
    service,
    story,
    views,
    words,
)
from salesman_leads import demo as story_of_demo
from salesman_leads.models import KIND, Lead
from salesman_leads.texts import texts

_ = texts.lazy

describe_fields(KIND, words.FIELDS)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with leads."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with leads."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how leads are reached."""
    return [
        RecordType(
            kind=KIND,
            title=_("Lead"),
            plural=_("Leads"),
            model=Lead,
            view_permission=permissions.VIEW,
            card_endpoint="leads.card",
            label="title",
            deleted="deleted_at",
            listed=bulk.LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_lead),
        )
    ]


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many leads at once."""
    return bulk.ACTIONS


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [views.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [api.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entry; it counts the leads that nobody has begun to work on."""
    return [
        NavItem(
            id="leads",
            title=_("Leads"),
            endpoint="leads.index",
            station="marketing",
            icon="inbox",
            permission=permissions.VIEW,
            order=10,
            badge=lambda: queries.waiting_count(reading(), current_person()) or None,
            counts=(KIND,),
        )
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate("lead", _("Lead"), "leads.new", "inbox", permissions.CREATE, order=30),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on a client's card which leads it came from."""
    return [
        SlotFill(
            id="leads",
            slot="client.card.panels",
            render=panels.leads_of_client,
            title=_("Leads"),
            permission=permissions.VIEW,
        )
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk what waits to be worked on."""
    return [
        DeskWidget(
            id="waiting",
            title=_("Leads to work on"),
            render=panels.waiting_leads,
            permission=permissions.VIEW,
            order=40,
            roles=("marketer", "telemarketer", "seller"),
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the leads of a client and deal to their stories."""
    return [TimelineSource("leads", _("Leads"), story.entries)]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find leads."""
    return [search_source("leads", _("Leads"), "inbox", permissions.VIEW, story.FOUND)]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to leads."""
    fields = {"fields": "the names of the changed fields"}
    owner = {"owner_id": "who works on it"}
    return [
        EventType("leads.lead.created", "A lead came in", {"source": "where it came from"}),
        EventType("leads.lead.changed", "A lead was changed", fields),
        EventType("leads.lead.taken", "Somebody began to work on a lead", owner),
        EventType("leads.lead.closed", "A lead was closed", {"result": "what came of it"}),
        EventType("leads.lead.reopened", "A closed lead was taken up again"),
        EventType("leads.lead.deleted", "A lead was put into the bin"),
        EventType("leads.lead.restored", "A lead was taken out of the bin"),
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that leads of somebody who left have another owner."""
    if reassigned.kind == KIND:
        announce_changed("leads.lead.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    title = _("Reminder of leads that nobody works on")
    return [Job("leads.remind", jobs.remind_of_untouched, title=title)]


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell of the leads of the last weeks in the demo company."""
    story_of_demo.tell(demo)


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: each hour of a working day."""
    return [Schedule("leads.remind", "5 9-18 * * 1-5", "leads.remind")]
