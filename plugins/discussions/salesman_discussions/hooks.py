"""What discussions contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from salesman_core.toolkit import (
    ApiBlueprint,
    RecordCard,
    announce_changed,
    describe_fields,
    describe_tables,
    reading,
    search_source,
)
from salesman_discussions import (
    api,
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
from salesman_discussions import demo as story_of_demo
from salesman_discussions.lists import LISTED
from salesman_discussions.models import (
    KIND,
    MESSAGE,
    Message,
    Thread,
    ThreadParticipant,
    ThreadTie,
)
from salesman_discussions.texts import texts
from salesman_discussions.toolkit import Discussions
from salesman_hookspecs import (
    Demo,
    DeskWidget,
    EventType,
    Job,
    NavItem,
    Permission,
    Person,
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

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS, others=words.about_words)
describe_tables({"discussions_thread_tie": _("Discussions")})


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with discussions."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with discussions."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how threads are reached, and messages through them."""
    return [
        RecordType(
            kind=KIND,
            title=_("Discussion"),
            plural=_("Discussions"),
            model=Thread,
            view_permission=permissions.VIEW,
            card_endpoint="discussions.card",
            label="subject",
            participants=ThreadParticipant,
            deleted="deleted_at",
            ties=ThreadTie,
            listed=LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_thread),
            notes_and_files=True,
        ),
        RecordType(
            kind=MESSAGE,
            title=_("Message"),
            plural=_("Messages"),
            model=Message,
            view_permission=permissions.VIEW,
            card_endpoint="discussions.message",
            label="author_name",
            owner=None,
            deleted="deleted_at",
            through=(KIND, "thread_id"),
        ),
    ]


@hookimpl
def salesman_guarded_kinds() -> Iterable[str]:
    """Say that this plugin judges who sees private threads."""
    return [KIND]


@hookimpl
def salesman_record_filter(kind: str, person: Person) -> Any | None:
    """Leave private threads to those who take part in them, whoever else sees the record."""
    if kind != KIND or (person.id is None and person.everything):
        return None
    return queries.not_private_to_others(person.id)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell what the people of the demo company discuss."""
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
    """Give the menu entry; it counts the discussions in which something is new to the person."""
    return [
        NavItem(
            id="threads",
            title=_("Discussions"),
            endpoint="discussions.index",
            station="desk",
            icon="messages",
            permission=permissions.VIEW,
            order=30,
            badge=lambda: queries.unread_count(reading()) or None,
            counts=(KIND,),
            at_hand=30,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate(
            "thread", _("Discussion"), "discussions.new", "messages", permissions.CREATE, order=60
        ),
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the place beside a thread that others may fill, as with what is to be decided."""
    return [
        Slot("discussions.thread.side", RecordCard, "Discussion: beside it", panels.slot_context)
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the card of whatever record what is discussed about it."""
    return [
        SlotFill(
            id="threads",
            slot="*.card.panels",
            render=panels.of_record,
            title=_("Discussions"),
            permission=permissions.VIEW,
            order=15,
            lazy=True,
        ),
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk what is new in discussions."""
    return [
        DeskWidget(
            id="news",
            title=_("News in discussions"),
            render=panels.on_desk,
            permission=permissions.VIEW,
            order=45,
            width=6,
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give what was discussed to the stories of records."""
    return [TimelineSource("discussions", _("Discussions"), story.entries, kinds=())]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find discussions, and what was said in them."""
    view = permissions.VIEW
    return [
        search_source("threads", _("Discussions"), "messages", view, story.THREADS_FOUND),
        search_source("messages", _("Messages"), "message", view, story.MESSAGES_FOUND),
    ]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to discussions."""
    message = {
        "message_id": "the message",
        "number": "its place in the discussion",
    }
    decision = {"message_id": "the message that asks for it", "user_ids": "whose decision it is"}
    fields = {"fields": "the names of the changed fields"}
    return [
        EventType("discussions.thread.created", "A discussion was opened", {}),
        EventType("discussions.thread.changed", "A discussion was changed", fields),
        EventType("discussions.thread.closed", "A discussion was closed with a decision", {}),
        EventType("discussions.thread.reopened", "A discussion was taken up again", {}),
        EventType("discussions.thread.deleted", "A discussion was put into the bin", {}),
        EventType("discussions.thread.restored", "A discussion was taken out of the bin", {}),
        EventType("discussions.message.posted", "Something was said in a discussion", message),
        EventType("discussions.message.changed", "A message was changed", message),
        EventType("discussions.message.deleted", "A message was taken back", message),
        EventType("discussions.message.restored", "A message stands again", message),
        EventType("discussions.message.reacted", "A sign was set beside a message", message),
        EventType("discussions.decision.asked", "People were asked for a decision", decision),
        EventType("discussions.decision.ended", "A decision is waited for no longer", decision),
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that discussions of somebody who left have another owner."""
    if reassigned.kind == KIND:
        announce_changed("discussions.thread.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    return [
        Job("discussions.tell", jobs.tell, title=_("Notices of messages")),
        Job(
            "discussions.letters",
            jobs.send_letters,
            transactional=False,
            title=_("Letters about discussions"),
        ),
    ]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: each minute."""
    return [Schedule("discussions.letters", "* * * * *", "discussions.letters")]


@hookimpl
def salesman_service() -> Iterable[Discussions]:
    """Let other plugins command discussions."""
    return [offered.Moderator()]
