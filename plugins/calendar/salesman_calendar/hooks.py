"""What activities contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint

from salesman_calendar import (
    api,
    badges,
    bulk,
    defaults,
    entries,
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
from salesman_calendar import demo as story_of_demo
from salesman_calendar.models import KIND, Activity
from salesman_calendar.texts import texts
from salesman_calendar.toolkit import Activities
from salesman_core.toolkit import (
    ApiBlueprint,
    announce_changed,
    describe_fields,
    describe_tables,
    reading,
    search_source,
)
from salesman_hookspecs import (
    BoardBadge,
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

_ = texts.lazy

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS, others=words.about_words)
describe_tables({"calendar_activity_contact": words.WITH_WHOM})


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with activities."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with activities."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how activities are reached."""
    return [
        RecordType(
            kind=KIND,
            title=_("Activity"),
            plural=_("Activities"),
            model=Activity,
            view_permission=permissions.VIEW,
            card_endpoint="calendar.card",
            label="subject",
            deleted="deleted_at",
            along=(("client", "client_id"), ("deal", "deal_id")),
            about=("about_kind", "about_id"),
            listed=bulk.LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_activity),
        )
    ]


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual kinds and results."""
    defaults.make_kinds(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell what the people of the demo company did and plan."""
    story_of_demo.tell(demo)


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many activities at once."""
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
    """Give the menu entries; the first counts one's own that are overdue or of today."""
    return [
        NavItem(
            id="agenda",
            title=_("My day"),
            endpoint="calendar.day",
            station="desk",
            icon="calendar-event",
            permission=permissions.VIEW,
            order=20,
            badge=lambda: queries.due_count(reading()) or None,
            counts=(KIND,),
            at_hand=90,
        ),
        NavItem(
            id="grid",
            title=_("Calendar"),
            endpoint="calendar.show_grid",
            station="desk",
            icon="calendar-month",
            permission=permissions.VIEW,
            order=21,
        ),
        NavItem(
            id="climbing",
            title=_("Climbing"),
            endpoint="calendar.show_climbing",
            station="reports",
            icon="stairs-up",
            permission=permissions.VIEW,
            order=40,
        ),
        NavItem(
            id="kinds",
            title=_("Kinds of activities"),
            endpoint="calendar.kinds",
            station="administration",
            icon="checkbox",
            permission=permissions.MANAGE,
            order=38,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate(
            "activity", _("Activity"), "calendar.new", "checkbox", permissions.CREATE, order=25
        ),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the card of whatever record what is planned, what was done and what is next."""
    return [
        SlotFill(
            id="activities",
            slot="*.card.panels",
            render=panels.of_record,
            title=_("Activities"),
            permission=permissions.VIEW,
            order=10,
            lazy=True,
        ),
        SlotFill(
            id="next_step",
            slot="*.card.next_step",
            render=panels.next_step,
            permission=permissions.VIEW,
        ),
    ]


@hookimpl
def salesman_board_badges(deal_ids: Sequence[int]) -> Iterable[BoardBadge]:
    """Show on the board what is next with each deal."""
    return badges.next_steps(deal_ids)


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk what is overdue and what is to be done today."""
    return [
        DeskWidget(
            id="my_day",
            title=_("My day"),
            render=panels.my_day,
            permission=permissions.VIEW,
            order=5,
            width=12,
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the activities of a client and deal to their stories."""
    return [TimelineSource("activities", _("Activities"), story.entries)]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find activities."""
    return [search_source("activities", _("Activities"), "checkbox", permissions.VIEW, story.FOUND)]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to activities."""
    about = {
        "client_id": "the client, or null",
        "deal_id": "the deal, or null",
        "about_kind": "the kind of the record of a plugin that it is about, or null",
        "about_id": "the id of that record, or null",
        "owner_id": "who is to do it",
        "series_id": "the series that it belongs to, or null; where several of one changed at once,"
        " this is told of one of them",
    }
    fields = {**about, "fields": "the names of the changed fields"}
    result = {**about, "result_id": "what came of it, or null"}
    return [
        EventType("calendar.activity.created", "An activity was planned", about),
        EventType("calendar.activity.changed", "An activity was changed", fields),
        EventType("calendar.activity.done", "An activity was done", result),
        EventType("calendar.activity.reopened", "A done activity was taken up again", about),
        EventType(
            "calendar.activity.guest",
            "Somebody was invited to an activity, or answered",
            {
                "client_id": "the client, or null",
                "deal_id": "the deal, or null",
                "owner_id": "who is to do it",
                "guest_id": "the guest",
                "answer": "waiting, accepted, tentative or declined",
            },
        ),
        EventType("calendar.activity.deleted", "An activity was put into the bin", about),
        EventType("calendar.activity.restored", "An activity was taken out of the bin", about),
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that activities of somebody who left have another owner."""
    if reassigned.kind == KIND:
        announce_changed("calendar.activity.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    return [
        Job("calendar.remind", jobs.remind, title=_("Reminders of activities")),
        Job("calendar.prolong", jobs.prolong, title=_("Activities that come again, made ahead")),
    ]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: reminders each minute, what comes again each hour."""
    return [
        Schedule("calendar.remind", "* * * * *", "calendar.remind"),
        Schedule("calendar.prolong", "23 * * * *", "calendar.prolong"),
    ]


@hookimpl(optionalhook=True)
def salesman_calendar_entries() -> Iterable[Mapping[str, Any]]:
    """Show in the calendar when deals are expected to close."""
    return entries.own_sources(_("Expected closings"))


@hookimpl
def salesman_service() -> Iterable[Activities]:
    """Let other plugins plan and finish activities."""
    return [offered.Planner()]
