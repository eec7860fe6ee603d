"""All tables of mailing, once every room has declared its own."""

from salesman_mailing.bounces.models import BadAddress, ReturnBox, Returned
from salesman_mailing.campaigns.models import Campaign, Recipient
from salesman_mailing.consent.models import Consent, ConsentEntry, Leaver, Purpose
from salesman_mailing.groups.models import Group, GroupFilter, Member

__all__ = [
    "BadAddress",
    "Campaign",
    "Consent",
    "ConsentEntry",
    "Group",
    "GroupFilter",
    "Leaver",
    "Member",
    "Purpose",
    "Recipient",
    "ReturnBox",
    "Returned",
]
