"""Every read of channels and tagged links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, MissingError, visible
from salesman_leads.channels.models import Channel, TaggedLink
from salesman_leads.channels.service import tagged
from salesman_leads.models import KIND, UTM, Lead
from salesman_leads.queries import genuine
from salesman_leads.texts import texts

_ = texts.lazy

MOST_LINKS = 200


def channels(session: Session) -> Sequence[AnyRow]:
    """Give the channels by their names."""
    tags = (getattr(Channel, tag) for tag in UTM)
    columns = (Channel.id, Channel.name, *tags, Channel.monthly_cost)
    return session.execute(
        sa.select(*columns, Channel.active, Channel.version).order_by(
            sa.not_(Channel.active), Channel.name
        )
    ).all()


def one_channel(session: Session, channel_id: int) -> AnyRow:
    """Give a channel.

    :raises MissingError: where there is none.
    """
    for channel in channels(session):
        if channel.id == channel_id:
            return channel
    raise MissingError(_("There is no such channel."))


@dataclass(frozen=True, slots=True)
class Link:
    """A tagged link with how many leads that one may see came by it."""

    id: int
    title: str
    url: str
    leads: int


def links(session: Session) -> list[Link]:
    """Give the latest tagged links, in one statement however many there are."""
    return [
        Link(row.id, row.title, tagged(row.address, row._asdict()), row.leads)
        for row in session.execute(_links().limit(MOST_LINKS))
    ]


def _links() -> sa.Select[Any]:
    same = [getattr(Lead, tag) == getattr(TaggedLink, tag) for tag in UTM]
    counted = sa.select(sa.func.count(Lead.id)).where(visible(KIND), genuine(), *same)
    columns = (getattr(TaggedLink, name) for name in ("id", "title", "address", *UTM))
    leads = counted.correlate(TaggedLink).scalar_subquery().label("leads")
    return sa.select(*columns, leads).order_by(TaggedLink.id.desc())
