"""Every hook of the contract, each in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import click
import sqlalchemy as sa
from flask import Blueprint, url_for
from markupsafe import Markup

from salesman_core.toolkit import (
    ApiBlueprint,
    Client,
    Deal,
    Findable,
    announce_changed,
    reading,
    search_source,
)
from salesman_hookspecs import (
    AddedFilter,
    AmountSource,
    BoardBadge,
    BulkAction,
    Change,
    Closing,
    Demo,
    DeskWidget,
    DuplicateKey,
    Event,
    EventHandler,
    EventType,
    Evidence,
    HealthCheck,
    ImportPart,
    ImportType,
    Job,
    NavItem,
    Permission,
    Person,
    PresetGrant,
    QuickCreate,
    Reassigned,
    RecordBin,
    RecordExtension,
    RecordsMerged,
    RecordType,
    Schedule,
    SearchSource,
    Slot,
    SlotFill,
    StageMove,
    TimelineSource,
    Veto,
    hookimpl,
)
from salesman_sample import api, habits, importing, panels, permissions, queries, service, views
from salesman_sample.models import Promise
from salesman_sample.texts import texts

_ = texts.lazy

FILLED: Final = (
    "catalogue.product.card.panels",
    "client.card.next_step",
    "client.card.panels",
    "client.card.side",
    "deal.card.next_step",
    "deal.card.panels",
    "deal.card.side",
    "discussions.thread.side",
    "documents.document.card.panels",
    "inquiries.form.side",
    "invoices.act.card.panels",
    "invoices.invoice.card.panels",
    "leads.lead.card.next_step",
    "leads.lead.card.panels",
    "sample.promise.card.panels",
    "shell.person_menu",
    "shell.top_bar",
)
"""Every slot of the core, one's own, and one of a plugin that need not be there. A test fails where
a new one of the core is missing here."""

FORBIDDEN_NAME: Final = "Nobody"
SECRET: Final = "Secret"
HUSHED: Final = "(hush)"


# -- access


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with promises."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with promises."""
    return permissions.GRANTS


@hookimpl
def salesman_guarded_kinds() -> Iterable[str]:
    """Guard clients and deals."""
    return ["client", "deal"]


@hookimpl
def salesman_record_filter(kind: str, person: Person) -> sa.ColumnElement[bool] | None:
    """Show secret clients and deals only to whoever may see them."""
    if person.may(permissions.SECRET):
        return None
    name = {"client": Client.name, "deal": Deal.name}[kind]
    return sa.not_(sa.or_(name.startswith(SECRET), name.endswith(HUSHED)))


# -- data


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how promises are reached."""
    return [
        RecordType(
            kind=queries.KIND,
            title=_("Promise"),
            plural=_("Promises"),
            model=Promise,
            view_permission=permissions.VIEW,
            card_endpoint="sample.card",
            label="text",
            deleted="deleted_at",
            listed=queries.LISTED,
            bin=RecordBin(permissions.MAKE, service.restore_promise),
            notes_and_files=True,
        )
    ]


@hookimpl
def salesman_record_extensions() -> Iterable[RecordExtension]:
    """Keep what clients, contacts and deals are used to."""
    return habits.EXTENSIONS


@hookimpl
def salesman_list_filters() -> Iterable[AddedFilter]:
    """Narrow the list of clients to those to whom something was promised."""
    return queries.FILTERS


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Keep many promises at once, and promise something to many clients."""
    return [
        BulkAction("keep", queries.KIND, _("Keep"), permissions.MAKE, service.keep_one),
        BulkAction("thank", "client", _("Thank"), permissions.MAKE, service.thank_one),
    ]


