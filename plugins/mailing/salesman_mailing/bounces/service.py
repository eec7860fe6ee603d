"""What people decide about addresses to which letters came back."""

from __future__ import annotations

import sqlalchemy as sa

from salesman_core.toolkit import MissingError, demand_permission, writing
from salesman_mailing.bounces.models import BadAddress, Returned
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
        session.execute(
            sa.update(Returned)
            .where(Returned.address == address)
            .values(address="")
            .execution_options(synchronize_session=False)
        )
