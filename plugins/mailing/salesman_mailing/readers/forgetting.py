"""Forgetting who opened letters and followed their links, so long after a campaign.

What is left are the figures of its report. Letters move from one to the other some at a time, each
time in a transaction of its own: a worker that dies in between loses and doubles none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    WritingSession,
    job_piece,
    now,
    one_of,
    plugin_settings,
    reading,
)
from salesman_hookspecs import Job, Schedule
from salesman_mailing.campaigns.models import Campaign, Recipient
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.readers.queries import is_long_over
from salesman_mailing.services.contract import READERS
from salesman_mailing.services.models import Happened
from salesman_mailing.texts import texts

_ = texts.lazy

FORGET: Final = "mailing.forget_readers"
AT_ONCE: Final = 1000
_LONGEST: Final = 1800.0


def oldest() -> datetime:
    """Give the moment before which readers are forgotten."""
    return now() - timedelta(days=plugin_settings("mailing")["readers_kept_days"])


def forget_readers() -> int:
    """Forget the readers of all campaigns that ended long ago; give of how many letters."""
    before, letters = oldest(), 0
    for campaign_id in reading().scalars(_to_forget(before)).all():
        while some := _forget_some(campaign_id):
            letters += some
    while _forget_events(before):
        pass
    return letters


def _to_forget(before: datetime) -> sa.Select[int]:
    open_ = (Campaign.follows_readers, Campaign.readers_forgotten_at.is_(None))
    return sa.select(Campaign.id).where(*open_, is_long_over(before)).order_by(Campaign.id)


def _forget_some(campaign_id: int) -> int:
    """Forget who read some letters of a campaign; none where that was all."""
    with job_piece() as session:
        mine = sa.select(Recipient.id, Recipient.clicked_at).where(
            Recipient.campaign_id == campaign_id, Recipient.opened_at.is_not(None)
        )
        rows = session.execute(mine.order_by(Recipient.id).limit(AT_ONCE)).all()
        _let_go_of_clicks(session, [row.id for row in rows])
        _let_go_of_openings(session, campaign_id, rows)
        return len(rows)


def _let_go_of_clicks(session: WritingSession, recipient_ids: Sequence[int]) -> None:
    if not recipient_ids:
        return
    mine = one_of(Click.recipient_id, recipient_ids)
    counts = (sa.func.count().label("letters"), sa.func.sum(Click.times).label("times"))
    by_link = sa.select(Click.link_id, *counts).where(mine).group_by(Click.link_id)
    for row in session.execute(by_link).all():
        told = {
            "clicked_forgotten": LetterLink.clicked_forgotten + int(row.letters),
            "clicks_forgotten": LetterLink.clicks_forgotten + int(row.times),
        }
        _run(session, sa.update(LetterLink).where(LetterLink.id == row.link_id).values(told))
    _run(session, sa.delete(Click).where(mine))


def _let_go_of_openings(session: WritingSession, campaign_id: int, rows: Sequence[AnyRow]) -> None:
    told: dict[str, Any] = {"readers_forgotten_at": now()}
    if rows:
        told = {
            "opened_forgotten": Campaign.opened_forgotten + len(rows),
            "clicked_forgotten": Campaign.clicked_forgotten
            + sum(row.clicked_at is not None for row in rows),
        }
        ids = one_of(Recipient.id, [row.id for row in rows])
        nothing = {"opened_at": None, "opens": 0, "clicked_at": None}
        _run(session, sa.update(Recipient).where(ids).values(nothing))
    _run(session, sa.update(Campaign).where(Campaign.id == campaign_id).values(told))


def _forget_events(before: datetime) -> int:
    """Forget some of what services told of readers."""
    old = sa.select(Happened.id).where(Happened.what.in_(READERS), Happened.at < before)
    with job_piece() as session:
        ids = session.scalars(old.limit(AT_ONCE)).all()
        if ids:
            _run(session, sa.delete(Happened).where(one_of(Happened.id, ids)))
        return len(ids)


def _run(session: WritingSession, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))


JOBS: Final = (
    Job(
        FORGET,
        forget_readers,
        transactional=False,
        timeout=_LONGEST,
        title=_("Forgetting who read letters long ago"),
    ),
)
SCHEDULES: Final = (Schedule(FORGET, "10 4 * * *", FORGET),)
