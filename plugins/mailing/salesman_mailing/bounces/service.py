"""What people decide about addresses to which letters came back."""

from __future__ import annotations

from salesman_core.toolkit import MissingError, demand_permission, writing
from salesman_mailing.bounces.bearing import forget
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.campaigns.permissions import MEND
from salesman_mailing.texts import texts

_ = texts.lazy


def mend_address(address: str) -> None:
    """Say that an address works again; what came back before counts no more.

    :raises MissingError: where it is none of those that are struck off.
    """
    demand_permission(MEND)
    with writing() as session:
        found = session.get(BadAddress, address)
        if found is None:
            raise MissingError(_("This address is not struck off (any more)."))
        session.delete(found)
        forget(session, address)
