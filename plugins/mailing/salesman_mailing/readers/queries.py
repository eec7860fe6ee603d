"""What is read of opens and clicks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, bans, is_banned_for_any
from salesman_mailing.campaigns.models import DONE, PAUSED, STOPPED, Campaign, Recipient
from salesman_mailing.readers.models import Click, LetterLink


def is_long_over(before: datetime) -> sa.ColumnElement[bool]:
    """Give the SQL of the campaigns that ended before a moment, or have rested since."""
    ended = sa.func.coalesce(Campaign.ended_at, Campaign.started_at)
    return sa.and_(Campaign.state.in_([PAUSED, STOPPED, DONE]), ended < before)


def _may_be_noted(before: datetime) -> sa.ColumnElement[bool]:
    """Give the SQL of whether more may be noted of a letter.

    Who wants no mailing any more is followed no more, nor whom it is time to forget.
    """
    banned = is_banned_for_any(bans.MAILING, Recipient.address)
    forgotten = sa.or_(Campaign.readers_forgotten_at.is_not(None), is_long_over(before))
    return sa.and_(~banned, ~forgotten).label("may_be_noted")


def letter(session: Session, recipient_id: int, before: datetime) -> AnyRow | None:
    """Give what is noted of a letter, and whether more may be."""
    query = sa.select(Recipient.opens, _may_be_noted(before)).where(Recipient.id == recipient_id)
    joined = query.join(Campaign, Campaign.id == Recipient.campaign_id)
    return session.execute(joined).one_or_none()


def link_of_letter(
    session: Session, recipient_id: int, link_id: int, before: datetime
) -> AnyRow | None:
    """Give where a link of a letter leads, how often it was followed, and whether more is noted."""
    query = (
        sa.select(LetterLink.target, Click.times, _may_be_noted(before))
        .join(Recipient, Recipient.campaign_id == LetterLink.campaign_id)
        .join(Campaign, Campaign.id == LetterLink.campaign_id)
        .outerjoin(
            Click, sa.and_(Click.recipient_id == Recipient.id, Click.link_id == LetterLink.id)
        )
        .where(LetterLink.id == link_id, Recipient.id == recipient_id)
    )
    return session.execute(query).one_or_none()


def links(session: Session, campaign_id: int) -> Sequence[AnyRow]:
    """Give the links of a campaign: in how many letters each was followed, and how often."""
    query = (
        sa.select(
            LetterLink.id,
            LetterLink.target,
            (sa.func.count(Click.recipient_id) + LetterLink.clicked_forgotten).label("clicked"),
            (sa.func.coalesce(sa.func.sum(Click.times), 0) + LetterLink.clicks_forgotten).label(
                "clicks"
            ),
        )
        .outerjoin(Click, Click.link_id == LetterLink.id)
        .where(LetterLink.campaign_id == campaign_id)
        .group_by(LetterLink.id)
        .order_by(LetterLink.position)
    )
    return session.execute(query).all()


def who_followed(link_id: int) -> sa.Select[int]:
    """Give the SQL of the letters whose readers followed a link."""
    return sa.select(Click.recipient_id).where(Click.link_id == link_id)
