"""What invoices contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint
from salesman_requisites.toolkit import Paper, offer_papers

from salesman_core.toolkit import (
    ApiBlueprint,
    RecordCard,
    announce_changed,
    describe_also,
    describe_fields,
    search_source,
)
from salesman_hookspecs import (
    Demo,
    EventHandler,
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
from salesman_invoices import (
    bulk,
    completing,
    due,
    evidence,
    imports,
    pages,
    panels,
    permissions,
    plans_sources,
    receivables,
    service,
    story,
    words,
)
from salesman_invoices import demo as story_of_demo
from salesman_invoices.acts import lists as act_lists
from salesman_invoices.acts import panels as act_panels
from salesman_invoices.acts import service as acts
from salesman_invoices.acts import story as act_story
from salesman_invoices.acts import words as act_words
from salesman_invoices.models import ACT, KIND, PAYMENT, Act, Invoice, Payment
from salesman_invoices.papers import health
from salesman_invoices.payments import service as payments
from salesman_invoices.payments import words as payment_words
from salesman_invoices.sending import jobs as letters
from salesman_invoices.sending import panels as letter_panels
from salesman_invoices.sending import story as letter_story
from salesman_invoices.texts import texts

_ = texts.lazy

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS)
describe_fields(PAYMENT, payment_words.FIELDS)
describe_also("deal", words.OF_DEALS)
describe_fields(ACT, act_words.FIELDS, actions=act_words.ACTIONS)

offer_papers(KIND, lambda _session: [Paper(KIND, _("Invoices"), "{number}")])
offer_papers(ACT, lambda _session: [Paper(ACT, _("Acts"), "{number}")])


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with invoices and payments."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how invoices and payments are reached: whoever sees the deal sees its invoices."""
    return [
        RecordType(
            kind=KIND,
            title=_("Invoice"),
            plural=_("Invoices"),
            model=Invoice,
            view_permission=permissions.VIEW,
            card_endpoint="invoices.card",
            label="label",
            deleted="deleted_at",
            along=(("deal", "deal_id"),),
            listed=bulk.LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_invoice),
            notes_and_files=True,
        ),
        RecordType(
            kind=PAYMENT,
            title=_("Payment"),
            plural=_("Payments"),
            model=Payment,
            view_permission=permissions.SEE_PAYMENTS,
            card_endpoint="invoices.payment_card",
            label="label",
            deleted="deleted_at",
            listed=bulk.PAYMENTS_LISTED,
            bin=RecordBin(permissions.CHANGE_PAYMENTS, payments.restore_payment),
            notes_and_files=True,
        ),
        RecordType(
            kind=ACT,
            title=_("Act"),
            plural=_("Acts"),
            model=Act,
            view_permission=permissions.SEE_ACTS,
            card_endpoint="invoices.act_card",
            label="label",
            deleted="deleted_at",
            along=(("deal", "deal_id"),),
            listed=act_lists.LISTED,
            bin=RecordBin(permissions.CHANGE_ACTS, acts.restore_act),
            notes_and_files=True,
        ),
    ]


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
            id="invoices",
            title=_("Invoices"),
            endpoint="invoices.index",
            station="paperwork",
            icon="file-invoice",
            permission=permissions.VIEW,
            order=20,
        ),
        NavItem(
            id="payments",
            title=_("Payments"),
            endpoint="invoices.payments",
            station="paperwork",
            icon="coin",
            permission=permissions.SEE_PAYMENTS,
            order=25,
        ),
        NavItem(
            id="acts",
            title=_("Acts"),
            endpoint="invoices.acts",
            station="paperwork",
            icon="file-check",
            permission=permissions.SEE_ACTS,
            order=30,
        ),
        NavItem(
            id="letters",
            title=_("Payment letters"),
            endpoint="invoices.letters_settings",
            station="administration",
            icon="mail-cog",
            permission=permissions.MANAGE_LETTERS,
            order=33,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entries of the "new" menu."""
    return [
        QuickCreate(
            "invoice",
            _("Invoice"),
            "invoices.new",
            "file-invoice",
            permissions.CREATE,
            order=40,
        ),
        QuickCreate(
            "payment",
            _("Payment"),
            "invoices.new_payment",
            "coin",
            permissions.CHANGE_PAYMENTS,
            order=45,
        ),
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the place of an invoice's card that others may fill."""
    return [
        Slot(
            "invoices.invoice.card.panels",
            RecordCard,
            "Invoice: under its lines",
            panels.slot_context,
        ),
        Slot(
            "invoices.act.card.panels",
            RecordCard,
            "Act: under its lines",
            act_panels.slot_context,
        ),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show the invoices of a deal and of a client on their cards."""
    return [
        SlotFill(
            id="invoices",
            slot="deal.card.panels",
            render=panels.of_deal,
            title=_("Invoices and payments"),
            permission=permissions.VIEW,
            order=15,
            lazy=True,
        ),
        SlotFill(
            id="invoices",
            slot="client.card.panels",
            render=panels.of_client,
            title=_("Invoices and payments"),
            permission=permissions.VIEW,
            order=30,
            lazy=True,
        ),
        SlotFill(
            id="acts",
            slot="invoices.invoice.card.panels",
            render=act_panels.of_invoice,
            title=_("Acts"),
            permission=permissions.SEE_ACTS,
            order=10,
        ),
        SlotFill(
            id="acts",
            slot="deal.card.panels",
            render=act_panels.of_deal,
            title=_("Acts"),
            permission=permissions.SEE_ACTS,
            order=16,
            lazy=True,
        ),
        SlotFill(
            id="letters",
            slot="invoices.invoice.card.panels",
            render=letter_panels.of_paper,
            title=_("PDF and letters"),
            permission=permissions.VIEW,
            order=1,
        ),
        SlotFill(
            id="act_letters",
            slot="invoices.act.card.panels",
            render=letter_panels.of_paper,
            title=_("PDF and letters"),
            permission=permissions.SEE_ACTS,
            order=1,
        ),
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give invoices and payments to the stories of clients and deals."""
    return [
        TimelineSource("invoices", _("Invoices"), story.entries),
        TimelineSource("payments", _("Payments"), story.payments),
        TimelineSource("acts", _("Acts"), act_story.entries, kinds=act_story.KINDS),
        letter_story.SOURCE,
    ]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find invoices."""
    return [
        search_source("invoices", _("Invoices"), "file-invoice", permissions.VIEW, story.FOUND),
        search_source("acts", _("Acts"), "file-check", permissions.SEE_ACTS, act_story.FOUND),
    ]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Complete invoices once the rate of their day is known."""
    return [EventHandler("complete_rates", ("core.rate.entered",), completing.complete_rates)]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to invoices, payments and schedules."""
    of = {"deal_id": "its deal, or null", "client_id": "its client, or null"}
    fields = {"fields": "the names of the changed fields"}
    act = {**of, "invoice_id": "its invoice"}
    paid = {"amount": "what it came to", "currency": "in which currency"}
    payer = {"client_id": "whose it is, or null"}
    return [
        EventType("invoices.invoice.created", "A draft of an invoice was made", of),
        EventType("invoices.invoice.changed", "An invoice was changed", {**of, **fields}),
        EventType("invoices.invoice.issued", "An invoice was issued", of),
        EventType("invoices.invoice.paid", "An invoice became wholly paid", {**of, **paid}),
        EventType("invoices.invoice.cancelled", "An invoice was cancelled", of),
        EventType("invoices.invoice.reopened", "The cancelling of an invoice was taken back", of),
        EventType("invoices.invoice.deleted", "A draft was put into the bin", of),
        EventType("invoices.invoice.restored", "A draft was taken out of the bin", of),
        EventType("invoices.payment.created", "A payment was entered", payer),
        EventType("invoices.payment.changed", "A payment was changed", {**payer, **fields}),
        EventType("invoices.payment.deleted", "A payment was taken back", payer),
        EventType("invoices.payment.restored", "A payment was taken out of the bin", payer),
        EventType("invoices.invoice.imported", "A file told more of an invoice", of),
        EventType("invoices.act.created", "A draft of an act was made", act),
        EventType("invoices.act.changed", "An act was changed", {**act, **fields}),
        EventType("invoices.act.issued", "An act was issued", act),
        EventType("invoices.act.cancelled", "An act was cancelled", act),
        EventType("invoices.act.reopened", "The cancelling of an act was taken back", act),
        EventType("invoices.act.deleted", "A draft of an act was put into the bin", act),
        EventType("invoices.act.restored", "A draft of an act was taken out of the bin", act),
        EventType(
            "invoices.schedule.changed",
            "The schedule of payments of a deal was changed",
            {"number": "how many steps there are"},
        ),
        *letters.EVENT_TYPES,
    ]


@hookimpl
def salesman_relationship_evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Give the sales that are paid."""
    return evidence.of_clients(client_ids)


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that invoices and payments have another owner."""
    if reassigned.kind in {KIND, PAYMENT, ACT}:
        announce_changed(f"{reassigned.kind}.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring in invoices and what was paid on them."""
    return [imports.INVOICES]


@hookimpl(optionalhook=True)
def salesman_plans_sources() -> Iterable[Mapping[str, Any]]:
    """Let plans count by invoices: issued, paid, paid within deals that were won."""
    return plans_sources.sources()


@hookimpl(optionalhook=True)
def salesman_analytics_reports() -> Iterable[Mapping[str, Any]]:
    """Tell who owes what, and for how long it is overdue."""
    return receivables.reports()


@hookimpl(optionalhook=True)
def salesman_calendar_entries() -> Iterable[Mapping[str, Any]]:
    """Show in the calendar when invoices are due."""
    return due.calendar_sources()


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Let the demo company send invoices and be paid."""
    story_of_demo.tell(demo)


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell whether papers can be printed on this machine."""
    return [health.printing()]


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    return letters.JOBS


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done."""
    return letters.SCHEDULES
