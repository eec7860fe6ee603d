"""Putting jobs into the queue, and giving them out to workers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from salesman_core.jobs.models import JOBS, QUEUES, State, in_state
from salesman_core.jobs.run import Run
from salesman_core.jobs.store import Executor, Store
from salesman_hookspecs import Job


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a queue may happen at a time, over all workers.

    :param concurrency: so many jobs run at once.
    :param rate: so many jobs begin within *per* seconds, evenly spread.
    :param per: seconds.
    :param burst: so many may begin together after a pause.
    """

    concurrency: int | None = None
    rate: int | None = None
    per: float = 1.0
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Options:
    """When a job may begin, and beside which others (see ``Jobs.enqueue``)."""

    delay: float = 0
    key: str | None = None
    unique: str | None = None
    priority: int = 0


def put(
    store: Store,
    session: Executor,
    kind: Job,
    arguments: Iterable[Mapping[str, Any]],
    options: Options,
) -> list[int]:
    """Put a job of *kind* into the queue for each of *arguments*; give the ids of the new ones."""
    rows = [{"arguments": dict(each)} for each in arguments]
    if not rows:
        return []
    statement = store.insert(JOBS).values(
        name=kind.name,
        queue=kind.queue,
        key=options.key,
        unique_key=options.unique,
        priority=options.priority,
        attempts_allowed=kind.attempts,
        run_at=store.moment(options.delay),
        created_at=store.moment(),
    )
    if options.unique is not None:
        statement = statement.on_conflict_do_nothing()
    return list(session.execute(statement.returning(JOBS.c.id), rows).scalars())


class Claims:
    """What gives jobs out to workers: each job to one, and no more than the limits allow."""

    def __init__(self, store: Store, limits: Mapping[str, Limit]) -> None:
        self._store = store
        self._limits = limits

    def prepare(self, kinds: Mapping[str, Job]) -> None:
        """Make the rows that claims lock, and follow kinds that have moved to another queue."""
        with self._store.engine.begin() as connection:
            for name in sorted(self._limits):
                insert = self._store.insert(QUEUES).values(name=name)
                connection.execute(insert.on_conflict_do_nothing())
            waiting = sa.select(JOBS.c.name, JOBS.c.queue).where(in_state(State.READY)).distinct()
            for name, queue in connection.execute(waiting).all():
                if name in kinds and kinds[name].queue != queue:
                    moved = JOBS.update().where(JOBS.c.name == name, in_state(State.READY))
                    connection.execute(moved.values(queue=kinds[name].queue))

    def claim(
        self,
        owner: str,
        count: int,
        kinds: Mapping[str, Job],
        queues: Collection[str] | None = None,
    ) -> list[Run]:
        """Give *owner* up to *count* jobs that are due, the most urgent first.

        Only jobs of *kinds* are given: those of a suspended plugin wait. It is one short
        transaction.
        """
        if count < 1 or not self._may_have_work(kinds):
            return []
        with self._store.engine.begin() as connection:
            now = self._store.now(connection)
            due = self._due(connection, now, count, _by_queue(kinds, queues))
            leased = [
                row for row in _urgent(due, count) if self._lease(connection, row, owner, now)
            ]
            self._charge(connection, leased, now)
        return [_run(self._store, row, owner, kinds) for row in leased]

    def _may_have_work(self, kinds: Collection[str]) -> bool:
        """Look, where looking costs less than trying: a claim takes SQLite's write lock."""
        if self._store.shared:
            return True
        paused = sa.select(QUEUES.c.name).where(QUEUES.c.paused)
        waiting = sa.exists().where(
            in_state(State.READY),
            JOBS.c.name.in_(list(kinds)),
            JOBS.c.run_at <= self._store.moment(),
            JOBS.c.queue.not_in(paused),
        )
        with self._store.reader.connect() as connection:
            return bool(connection.execute(sa.select(waiting)).scalar())

    def _due(
        self, connection: sa.Connection, now: datetime, count: int, names: Mapping[str, list[str]]
    ) -> list[sa.Row[Any]]:
        paused = sa.select(QUEUES.c.name).where(QUEUES.c.paused)
        closed = set(connection.execute(paused).scalars())
        found: list[sa.Row[Any]] = []
        for queue in names.keys() - closed:
            allowed = min(count, self._allowance(connection, queue, now, count))
            if allowed > 0:
                found += _candidates(connection, queue, names[queue], now, allowed)
        return found

    def _allowance(self, connection: sa.Connection, queue: str, now: datetime, count: int) -> int:
        """Give how many jobs of *queue* may begin now; its row stays locked while we decide."""
        limit = self._limits.get(queue)
        if limit is None:
            return count
        turn = sa.select(QUEUES.c.name, QUEUES.c.next_free).where(QUEUES.c.name == queue)
        row = connection.execute(turn.with_for_update(skip_locked=True)).first()
        if row is None:  # another worker is deciding about this queue
            return 0
        allowed = count
        if limit.concurrency is not None:
            allowed = min(allowed, limit.concurrency - _running(connection, queue))
        if limit.rate is not None:
            allowed = min(allowed, _free_slots(limit, row.next_free, now))
        return allowed

    def _lease(
        self, connection: sa.Connection, row: sa.Row[Any], owner: str, now: datetime
    ) -> bool:
        statement = (
            JOBS.update()
            .where(JOBS.c.id == row.id)
            .values(
                state=State.RUNNING.value,
                owner=owner,
                attempts=row.attempts + 1,
                lease_until=now + timedelta(seconds=self._store.lease),
                started_at=now,
                progress_done=None,
                progress_of=None,
                progress_text="",
            )
        )
        if row.key is None:
            connection.execute(statement)
            return True
        try:
            with connection.begin_nested():
                connection.execute(statement)
        except sa.exc.IntegrityError:  # another worker has just begun a job with this key
            return False
        return True

    def _charge(
        self, connection: sa.Connection, leased: Sequence[sa.Row[Any]], now: datetime
    ) -> None:
        """Note when the next job of each queue with a rate may begin."""
        for queue in sorted({row.queue for row in leased}):
            limit = self._limits.get(queue)
            if limit is None or limit.rate is None:
                continue
            step = timedelta(seconds=limit.per / limit.rate)
            begun = sum(row.queue == queue for row in leased)
            this = QUEUES.c.name == queue
            before = connection.execute(sa.select(QUEUES.c.next_free).where(this)).scalar_one()
            free = max(before or now, now - (limit.burst - 1) * step) + begun * step
            connection.execute(QUEUES.update().where(this).values(next_free=free))


