"""The finder of doubles: it goes over all clients in the background, and people decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import current_person, person_of
from salesman_core.access.records import demand_permission, visible
from salesman_core.clients.merging import MERGE
from salesman_core.clients.models import Client
from salesman_core.clients.similar import A_SIMILAR_NAME, names_alike, score_of
from salesman_core.clock import now
from salesman_core.db import AnyRow, WritingSession, as_writing, reading, writing
from salesman_core.i18n import LANGUAGES, speaking, texts
from salesman_core.jobs import JobView, State, cancel, enqueue, job_piece, job_progress, jobs_in
from salesman_core.records.merging.finding import (
    Found,
    decide,
    forget_not_found_since,
    keep_found,
    undecided,
)
from salesman_core.records.merging.keys import NAME, Pair, pairs_among, reasons_in_words
from salesman_core.services.company import company
from salesman_core.services.notices import notify
from salesman_hookspecs import Job, Text

JOB: Final = "core.find_doubles"
SHOWN: Final = 100
"""So many pairs are shown at a time; as they are decided on, others take their places."""
_AT_A_TIME: Final = 100

_ = texts.lazy


def find_doubles(author_id: int | None = None) -> None:
    """Go over all clients and keep the pairs that are probably one.

    :param author_id: who began it, and is told of the end.
    """
    began, done, last = now(), 0, 0
    count = reading().scalar(sa.select(sa.func.count(Client.id)).where(visible("client")))
    while rows := _next(last):
        found = pairs_of(reading(), rows)
        with job_piece() as session:
            keep_found(session, "client", found)
        done, last = done + len(rows), rows[-1].id
        job_progress(done, count)
        reading().rollback()
    with job_piece() as session:
        forget_not_found_since(session, "client", began)
        _tell_end(as_writing(session), author_id)


def _tell_end(session: WritingSession, author_id: int | None) -> None:
    person = person_of(author_id) if author_id is not None else None
    if person is None:
        return
    language = person.locale if person.locale in LANGUAGES else company().language
    with speaking(language):
        notify(session, person.id, _("The search for doubles has ended."), "/clients/doubles")


def _next(last: int) -> Sequence[AnyRow]:
    return (
        reading()
        .execute(
            sa.select(Client.id, Client.name)
            .where(visible("client"), Client.id > last)
            .order_by(Client.id)
            .limit(_AT_A_TIME)
        )
        .all()
    )


def pairs_of(session: Session, clients: Sequence[AnyRow]) -> dict[Pair, Found]:
    """Give the pairs of some clients with any others, each with why they are probably one."""
    seen = sa.select(Client.id).where(visible("client"))
    reasons = pairs_among(session, "client", [row.id for row in clients], seen)
    alike: dict[Pair, float] = {}
    for row in clients:
        others = sa.and_(visible("client"), Client.id > row.id)
        for other_id, likeness in names_alike(session, row.name, others).items():
            pair = row.id, other_id
            alike[pair] = likeness
            reasons.setdefault(pair, []).append(NAME)
    return {
        pair: Found(score_of(sources, alike.get(pair, 0.0)), sources)
        for pair, sources in reasons.items()
    }


FINDER: Final = Job(
    JOB,
    find_doubles,
    timeout=12 * 3600,
    attempts=2,
    transactional=False,
    title=_("Search for doubles of clients"),
)


def begin_finding() -> None:
    """Have all clients gone over, unless that is under way."""
    demand_permission(MERGE)
    with writing() as session:
        enqueue(session, JOB, {"author_id": current_person().id}, unique=JOB)


def finding() -> JobView | None:
    """Give the search that is under way, or None."""
    return next(iter(jobs_in(State.READY, State.RUNNING, name=JOB, limit=1)), None)


def stop_finding() -> None:
    """Have the search stop; what it has found stays."""
    demand_permission(MERGE)
    job = finding()
    if job is not None:
        cancel(job.id)


@dataclass(frozen=True, slots=True)
class Double:
    """Two clients that are probably one, for whoever decides.

    :param clients: both: ``id``, ``name``, ``owner``, ``created_at``.
    :param reasons: why, in words.
    """

    id: int
    clients: tuple[AnyRow, AnyRow]
    reasons: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Doubles:
    """What the finder has found of what a person sees.

    :param count: how many pairs there are; the likeliest of them are shown.
    :param found_at: when it last found any, or None.
    """

    shown: Sequence[Double]
    count: int
    found_at: datetime | None


def doubles() -> Doubles:
    """Give the pairs of clients that nobody has decided on, both of whom the person sees."""
    session, query = reading(), undecided("client", _seen())
    rows = session.execute(query.limit(SHOWN)).all()
    count = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    found_at = session.scalar(sa.select(sa.func.max(query.subquery().c.found_at)))
    clients = _clients(session, {id_ for row in rows for id_ in (row.first_id, row.second_id)})
    shown = [
        Double(row.id, (clients[row.first_id], clients[row.second_id]), _in_words(row.reasons))
        for row in rows
    ]
    return Doubles(shown, count, found_at)


def _seen() -> sa.Select[int]:
    return sa.select(Client.id).where(visible("client"))


def _clients(session: Session, ids: set[int]) -> Mapping[int, AnyRow]:
    rows = session.execute(
        sa.select(Client.id, Client.name, Client.created_at, User.name.label("owner"))
        .outerjoin(User, User.id == Client.owner_id)
        .where(Client.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _in_words(sources: Sequence[str]) -> list[Text]:
    alike: list[Text] = [A_SIMILAR_NAME] if NAME in sources else []
    return [*reasons_in_words("client", sources), *alike]


def dismiss(double_id: int) -> None:
    """Remember that two clients are two."""
    demand_permission(MERGE)
    decide("client", double_id, _seen(), is_double=False)


def ask_again(double_id: int) -> None:
    """Forget that somebody said so."""
    demand_permission(MERGE)
    decide("client", double_id, _seen(), is_double=True)
