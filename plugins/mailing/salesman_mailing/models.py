"""All tables of mailing, once every room has declared its own."""

from salesman_mailing.consent.models import Consent, ConsentEntry, Leaver, Purpose
from salesman_mailing.groups.models import Group, GroupFilter, Member

__all__ = ["Consent", "ConsentEntry", "Group", "GroupFilter", "Leaver", "Member", "Purpose"]