def _by_queue(kinds: Mapping[str, Job], queues: Collection[str] | None) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for kind in kinds.values():
        if queues is None or kind.queue in queues:
            names.setdefault(kind.queue, []).append(kind.name)
    return names


def _candidates(
    connection: sa.Connection, queue: str, names: list[str], now: datetime, count: int
) -> Sequence[sa.Row[Any]]:
    """Give jobs that are due, and lock them; those that another worker has locked are its own."""
    other = JOBS.alias("other")
    blocked = sa.exists().where(other.c.key == JOBS.c.key, in_state(State.RUNNING, of=other))
    due = (
        sa.select(JOBS)
        .where(in_state(State.READY), JOBS.c.queue == queue, JOBS.c.name.in_(names))
        .where(JOBS.c.run_at <= now, sa.or_(JOBS.c.key.is_(None), ~blocked))
        .order_by(JOBS.c.priority, JOBS.c.run_at, JOBS.c.id)
        .limit(count)
    )
    return connection.execute(due.with_for_update(skip_locked=True, of=JOBS)).all()


def _urgent(rows: Iterable[sa.Row[Any]], count: int) -> list[sa.Row[Any]]:
    """Give the *count* most urgent, one of each key, in the order in which to lease them.

    Leasing waits for another worker that leases the same key; all do so in the order of keys, so
    that no two wait for each other.
    """
    chosen: dict[object, sa.Row[Any]] = {}
    for row in sorted(rows, key=lambda row: (row.priority, row.run_at, row.id)):
        chosen.setdefault(row.id if row.key is None else row.key, row)
    urgent = list(chosen.values())[:count]
    return sorted(urgent, key=lambda row: (row.key is not None, row.key or "", row.id))


def _running(connection: sa.Connection, queue: str) -> int:
    count = sa.select(sa.func.count()).where(JOBS.c.queue == queue, in_state(State.RUNNING))
    return connection.execute(count).scalar_one()


def _free_slots(limit: Limit, next_free: datetime | None, now: datetime) -> int:
    step = timedelta(seconds=limit.per / (limit.rate or 1))
    free = max(next_free or now, now - (limit.burst - 1) * step)
    return (now - free) // step + 1 if now >= free else 0


def _run(store: Store, row: sa.Row[Any], owner: str, kinds: Mapping[str, Job]) -> Run:
    return Run(store, row.id, kinds[row.name], row.arguments, row.attempts + 1, owner)
