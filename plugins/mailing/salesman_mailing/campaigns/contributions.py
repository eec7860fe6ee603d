"""What campaigns contribute to the core."""

from __future__ import annotations

from salesman_core.toolkit import describe_fields, describe_tables
from salesman_hookspecs import EventType, NavItem, RecordBin, RecordType
from salesman_mailing.bounces import api as struck_off
from salesman_mailing.campaigns import api, jobs, permissions, service, story
from salesman_mailing.campaigns.lists import LISTED
from salesman_mailing.campaigns.models import KIND, Campaign
from salesman_mailing.campaigns.words import FIELDS
from salesman_mailing.texts import texts

_ = texts.lazy

OPERATIONS = (api.ANSWERS, struck_off.list_struck_off)
"""Importing them adds the operations of campaigns, and of what comes back, to mailing's API."""

PERMISSIONS, GRANTS = permissions.PERMISSIONS, permissions.GRANTS
STORY = story.SOURCE
JOBS, SCHEDULES = jobs.JOBS, jobs.SCHEDULES

RECORD_TYPE = RecordType(
    kind=KIND,
    title=_("Campaign"),
    plural=_("Campaigns"),
    model=Campaign,
    view_permission=permissions.VIEW,
    card_endpoint="mailing.campaign",
    deleted="deleted_at",
    listed=LISTED,
    bin=RecordBin(permissions.DELETE, service.restore_campaign),
)

NAV_ITEM = NavItem(
    id="campaigns",
    title=_("Campaigns"),
    endpoint="mailing.campaigns",
    station="marketing",
    icon="mail-forward",
    permission=permissions.VIEW,
    order=30,
)

EVENT_TYPES = (
    EventType("mailing.campaign.created", "A campaign was made", {}),
    EventType(
        "mailing.campaign.changed",
        "A campaign was changed, or its state was",
        {"fields": "the names of the changed fields"},
    ),
    EventType("mailing.campaign.ended", "The last letter of a campaign has gone out", {}),
    EventType("mailing.campaign.deleted", "A campaign was put into the bin", {}),
    EventType("mailing.campaign.restored", "A campaign was taken out of the bin", {}),
)

describe_fields(KIND, FIELDS)
describe_tables({"mailing_recipient": _("Campaigns")})