@hookimpl
def salesman_before_save(change: Change) -> None:
    """Refuse clients without a name of their own, and to give away what was kept."""
    if change.kind == "client" and change.after.get("name") == FORBIDDEN_NAME:
        raise Veto(_("Nobody is no client."), field="name")
    given = change.kind == queries.KIND and "owner_id" in change.before
    if given and queries.is_kept(reading(), change.record_id):
        raise Veto(_("It stays with who kept it."))


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that promises are somebody else's to keep."""
    if reassigned.kind == queries.KIND:
        announce_changed("sample.promise.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_before_stage_move(move: StageMove) -> None:
    """Keep deals where they are until what was promised is kept."""
    if queries.is_open(reading(), move.deal_id):
        raise Veto(_("Keep your promise first."))


@hookimpl
def salesman_before_close(closing: Closing) -> None:
    """Let no deal be won with a promise that was not kept."""
    if closing.outcome == "won" and queries.is_open(reading(), closing.deal_id):
        raise Veto(_("Keep your promise first."))


@hookimpl
def salesman_amount_source() -> Iterable[AmountSource]:
    """Let the lines of deals own their amounts."""
    return [AmountSource(service.LINES, _("Lines"), lambda _deal_id: url_for("sample.index"))]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give promises to the story of clients and deals."""
    return [TimelineSource("promises", _("Promises"), panels.entries)]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let promises be found."""
    found = Findable(
        kind=queries.KIND,
        id=Promise.id,
        name=Promise.search_text,
        read=sa.select(Promise.id, Promise.text, Promise.created_at),
        hit=panels.hit,
    )
    return [search_source("promises", _("Promises"), "star", permissions.VIEW, found)]


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring promises in."""
    return [importing.PROMISES]


@hookimpl
def salesman_import_parts() -> Iterable[ImportPart]:
    """Let files of clients say how often somebody was thanked."""
    return [importing.THANKS]


@hookimpl
def salesman_duplicate_keys() -> Iterable[DuplicateKey]:
    """Take clients for one to whom the same was promised."""
    return [
        DuplicateKey(
            "promise",
            "client",
            _("the same promise"),
            queries.promised,
            queries.promised_when_typed,
        )
    ]


@hookimpl
def salesman_records_merged(merged: RecordsMerged) -> None:
    """Add up how often clients were thanked that turned out to be one."""
    if merged.kind == "client":
        service.add_up_thanks(merged.kept_id, merged.lost_ids)


# -- for other plugins


class Promises:
    """What other plugins may ask of promises."""

    def promise(self, client_id: int, text: str) -> int:
        """Promise something to a client; give the promise's id."""
        return service.make_promise({"client_id": client_id, "text": text})


@hookimpl
def salesman_service() -> Iterable[Promises]:
    """Let other plugins promise something."""
    return [Promises()]


@hookimpl(optionalhook=True)
def salesman_plans_sources() -> Iterable[Mapping[str, Any]]:
    """Let a company count deals on the day on which they were opened."""
    return [
        {
            "basis": "opened",
            "title": _("Deals opened"),
            "metrics": ("turnover", "deals"),
            "kind": "deal",
            "permission": "core.deal.view",
            "entries": queries.opened_deals,
            "address": lambda asked: url_for("deals.index", opened_on__gte=asked["from"]),
        }
    ]


@hookimpl(optionalhook=True)
def salesman_calendar_entries() -> Iterable[Mapping[str, Any]]:
    """Let the calendar show when deals were opened."""
    return [
        {
            "id": "sample.opened",
            "title": _("Opened"),
            "icon": "flag",
            "kind": "deal",
            "permission": "core.deal.view",
            "entries": queries.days_of_opening,
        }
    ]


@hookimpl(optionalhook=True)
def salesman_analytics_reports() -> Iterable[Mapping[str, Any]]:
    """Let reports tell how much was promised to whom."""
    return [
        {
            "id": "sample.promises",
            "title": _("Promises by client"),
            "question": _("To whom do we keep our word?"),
            "group": "clients",
            "permission": "sample.promise.view",
            "filters": ("owner_id", "source"),
            "count": queries.promises_by_client,
            "columns": (
                {"name": "client", "title": _("Client"), "kind": "text"},
                {
                    "name": "made",
                    "title": _("Promises"),
                    "kind": "number",
                    "method": _("All that was promised to the client."),
                    "address": lambda _asked, row: (
                        url_for("clients.card", record_id=row["key"]) if "key" in row else ""
                    ),
                },
            ),
            "chart": {"kind": "stacked", "columns": ("made",)},
        }
    ]


@hookimpl(optionalhook=True)
def salesman_mailing_services() -> Iterable[Mapping[str, Any]]:
    """Let groups be linked with lists that pigeons carry, once anybody keeps some."""
    return [
        {
            "id": "sample",
            "title": _("Pigeons"),
            "connect": lambda: None,
            "setup": "sample.index",
        }
    ]


@hookimpl(optionalhook=True)
def salesman_documents_variables() -> Iterable[Mapping[str, Any]]:
    """Let templates of documents say what was promised to a client."""
    fields = (("text", _("Promise"), "text"), ("kept", _("Kept"), "flag"))
    return [
        {
            "name": "promises",
            "title": _("Promises"),
            "rows": True,
            "fields": fields,
            "values": queries.promises_for_documents,
        }
    ]


# -- a new company, and the demo


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual words of promises."""
    service.begin_with_phrases(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Promise something to the first client of the demo company."""
    service.fill_demo(demo)


# -- insight


@hookimpl
def salesman_relationship_evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Say that somebody to whom a promise was kept is interested."""
    return [
        Evidence(
            row.client_id,
            "interest",
            f"promise:{row.id}",
            row.kept_at,
            _("a promise was kept"),
            (queries.KIND, row.id),
        )
        for row in queries.kept_about(reading(), client_ids)
    ]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Say that the table answers."""
    number = reading().scalar(sa.select(sa.func.count(Promise.id))) or 0
    return [HealthCheck("promises", ok=True, detail=str(number))]


# -- web


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
    """Give the menu entry."""
    return [
        NavItem(
            id="promises",
            title=_("Promises"),
            endpoint="sample.index",
            station="sale",
            icon="star",
            permission=permissions.VIEW,
            badge=panels.waiting_count,
            counts=(queries.KIND,),
        )
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Offer a place on the card of a promise."""
    return [
        Slot("sample.promise.card.panels", panels.PromiseCard, "Promise: panels", panels.load_card)
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Put a mark into every slot, and the promises onto the cards of clients and deals."""
    marks = [SlotFill("mark", slot, partial(_marked, slot), optional=True) for slot in FILLED]
    lists = [
        SlotFill("promises", slot, panels.of_record, _("Promises"), permissions.VIEW, lazy=True)
        for slot in ("client.card.panels", "deal.card.panels")
    ]
    return [*marks, *lists]


def _marked(slot: str, _context: Any) -> Markup:
    return panels.mark(slot)


@hookimpl
def salesman_board_badges(deal_ids: Sequence[int]) -> Iterable[BoardBadge]:
    """Show on the board what was promised about a deal and not kept yet."""
    return [
        BoardBadge(
            row.deal_id,
            row.text,
            "star",
            tone="behind",
            url=url_for("sample.card", record_id=row.id),
        )
        for row in queries.open_about_deals(reading(), deal_ids)
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk what was promised."""
    return [DeskWidget("waiting", _("Promises to keep"), panels.waiting, permissions.VIEW)]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate("promise", _("Promise"), "sample.new", "star", permissions.MAKE, key="y"),
    ]


# -- work


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to promises."""
    return [
        EventType("sample.promise.made", "A promise was made", {"text": "what was promised"}),
        EventType("sample.promise.kept", "A promise was kept"),
        EventType("sample.promise.changed", "A promise is somebody else's to keep"),
    ]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Promise to thank the client of a deal that was won."""
    return [EventHandler("thank", ("core.deal.closed",), _thank)]


def _thank(event: Event) -> None:
    deal = reading().get(Deal, event.record_id)
    if deal is not None and event.payload["outcome"] == "won":
        service.promise_thanks(deal.id, deal.client_id)


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work of forgetting."""
    return [Job("sample.tidy", service.forget_old)]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Forget each night."""
    return [Schedule("sample.tidy", "0 3 * * *", "sample.tidy")]


@click.command()
def tidy() -> None:
    """Forget promises that were kept long ago."""
    click.echo(f"forgotten: {service.forget_old()}")


@hookimpl
def salesman_cli() -> Iterable[click.Command]:
    """Give the command ``salesman sample tidy``."""
    return [tidy]
