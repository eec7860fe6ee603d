"""The work on links: comparing with a list, carrying out what is to change, trying again.

Each job does some seconds of it and puts the next one into the queue, so workers may stop at any
time. What a service was asked for when a worker died is asked for again: that does no harm. A
service that does not answer is asked again later, each time after twice as long.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    MissingError,
    SalesmanError,
    WritingSession,
    acting_as,
    enqueue,
    insert_into,
    job_piece,
    job_progress,
    now,
    one_of,
    person_of,
    reading,
)
from salesman_hookspecs import Job, Person, Schedule, Text
from salesman_mailing.services import noting, queries
from salesman_mailing.services.comparing import Plan, digest_of, planned
from salesman_mailing.services.contract import (
    MailingService,
    NotReadyError,
    OutgoingContact,
    ServiceError,
)
from salesman_mailing.services.known import service_named
from salesman_mailing.services.models import (
    ADD,
    AGREE,
    ALL,
    CARRYING,
    COMPARING,
    GOING_OUT,
    IDLE,
    LEAVE,
    LONGEST_WORDS,
    LOOK,
    PLANNED,
    REFUSE,
    STRIKE,
    TAKE_IN,
    TAKE_OUT,
    UNSUBSCRIBE,
    UPDATE,
    Change,
    Happened,
    Link,
    Sent,
)
from salesman_mailing.texts import texts

_ = texts.lazy

COMPARE: Final = "mailing.compare_list"
CARRY: Final = "mailing.carry_out_list"
SYNCHRONISE: Final = "mailing.synchronise"
FORGET: Final = "mailing.forget_events"
SLICE: Final = 20.0
"""Seconds after which a job ends and another goes on."""
LONGEST: Final = 1800.0
MOST_FAILURES: Final = 8
LONGEST_WAIT: Final = 3600.0
KEPT: Final = timedelta(days=400)
FEW: Final = 20
"""So many may leave a list by the clock, whatever part of it they are."""
_AT_ONCE: Final = 500
_ROWS: Final = 1000


# What begins


def begin_comparing(session: WritingSession, link: Link, mode: str) -> None:
    """Let a link be compared once the transaction has committed; *mode* says what follows."""
    link.state, link.mode, link.ticket = COMPARING, mode, ""
    link.problem, link.failures = "", 0
    _go_on(session, COMPARE, link.id)


def begin_carrying(session: WritingSession, link: Link, mode: str) -> None:
    """Let be done what was found to change, once the transaction has committed."""
    link.state, link.mode, link.problem, link.failures = CARRYING, mode, "", 0
    _go_on(session, CARRY, link.id)


def _go_on(
    session: WritingSession, name: str, link_id: int, turn: int = 0, delay: float = 0
) -> None:
    told = {"link_id": link_id, "turn": turn}
    unique = f"{name}:{link_id}:{turn}"  # two turns: one may put the next into the queue
    enqueue(session, name, told, delay=delay, key=f"mailing.link:{link_id}", unique=unique)


def synchronise() -> int:
    """Let all links be compared, and what people said there be taken in; give how many they are.

    What is to go out follows where the link does that by itself. What a dead worker has left is
    taken up again.
    """
    links = queries.to_synchronise(reading())
    for row in links:
        with job_piece() as session:
            link = session.get(Link, row.id)
            if link is None:
                continue
            if queries.is_busy(link):
                _go_on(session, COMPARE if link.state == COMPARING else CARRY, link.id)
            else:
                begin_comparing(session, link, ALL if link.automatic else TAKE_IN)
    return len(links)


# Comparing


def compare_list(link_id: int, turn: int = 0) -> int:
    """Find out what would change; give how many changes that are."""
    link = queries.for_work(reading(), link_id, COMPARING)
    if link is None:
        return 0
    try:
        with acting_as(_whose(link)):
            contacts = _connected(link).contacts(link.list_id, link.ticket)
            plan = planned(reading(), link, contacts)
    except NotReadyError as error:
        with job_piece() as session:
            if _set(session, link, ticket=error.ticket, failures=0, problem=""):
                _go_on(session, COMPARE, link_id, 1 - turn, error.again_in)
        return 0
    except ServiceError as error:
        _fail(link, COMPARE, turn, error)
        return 0
    except SalesmanError as error:
        _give_up(link, error.message)
        return 0
    _keep_plan(link, plan)
    return len(plan.changes)


def _keep_plan(link: AnyRow, plan: Plan) -> None:
    with job_piece() as session:
        if not _set(session, link, ticket=""):
            return
        session.execute(sa.delete(Change).where(Change.link_id == link.id))
    for first in range(0, len(plan.changes), _ROWS):
        some = plan.changes[first : first + _ROWS]
        rows = [{"link_id": link.id, "what": what, "address": a, "told": t} for what, a, t in some]
        with job_piece() as session:
            if not _set(session, link, ticket=""):
                return
            session.execute(sa.insert(Change), rows)
        job_progress(first + len(some), len(plan.changes))
    with job_piece() as session:
        if _follow(session, link, plan):
            noting.remember(session, link.service, plan.taken)
            noting.forget(session, link.service, plan.forgotten)


def _follow(session: WritingSession, link: AnyRow, plan: Plan) -> bool:
    """Let the link be looked at, or what was found be carried out, as its mode says.

    Another plan is another version: who has seen the last one does not carry this one out.
    """
    mode, problem = link.mode, ""
    gone = plan.count(TAKE_OUT, UNSUBSCRIBE)
    if mode == ALL and gone > max(FEW, plan.in_list // 2):
        mode = TAKE_IN
        problem = texts.gettext(
            "%(gone)s of %(all)s would leave the list: look at it before it is carried out.",
            gone=gone,
            all=plan.in_list,
        )
    state = PLANNED if mode == LOOK else CARRYING
    told = {"state": state, "mode": mode, "failures": 0, "problem": problem}
    told |= {"same": plan.same, "others": plan.others, "compared_at": now()}
    if not _set(session, link, version=Link.version + 1, **told):
        return False
    if state == CARRYING:
        _go_on(session, CARRY, link.id)
    return True


# Carrying out


def carry_out_list(link_id: int, turn: int = 0) -> int:
    """Do some of what is to change; give how many changes were done."""
    done, until = 0, time.monotonic() + SLICE
    connection: MailingService | None = None
    while True:
        session = reading()
        session.rollback()  # it must see what was written since
        link = queries.for_work(session, link_id, CARRYING)
        if link is None:
            return done
        rows = queries.next_changes(session, link, _AT_ONCE)
        if not rows:
            _finish(link)
            return done
        if time.monotonic() > until:
            break
        try:
            if rows[0].what in GOING_OUT:
                connection = connection or _connected(link)
                done += _send(link, connection, rows[: connection.most_at_once])
            else:
                done += _take_in(link, rows)
        except ServiceError as error:
            _fail(link, CARRY, turn, error)
            return done
        except SalesmanError as error:
            _give_up(link, error.message)
            return done
        job_progress(done)
    with job_piece() as session:
        _go_on(session, CARRY, link_id, 1 - turn)
    return done


def _take_in(link: AnyRow, rows: Sequence[AnyRow]) -> int:
    what, addresses = rows[0].what, [row.address for row in rows]
    proof = noting.proof_of(link.service, list=link.list_title)
    with job_piece() as session:
        if what == REFUSE:
            noting.refuse_all(session, link.service, addresses, proof)
        elif what == LEAVE:
            noting.leave(session, link, addresses, proof)
        elif what == STRIKE:
            words = texts.gettext("A mailing service cannot reach it.")
            noting.strike(session, link.service, addresses, words)
        elif what == AGREE:
            noting.agree(session, link, addresses, proof)
        _mark(session, [row.id for row in rows])
    return len(rows)


def _send(link: AnyRow, connection: MailingService, rows: Sequence[AnyRow]) -> int:
    """Tell the service of some, as far as it still holds what was found."""
    what = rows[0].what
    barred = queries.barred(reading(), link, [row.address for row in rows])
    reading().rollback()  # no open read while a service takes its time
    if what in {ADD, UPDATE}:
        late = [row.id for row in rows if row.address in barred]
        some = [row for row in rows if row.address not in barred]
        contacts = [OutgoingContact(row.address, **row.told) for row in some]
        refused = connection.put(link.list_id, contacts) if contacts else {}
    else:
        late, some, addresses = [], list(rows), [row.address for row in rows]
        tell = connection.unsubscribe if what == UNSUBSCRIBE else connection.take_out
        refused = tell(link.list_id, addresses)
    taken = [row for row in some if row.address not in refused]
    with job_piece() as session:
        _mark(session, [row.id for row in taken])
        _mark(session, late, texts.gettext("is not to be written to any more"))
        for row in some:
            if row.address in refused:
                _mark(session, [row.id], refused[row.address] or "?")
        _remember_sent(session, link.id, what, taken)
        _set(session, link, failures=0, problem="")
    return len(rows)


def _remember_sent(
    session: WritingSession, link_id: int, what: str, taken: Sequence[AnyRow]
) -> None:
    if not taken:
        return
    if what in {TAKE_OUT, UNSUBSCRIBE}:
        addresses = [row.address for row in taken]
        gone = sa.delete(Sent).where(Sent.link_id == link_id, one_of(Sent.address, addresses))
        session.execute(gone.execution_options(synchronize_session=False))
        return
    insert = insert_into(session, Sent)
    told = {"digest": insert.excluded.digest, "at": insert.excluded.at}
    rows = [
        {"link_id": link_id, "address": row.address, "digest": digest_of(row.told), "at": now()}
        for row in taken
    ]
    changed = insert.on_conflict_do_update(index_elements=["link_id", "address"], set_=told)
    session.execute(changed, rows)


def _mark(session: WritingSession, change_ids: Sequence[int], refused: str = "") -> None:
    if change_ids:
        session.execute(
            sa.update(Change)
            .where(one_of(Change.id, change_ids))
            .values(done_at=now(), refused=refused[:LONGEST_WORDS])
            .execution_options(synchronize_session=False)
        )


def _finish(link: AnyRow) -> None:
    with job_piece() as session:
        counted = queries.counts(session, link.id)
        state = PLANNED if queries.left(counted) else IDLE
        _set(session, link, state=state, carried_at=now(), failures=0)


# What goes wrong


def _whose(link: AnyRow) -> Person:
    """Give in whose name members are looked up.

    :raises MissingError: where they are gone.
    """
    person = None if link.by_id is None else person_of(link.by_id)
    if person is None:
        raise MissingError(_("Whoever linked the group is gone: somebody else has to compare it."))
    return person


def _connected(link: AnyRow) -> MailingService:
    connection = service_named(link.service).connect()
    if connection is None:
        raise ServiceError(_("The mailing service is not set up any more."))
    return connection


def _fail(link: AnyRow, name: str, turn: int, error: ServiceError) -> None:
    """Let it be tried again later, where that is of use and was not done too often."""
    failures = link.failures + 1
    if error.again_in is None or failures > MOST_FAILURES:
        _give_up(link, error.words)
        return
    wait = min(error.again_in * 2 ** (failures - 1), LONGEST_WAIT)
    with job_piece() as session:
        if _set(session, link, failures=failures, problem=_short(error.words)):
            _go_on(session, name, link.id, 1 - turn, wait)


def _give_up(link: AnyRow, words: Text) -> None:
    state = IDLE if link.state == COMPARING else PLANNED
    with job_piece() as session:
        _set(session, link, state=state, problem=_short(words), ticket="", failures=0)


def _short(words: Text) -> str:
    return str(words)[:LONGEST_WORDS]


def _set(session: WritingSession, link: AnyRow, **values: Any) -> bool:
    """Write how the work goes, unless somebody stopped it or began it anew meanwhile.

    That is no change of what people said, so usually no version.

    :param link: as the job read it when it began.
    :returns: whether the work is still this one.
    """
    written: Any = session.execute(
        sa.update(Link)
        .where(Link.id == link.id, Link.state == link.state, Link.version == link.version)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(written.rowcount)


def forget_events() -> int:
    """Forget what services told long ago, so that the table does not grow for ever."""
    with job_piece() as session:
        gone: Any = session.execute(sa.delete(Happened).where(Happened.taken_at < now() - KEPT))
        return int(gone.rowcount)


_WORK: Final[dict[str, Any]] = {"transactional": False, "timeout": LONGEST}
JOBS: Final = (
    Job(COMPARE, compare_list, title=_("Comparing a group with a mailing service"), **_WORK),
    Job(CARRY, carry_out_list, title=_("Carrying a group to a mailing service"), **_WORK),
    Job(SYNCHRONISE, synchronise, title=_("Asking mailing services what is new"), **_WORK),
    Job(FORGET, forget_events, title=_("Forgetting what services told long ago"), **_WORK),
)
SCHEDULES: Final = (
    Schedule(SYNCHRONISE, "20 */4 * * *", SYNCHRONISE),
    Schedule(FORGET, "50 3 * * *", FORGET),
)
