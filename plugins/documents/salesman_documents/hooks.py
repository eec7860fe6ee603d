"""What documents contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Blueprint
from salesman_requisites.toolkit import offer_papers

from salesman_core.toolkit import (
    ApiBlueprint,
    RecordCard,
    announce_changed,
    describe_fields,
    describe_kind,
    reading,
    search_source,
)
from salesman_documents import (
    bulk,
    defaults,
    gathering,
    health,
    many,
    pages,
    panels,
    permissions,
    service,
    story,
    types_service,
    words,
)
from salesman_documents import demo as story_of_demo
from salesman_documents.approval import due as approval_due
from salesman_documents.approval import jobs as approval_jobs
from salesman_documents.approval import panels as approval_panels
from salesman_documents.approval import queries as approval_queries
from salesman_documents.approval import story as approval_story
from salesman_documents.approval import use as approval_use
from salesman_documents.models import KIND, TEMPLATE, TYPE, Document
from salesman_documents.texts import texts
from salesman_hookspecs import (
    BulkAction,
    Demo,
    DeskWidget,
    EventHandler,
    EventType,
    HealthCheck,
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

_ASK: Final = "documents.ask_newcomers"

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS)
describe_kind(TYPE, _("Type of document"), words.TYPE)
describe_kind(TEMPLATE, _("Template of documents"), words.TEMPLATE)
offer_papers(KIND, types_service.papers)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with documents."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how documents are reached: also along their client and their deal."""
    return [
        RecordType(
            kind=KIND,
            title=_("Document"),
            plural=_("Documents"),
            model=Document,
            view_permission=permissions.VIEW,
            card_endpoint="documents.card",
            label="title",
            deleted="deleted_at",
            along=(("client", "client_id"), ("deal", "deal_id")),
            listed=bulk.LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_document),
            notes_and_files=True,
        )
    ]


@hookimpl
def salesman_documents_variables() -> Iterable[Mapping[str, Any]]:
    """Let templates say what the core and requisites know."""
    return gathering.sections()


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many documents at once, and with many deals and clients."""
    return (*bulk.ACTIONS, *many.ACTIONS)


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [pages.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [pages.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entries."""
    return [
        NavItem(
            id="documents",
            title=_("Documents"),
            endpoint="documents.index",
            station="paperwork",
            icon="file-text",
            permission=permissions.VIEW,
            order=10,
            badge=lambda: approval_queries.waiting_count(reading()) or None,
            counts=(KIND,),
        ),
        NavItem(
            id="templates",
            title=_("Templates of documents"),
            endpoint="documents.templates",
            station="paperwork",
            icon="file-code",
            permission=permissions.MANAGE_TEMPLATES,
            order=15,
        ),
        NavItem(
            id="types",
            title=_("Types of document"),
            endpoint="documents.types",
            station="administration",
            icon="files",
            permission=permissions.MANAGE_TYPES,
            order=33,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate(
            "document", _("Document"), "documents.new", "file-text", permissions.CREATE, order=50
        ),
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the place of a document's card that others may fill."""
    return [
        Slot(
            "documents.document.card.panels",
            RecordCard,
            "Document: under its versions",
            panels.slot_context,
        )
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the cards of clients and deals their documents, and on a document its approval."""
    return [
        SlotFill(
            id="approval",
            slot="documents.document.card.panels",
            render=approval_panels.of_document,
            title=_("Approval"),
            permission=permissions.VIEW,
            order=5,
            lazy=True,
        ),
        SlotFill(
            id="approval_in_thread",
            slot="discussions.thread.side",
            render=approval_panels.beside_thread,
            title=_("Approval"),
            permission=permissions.VIEW,
            order=10,
            optional=True,
        ),
    ] + [
        SlotFill(
            id="documents",
            slot=f"{kind}.card.panels",
            render=panels.of_record,
            title=_("Documents"),
            permission=permissions.VIEW,
            order=30,
            lazy=True,
        )
        for kind in ("client", "deal")
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk which documents wait for a decision of the person."""
    return [
        DeskWidget(
            id="to_decide",
            title=_("Documents to approve"),
            render=approval_panels.on_desk,
            permission=permissions.VIEW,
            order=40,
            width=6,
            roles=("lawyer", "head"),
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the documents of a client and deal to their stories, and how they were approved."""
    return [
        TimelineSource("documents", _("Documents"), story.entries),
        TimelineSource("approvals", _("Approval of documents"), approval_story.entries),
    ]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find documents."""
    found = story.FOUND
    return [search_source("documents", _("Documents"), "file-text", permissions.VIEW, found)]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to documents."""
    fields = {"fields": "the names of the changed fields"}
    kind = "documents.document"
    return [
        EventType(f"{kind}.created", "A document was made", {"number": "its number"}),
        EventType(f"{kind}.changed", "What is said of a document was changed", fields),
        EventType(f"{kind}.moved", "A document came to another status"),
        EventType(f"{kind}.version_added", "A document got a new version"),
        EventType(f"{kind}.signed", "A document was signed"),
        EventType(f"{kind}.sent", "A document was sent by letter"),
        EventType(f"{kind}.link_made", "A document was opened by a link"),
        EventType(f"{kind}.link_withdrawn", "A link to a document was withdrawn"),
        EventType(f"{kind}.approval_begun", "Some people are to approve a document"),
        EventType(f"{kind}.approval_decided", "Somebody has decided on a document"),
        EventType(f"{kind}.approval_ended", "A document was approved by all, or refused"),
        EventType(f"{kind}.approval_void", "What was approved of a document has changed"),
        EventType(f"{kind}.approval_withdrawn", "A document need not be approved any more"),
        EventType(f"{kind}.deleted", "A document was put into the bin"),
        EventType(f"{kind}.restored", "A document was taken out of the bin"),
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that documents of somebody who left have another owner."""
    if reassigned.kind == KIND:
        announce_changed("documents.document.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Let changes of a deal and of its lines void what was approved."""
    types = ("core.deal.changed", "catalogue.lines.changed", "documents.document.changed")
    return [
        EventHandler(
            "approval", types, approval_jobs.review, approval_use.is_used, approval_use.SUBJECT
        )
    ]


@hookimpl(optionalhook=True)
def salesman_calendar_entries() -> Iterable[Mapping[str, Any]]:
    """Show in the calendar until when documents wait for somebody's decision."""
    return approval_due.calendar_sources()


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    remind, ask = approval_jobs.remind, approval_jobs.ask_newcomers
    return [
        Job("documents.remind_deciders", remind, title=_("Reminders of documents to approve")),
        Job(_ASK, ask, title=_("Questions to whoever came to a role that approves documents")),
    ]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: each morning, and every few minutes."""
    name = "documents.remind_deciders"
    return [Schedule(name, "5 9 * * *", name), Schedule(_ASK, "*/5 * * * *", _ASK)]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell whether documents can be made PDF."""
    return health.checks()


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual types of document."""
    defaults.make_types(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Give the demo company templates and documents."""
    story_of_demo.tell(demo)
