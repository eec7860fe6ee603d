"""What the company bears of an address before nothing is sent to it any more.

It is one rule for all that came back, whichever way that was told: by letters into our mailbox, or
by mailing services.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import WritingSession, now, one_of, plugin_settings
from salesman_mailing.bounces.judging import Kind
from salesman_mailing.bounces.models import Returned
from salesman_mailing.services.contract import What
from salesman_mailing.services.models import Happened

BOUNCES: Final = (Kind.HARD, Kind.SOFT)


def unbearable(session: Session, addresses: Collection[str]) -> set[str]:
    """Give those of some addresses from which more came back than the company bears."""
    if not addresses:
        return set()
    settings: dict[str, Any] = plugin_settings("mailing")
    since = now() - timedelta(days=int(settings["soft_days"]))
    came = sa.union_all(_letters(addresses), _events(addresses)).subquery()
    gone = sa.func.sum(sa.case((came.c.hard, 1), else_=0))
    lately = sa.func.sum(sa.case((came.c.at > since, 1), else_=0))
    too_many = sa.or_(
        gone >= int(settings["hard_bounces"]), lately >= int(settings["soft_bounces"])
    )
    query = sa.select(came.c.address).group_by(came.c.address).having(too_many)
    return set(session.scalars(query))


def _letters(addresses: Collection[str]) -> sa.Select[*tuple[Any, ...]]:
    """Give the SQL of what our mailbox tells of letters of ours."""
    mine = Returned
    hard = (mine.kind == Kind.HARD).label("hard")
    return sa.select(mine.address, hard, mine.at).where(
        one_of(mine.address, addresses), mine.kind.in_(BOUNCES), mine.recipient_id.is_not(None)
    )


def _events(addresses: Collection[str]) -> sa.Select[*tuple[Any, ...]]:
    """Give the SQL of what services told."""
    mine = Happened
    hard = (mine.what == What.BAD).label("hard")
    return sa.select(mine.address, hard, mine.at).where(
        one_of(mine.address, addresses), mine.what.in_([What.BAD, What.SOFT])
    )


def forget(session: WritingSession, address: str) -> None:
    """Let what came back from an address before count no more."""
    for table in (Returned, Happened):
        session.execute(
            sa.update(table)
            .where(table.address == address)
            .values(address="")
            .execution_options(synchronize_session=False)
        )
