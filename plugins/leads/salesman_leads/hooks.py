"""What leads contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint

from salesman_core.toolkit import (
    ApiBlueprint,
    RecordCard,
    announce_changed,
    current_person,
    describe_fields,
    describe_tables,
    reading,
    search_source,
)
from salesman_hookspecs import (
    BulkAction,
    Demo,
    DeskWidget,
    EventType,
    Evidence,
    HealthCheck,
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
from salesman_leads import (
    bulk,
    defaults,
    evidence,
    imports,
    jobs,
    offered,
    pages,
    panels,
    permissions,
    queries,
    service,
    story,
    words,
)
from salesman_leads import demo as story_of_demo
from salesman_leads.distribution import defaults as usual
from salesman_leads.distribution import jobs as distribution_jobs
from salesman_leads.forms import demo as form_of_demo
from salesman_leads.forms import senders
from salesman_leads.import_apply import apply_leads
from salesman_leads.mailbox import health as mailbox_health
from salesman_leads.mailbox import jobs as mailbox_jobs
from salesman_leads.models import KIND, Lead, LeadEmail
from salesman_leads.queue import coming
from salesman_leads.queue.defaults import make_call_results
from salesman_leads.queue.story import calls
from salesman_leads.texts import texts
from salesman_leads.toolkit import Leads

_ = texts.lazy

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS)
describe_tables({"leads_decision": words.DECISIONS})


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
            notes_and_files=True,
            emails=(LeadEmail, "lead_id"),
        )
    ]


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many leads at once."""
    return bulk.ACTIONS


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
    """Give the menu entries; the first counts the leads that nobody has begun to work on."""
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
            at_hand=50,
        ),
        NavItem(
            id="results",
            title=_("Results of leads"),
            endpoint="leads.results",
            station="administration",
            icon="list-check",
            permission=permissions.MANAGE_RESULTS,
            order=46,
        ),
        NavItem(
            id="rules",
            title=_("Distribution of leads"),
            endpoint="leads.rules",
            station="administration",
            icon="arrows-split",
            permission=permissions.MANAGE_RULES,
            order=40,
        ),
        NavItem(
            id="forms",
            title=_("Web forms"),
            endpoint="leads.forms",
            station="marketing",
            icon="forms",
            permission=permissions.MANAGE_FORMS,
            order=12,
        ),
        NavItem(
            id="channels",
            title=_("Channels"),
            endpoint="leads.channels",
            station="reports",
            icon="route",
            permission=permissions.REPORT,
            order=30,
        ),
        NavItem(
            id="mailboxes",
            title=_("Mailboxes of leads"),
            endpoint="leads.mailboxes",
            station="administration",
            icon="mailbox",
            permission=permissions.MANAGE_MAILBOXES,
            order=50,
        ),
        NavItem(
            id="queue",
            title=_("Call queue"),
            endpoint="leads.queue",
            station="marketing",
            icon="phone-outgoing",
            permission=permissions.CALL,
            order=12,
            at_hand=85,
        ),
        NavItem(
            id="call_results",
            title=_("Results of calls"),
            endpoint="leads.call_results",
            station="administration",
            icon="phone-check",
            permission=permissions.MANAGE_CALLS,
            order=39,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate("lead", _("Lead"), "leads.new", "inbox", permissions.CREATE, order=30),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the cards of clients and deals which leads they came from."""
    return [
        SlotFill(
            id="leads",
            slot=f"{kind}.card.panels",
            render=panels.leads_of_record,
            title=_("Leads"),
            permission=permissions.VIEW,
        )
        for kind in ("client", "deal")
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the places of a lead's card that others may fill."""
    context, load = RecordCard, panels.slot_context
    return [
        Slot("leads.lead.card.next_step", context, "Lead: what is to be done next", load),
        Slot("leads.lead.card.panels", context, "Lead: under what they want", load),
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
    return [
        TimelineSource("leads", _("Leads"), story.entries),
        TimelineSource("calls", _("Calls to leads"), calls, kinds=("client", "deal", KIND)),
    ]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find leads."""
    return [search_source("leads", _("Leads"), "inbox", permissions.VIEW, story.FOUND)]


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring in leads."""
    fields, keys = imports.FIELDS, imports.FOUND_BY
    return [
        ImportType(
            "leads", _("Leads"), permissions.IMPORT, fields, apply_leads, keys, imports.USUALLY
        )
    ]


@hookimpl
def salesman_relationship_evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Say which clients came of a found interest."""
    return evidence.of_clients(client_ids)


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to leads."""
    fields = {"fields": "the names of the changed fields"}
    owner = {"owner_id": "who works on it"}
    given = {"owner_id": "who got it, or null"}
    works = {"owner_id": "who works on it, or null"}
    closed = {
        "result": "what came of it",
        "client_id": "the client that it became, or null",
        "contact_id": "the person there, or null",
        "deal_id": "the deal, or null",
    }
    called = {
        "base": "what the result of the call is at bottom",
        "number": "how many calls there were",
        "person_id": "who called",
    }
    return [
        EventType("leads.lead.created", "A lead came in", {"source": "where it came from"}),
        EventType("leads.lead.changed", "A lead was changed", fields),
        EventType("leads.lead.taken", "Somebody began to work on a lead", owner),
        EventType("leads.lead.processed", "A lead was found to be an interest", owner),
        EventType("leads.lead.brought_back", "A lead that was kept apart counts again", owner),
        EventType("leads.lead.distributed", "A lead was dealt anew", given),
        EventType("leads.lead.called", "A lead was called", called),
        EventType("leads.lead.call_undone", "A call was taken back"),
        EventType("leads.lead.answered", "They wrote again, in the thread of their letter", works),
        EventType("leads.lead.closed", "A lead was closed", closed),
        EventType("leads.lead.reopened", "A closed lead was taken up again"),
        EventType(
            "leads.lead.agreed_to_letters",
            "Whoever sent a web form agreed to be written to",
            {
                "form": "what the form is called",
                "form_version": "the number of the consent that stood in it",
                "ip": "from where it was sent",
                "page": "the page on which it stood",
            },
        ),
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
    look, read = _("Looking which mailboxes are to be read"), _("Reading a mailbox")
    redealing = _("Dealing of leads that were not touched in time")
    return [
        Job("leads.remind", jobs.remind_of_untouched, title=title),
        Job("leads.redeal", distribution_jobs.redeal, title=redealing),
        Job(
            "leads.forget_senders",
            senders.forget_senders,
            title=_("Forgetting who sent web forms long ago"),
        ),
        Job("leads.look_into_mailboxes", mailbox_jobs.look_into_mailboxes, title=look),
        Job(
            mailbox_jobs.READ,
            mailbox_jobs.read_mailbox,
            timeout=mailbox_jobs.LONGEST,
            transactional=False,
            title=read,
        ),
    ]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell which mailboxes cannot be read."""
    return mailbox_health.checks()


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual results of leads, and with a rule that catches all."""
    defaults.make_results(language)
    usual.make_rule(language)
    make_call_results(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell of the leads of the last weeks in the demo company."""
    form_of_demo.tell(demo)
    story_of_demo.tell(demo)


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done."""
    return [
        Schedule("leads.remind", "5 9-18 * * 1-5", "leads.remind"),
        Schedule("leads.redeal", "* * * * *", "leads.redeal"),
        Schedule("leads.forget_senders", "35 3 * * *", "leads.forget_senders"),
        Schedule("leads.look_into_mailboxes", "*/5 * * * *", "leads.look_into_mailboxes"),
    ]


@hookimpl
def salesman_service() -> Iterable[Leads]:
    """Let other plugins take leads in and learn what came of them."""
    return [offered.Intake()]


@hookimpl(optionalhook=True)
def salesman_analytics_reports() -> Iterable[Mapping[str, Any]]:
    """Let what channels bring stand among the reports."""
    return [
        {
            "id": "leads.channels",
            "title": _("Channels"),
            "question": _("What did leads of which channel bring, and what did they cost?"),
            "group": "clients",
            "permission": permissions.REPORT,
            "endpoint": "leads.channels",
            "order": 50,
            "opens_for": {"marketer": 20},
        }
    ]


@hookimpl(optionalhook=True)
def salesman_calendar_entries() -> Iterable[Mapping[str, Any]]:
    """Show in the calendar when leads are to be called next."""
    return coming.calendar_sources()
