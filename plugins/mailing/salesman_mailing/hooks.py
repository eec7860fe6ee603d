"""What mailing contributes to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.toolkit import ApiBlueprint, announce_changed, describe_fields, describe_tables
from salesman_hookspecs import (
    BulkAction,
    Demo,
    EventHandler,
    EventType,
    HealthCheck,
    ImportPart,
    Job,
    NavItem,
    Permission,
    PresetGrant,
    QuickCreate,
    Reassigned,
    RecordBin,
    RecordType,
    Schedule,
    SlotFill,
    TimelineSource,
    hookimpl,
)
from salesman_mailing import demo as story_of_demo
from salesman_mailing import jobs, models, offered, pages, permissions, words
from salesman_mailing.bounces import jobs as returns
from salesman_mailing.campaigns import contributions as campaigns
from salesman_mailing.consent import defaults, forms, panels
from salesman_mailing.groups import imports, service
from salesman_mailing.groups.bulk import TO_A_GROUP
from salesman_mailing.groups.lists import LISTED
from salesman_mailing.groups.models import KIND
from salesman_mailing.readers import forgetting
from salesman_mailing.services import api as service_api
from salesman_mailing.services import story as services_story
from salesman_mailing.services import working
from salesman_mailing.texts import texts
from salesman_mailing.toolkit import Mailing

_ = texts.lazy

describe_fields(KIND, words.FIELDS)
describe_tables({"mailing_member": _("Groups")})


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with groups and consents."""
    return (*permissions.PERMISSIONS, *campaigns.PERMISSIONS)


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return (*permissions.GRANTS, *campaigns.GRANTS)


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how groups are reached."""
    return [
        RecordType(
            kind=KIND,
            title=_("Group"),
            plural=_("Groups"),
            model=models.Group,
            view_permission=permissions.VIEW,
            card_endpoint="mailing.card",
            deleted="deleted_at",
            listed=LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_group),
        ),
        campaigns.RECORD_TYPE,
    ]


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Let the rows of lists be added to a group, of whatever can be written to."""
    return [TO_A_GROUP]


@hookimpl
def salesman_import_parts() -> Iterable[ImportPart]:
    """Let files of clients and contacts say in which groups somebody is to be."""
    return imports.PARTS


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual purposes."""
    defaults.make_purposes(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Tell whom the demo company writes to."""
    story_of_demo.tell(demo)


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [pages.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API, once every room has added its own to it."""
    return [service_api.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entry."""
    return [
        NavItem(
            id="groups",
            title=_("Groups"),
            endpoint="mailing.index",
            station="marketing",
            icon="users-group",
            permission=permissions.VIEW,
            order=20,
        ),
        campaigns.NAV_ITEM,
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate("group", _("Group"), "mailing.new", "users-group", permissions.CREATE, order=70)
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show on the card of whoever can be written to their groups and what they said."""
    return [
        SlotFill(
            id="mailing",
            slot="*.card.panels",
            render=panels.of_record,
            title=_("Mailing"),
            permission=permissions.SEE_CONSENT,
            order=60,
            lazy=True,
        )
    ]


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Tell at whoever can be written to which letters went to them, and what came of them."""
    return [campaigns.STORY, services_story.SOURCE]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to groups."""
    fields = {"fields": "the names of the changed fields"}
    return [
        EventType("mailing.group.created", "A group was made", {}),
        EventType("mailing.group.changed", "A group was changed", fields),
        EventType("mailing.group.deleted", "A group was put into the bin", {}),
        EventType("mailing.group.restored", "A group was taken out of the bin", {}),
        EventType(
            "mailing.consent.changed",
            "Somebody said whether they want letters, and a colleague noted it",
            {"state": "given or refused"},
        ),
        *campaigns.EVENT_TYPES,
    ]


@hookimpl
def salesman_event_handlers() -> Iterable[EventHandler]:
    """Take in what people agree to in web forms."""
    return [forms.HANDLER]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell whether what comes back can be read."""
    return returns.health()


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that groups of somebody who left have another owner."""
    if reassigned.kind == KIND:
        announce_changed("mailing.group.changed", reassigned, ("owner_id",))
    if reassigned.kind == campaigns.RECORD_TYPE.kind:
        announce_changed("mailing.campaign.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    tidying = Job("mailing.tidy", jobs.tidy, title=_("Forgetting who is gone for good"))
    return [tidying, *campaigns.JOBS, *returns.JOBS, *working.JOBS, *forgetting.JOBS]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done."""
    tidying = Schedule("mailing.tidy", "40 3 * * *", "mailing.tidy")
    return [
        tidying,
        *campaigns.SCHEDULES,
        *returns.SCHEDULES,
        *working.SCHEDULES,
        *forgetting.SCHEDULES,
    ]


@hookimpl
def salesman_service() -> Iterable[Mailing]:
    """Let other plugins note consents."""
    return [offered.Keeper()]
