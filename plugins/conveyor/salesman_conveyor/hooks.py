"""What the conveyor contributes to the core: read from top to bottom, it is its contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from salesman_conveyor import (
    api,
    defaults,
    pages,
    panels,
    permissions,
    queries,
    rules,
    story,
    use,
    words,
)
from salesman_conveyor import demo as story_of_demo
from salesman_conveyor.lists import LISTED
from salesman_conveyor.models import KIND, Handover, HandoverParticipant
from salesman_conveyor.texts import texts
from salesman_core.toolkit import ApiBlueprint, describe_fields, reading
from salesman_hookspecs import (
    Demo,
    DeskWidget,
    EventHandler,
    EventType,
    NavItem,
    Permission,
    PresetGrant,
    RecordType,
    SlotFill,
    TimelineSource,
    hookimpl,
)

_ = texts.lazy

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done on the conveyor."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do on the conveyor."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how handovers are reached: by those they concern, and along with their record."""
    return [
        RecordType(
            kind=KIND,
            title=_("Handover"),
            plural=_("Handovers"),
            model=Handover,
            view_permission=permissions.VIEW,
            card_endpoint="conveyor.card",
            label="title",
            participants=HandoverParticipant,
            along=(("client", "client_id"), ("deal", "deal_id")),
            listed=LISTED,
        )
    ]


@hookimpl
def salesman_guarded_kinds() -> Iterable[str]:
    """Say that this plugin judges which handovers there are to be seen."""
    return [KIND]


@hookimpl
def salesman_record_filter(kind: str) -> Any | None:
    """Leave out what is with a client or deal that lies in the bin."""
    return queries.record_is_there() if kind == KIND else None


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual stations."""
    defaults.make_stations(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell how the demo company hands its work over."""
    story_of_demo.tell(demo)


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
    """Give the menu entries; the first counts what waits for whoever reads."""
    return [
        NavItem(
            id="desk",
            title=_("Conveyor"),
            endpoint="conveyor.desk",
            station="desk",
            icon="transform",
            permission=permissions.VIEW,
            order=40,
            badge=lambda: queries.waiting_count(reading()) or None,
            counts=(KIND,),
        ),
        NavItem(
            id="line",
            title=_("Conveyor"),
            endpoint="conveyor.line",
            station="reports",
            icon="transform",
            permission=permissions.FIGURES,
            order=60,
        ),
        NavItem(
            id="stations",
            title=_("Stations"),
            endpoint="conveyor.show_stations",
            station="administration",
            icon="transform",
            permission=permissions.MANAGE,
            order=41,
        ),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the cards of clients and deals the way so far."""
    return [
        SlotFill(
            id="way",
            slot=f"{record}.card.panels",
            render=panels.of_record,
            title=_("Conveyor"),
            permission=permissions.VIEW,
            order=12,
            lazy=True,
        )
        for record in ("client", "deal")
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk what waits at one's station."""
    return [
        DeskWidget(
            id="waiting",
            title=_("Waiting at your station"),
            render=panels.on_desk,
            permission=permissions.VIEW,
            order=37,
            roles=("seller", "assistant", "service"),
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the handovers of a client and deal to their stories."""
    return [TimelineSource("handovers", _("Conveyor"), story.entries)]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to handovers."""
    about = {
        "client_id": "the client, or null",
        "deal_id": "the deal, or null",
        "station_id": "the station, or null",
        "owner_id": "with whom it is now, or null",
    }
    return [
        EventType("conveyor.handover.given", "A record was handed over to a station", about),
        EventType("conveyor.handover.taken", "A handover was taken up", about),
        EventType("conveyor.handover.passed", "A record went on to the next station", about),
        EventType("conveyor.handover.returned", "A handover was returned", about),
        EventType("conveyor.handover.withdrawn", "A handover was taken back", about),
        EventType("conveyor.handover.finished", "The way of a record ended", about),
        EventType("conveyor.handover.resumed", "A stay goes on that had ended", about),
        EventType("conveyor.handover.assigned", "Somebody is to take a handover up", about),
        EventType("conveyor.handover.changed", "An open point was ticked", about),
    ]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Hand over by rule, end what is lost, and follow names."""
    steps = ("core.deal.created", "core.deal.moved", "core.deal.transferred")
    names = ("core.client.changed", "core.deal.changed")
    climbs, closings = ("core.client.climbed",), ("core.deal.closed",)
    return [
        EventHandler("progress", steps, rules.follow_progress, use.has_rules, use.SUBJECT),
        EventHandler("rung", climbs, rules.follow_rung, use.has_rules, use.SUBJECT),
        EventHandler("outcome", closings, rules.follow_outcome, use.is_used, use.SUBJECT),
        EventHandler("name", names, rules.follow_name, use.has_handovers, use.SUBJECT),
    ]
