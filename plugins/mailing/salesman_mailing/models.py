"""All tables of mailing, once every room has declared its own."""

from salesman_mailing.bounces.models import BadAddress, ReturnBox, Returned
from salesman_mailing.campaigns.models import Campaign, Recipient
from salesman_mailing.consent.models import Consent, ConsentEntry, Leaver, Purpose
from salesman_mailing.groups.models import Group, GroupFilter, Member
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.services.models import Change, Happened, Link, Sent, TakenIn

__all__ = [
    "BadAddress",
    "Campaign",
    "Change",
    "Click",
    "Consent",
    "ConsentEntry",
    "Group",
    "GroupFilter",
    "Happened",
    "Leaver",
    "LetterLink",
    "Link",
    "Member",
    "Purpose",
    "Recipient",
    "ReturnBox",
    "Returned",
    "Sent",
    "TakenIn",
]
