"""Discussions in the stories of records, and in the search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, reading, visible
from salesman_discussions import ties
from salesman_discussions.markdown import excerpt
from salesman_discussions.models import (
    CLOSED,
    KIND,
    MESSAGE,
    REOPENED,
    Message,
    Thread,
    ThreadTie,
)
from salesman_discussions.texts import texts
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery

_DETAIL: Final = 120


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give when discussions about a record were opened, closed and taken up again.

    What was said stands in the discussion, not once more in the story.
    """
    if not ties.may_be_about(query.kind):
        return []
    about = sa.select(ThreadTie.record_id).where(ties.shown_with(query.kind, query.record_id))
    told = (
        sa.select(
            Message.id,
            Message.thread_id,
            Message.act,
            Message.number,
            Message.text,
            Message.author_name,
            Message.created_at,
            Thread.subject,
        )
        .join(Thread, Thread.id == Message.thread_id)
        .where(
            visible(KIND, person=query.person),
            Thread.id.in_(about),
            Message.deleted_at.is_(None),
            sa.or_(Message.number == 1, Message.act.in_((CLOSED, REOPENED))),
        )
    )
    if query.before is not None:
        told = told.where(Message.created_at <= query.before)
    newest = told.order_by(Message.created_at.desc(), Message.id.desc()).limit(query.limit)
    return [_entry(row) for row in reading().execute(newest)]


def _entry(row: AnyRow) -> TimelineEntry:
    return TimelineEntry(
        at=row.created_at,
        kind="discussion",
        text=_told(row),
        icon="messages",
        actor=row.author_name,
        url=url_for("discussions.card", record_id=row.thread_id),
        id=row.id,
    )


def _told(row: AnyRow) -> str:
    said = {"subject": row.subject, "said": excerpt(row.text)}
    if row.act == CLOSED:
        return texts.gettext("Discussion “%(subject)s” closed: %(said)s", **said)
    if row.act == REOPENED:
        return texts.gettext("Discussion “%(subject)s” taken up again", subject=row.subject)
    return texts.gettext("Discussion “%(subject)s” opened: %(said)s", **said)


def _thread_hit(row: AnyRow, score: float) -> SearchHit:
    url = url_for("discussions.card", record_id=row.id)
    return SearchHit(row.subject, url, excerpt(row.decision or "", _DETAIL), score)


def _message_hit(row: AnyRow, score: float) -> SearchHit:
    detail = f"{row.author_name}: {excerpt(row.text, _DETAIL)}" if row.text else row.author_name
    return SearchHit(row.subject, url_for("discussions.message", record_id=row.id), detail, score)


THREADS_FOUND: Final = Findable(
    kind=KIND,
    id=Thread.id,
    name=Thread.search_subject,
    read=sa.select(Thread.id, Thread.subject, Thread.decision),
    hit=_thread_hit,
    behind=Thread.closed_at.is_not(None),
)
"""How the search box finds discussions by their subject, a typo forgiven."""

MESSAGES_FOUND: Final = Findable(
    kind=MESSAGE,
    id=Message.id,
    name=Message.search_text,
    read=sa.select(Message.id, Message.text, Message.author_name, Thread.subject).join(
        Thread, Thread.id == Message.thread_id
    ),
    hit=_message_hit,
)
"""How it finds what was said, and the names of files that came along."""
