"""Sending a request and judging what came back, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import sqlalchemy as sa

from salesman_core.clock import now
from salesman_core.db import reading
from salesman_core.jobs.models import JOBS, State, in_state
from salesman_core.jobs.port import jobs
from salesman_core.testing.walk.canaries import Planted
from salesman_core.testing.walk.expecting import FREE, Statuses, expected
from salesman_core.testing.walk.letters import Post
from salesman_core.testing.walk.logs import Overheard
from salesman_core.testing.walk.people import Walker
from salesman_core.testing.walk.renewing import Renewal
from salesman_core.testing.walk.report import Report
from salesman_core.testing.walk.routes import Routes
from salesman_core.testing.walk.visiting import STREAM, Answer, Visit, Visitor
from salesman_core.testing.walk.world import World

_DATA: Final = "data: {"
_LOGGER: Final = "the log"
_STAMPED: Final = frozenset({"core_session", "core_token"})
"""Where it is kept when a browser or a token was last seen, whatever came of it."""


class Judge:
    """Judges every answer of a walk, and undoes every change.

    :param thorough: whether the jobs of every change are run, or those of a route's first success.
    :param reached: the routes in which somebody had success who may.
    """

    def __init__(
        self, world: World, routes: Routes, report: Report, log: Overheard, *, thorough: bool
    ) -> None:
        self.world, self.routes, self.report = world, routes, report
        self.reached: set[str] = set()
        self._log, self._post, self._thorough = log, Post(world), thorough
        self._renewal = Renewal(routes, world.administrator, world.snapshot)
        self._judge_letters(lasting=True)
        self.judge_log("planting")

    def send(self, visitor: Visitor, visit: Visit, *, undo: bool = True) -> Answer | None:
        """Send a request and judge what came back; None where there is no such address.

        A form is sent as its page has it at that moment.

        :param undo: whether the database is put back after a change.
        """
        matched = self.routes.matched(visit.method, visit.address)
        if matched is None:
            return None
        route, arguments = matched
        subjects = self.routes.subjects(route.rule, arguments, self.world.known)
        clean = visit.reads or not self.world.snapshot.written()
        answer = visitor.visit(self._renewal.of(visitor, visit))
        self.report.visits += 1
        thorough = self._thorough or str(route) not in self.reached
        wanted = expected(visitor.walker, route, subjects, reads=visit.reads)
        if wanted == FREE:
            self._note_success(str(route), visit, answer)
        elif answer.status not in wanted:
            self._note_status(visitor.walker, visit, wanted, subjects, answer)
        self._judge_answer(visitor.walker, visit, answer)
        if not visit.reads and self.world.snapshot.written():
            if answer.success:
                self._judge_consequences(thorough=thorough)
            elif clean:
                self._judge_refusal(visitor.walker, visit, answer)
            if undo:
                self.world.snapshot.restore()
        self.judge_log(visit)
        return answer

    def _judge_answer(self, walker: Walker, visit: Visit, answer: Answer) -> None:
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.report.add(walker.role, visit, f"failed with {answer.status}")
        self._judge_text(walker, visit, "the body", answer.content)
        self._judge_text(walker, visit, "a header", answer.head.encode())
        if answer.media_type == STREAM:
            self._judge_stream(walker, visit, answer)

    def _note_success(self, route: str, visit: Visit, answer: Answer) -> None:
        if answer.success:
            self.reached.add(route)
        elif route not in self.reached:
            self.report.tried[route] = f"{answer.status} for {visit}"

    def _note_status(
        self, walker: Walker, visit: Visit, wanted: Statuses, about: Sequence[Planted], got: Answer
    ) -> None:
        named = ", ".join(f"{one.kind} of {one.set}" for one in about) or "no record"
        should = " or ".join(str(int(one)) for one in sorted(wanted))
        message = f"answered {got.status} instead of {should} ({named})"
        self.report.add(walker.role, visit, message)

    def _judge_text(self, walker: Walker, visit: Visit, place: str, content: bytes) -> None:
        asked = self.world.canaries.in_(str(visit).encode())  # who asks for a word knows it
        allowed = self.world.allowed[walker] | asked
        self._judge_words(walker.role, visit, place, content, allowed)

    def _judge_words(
        self, role: str, visit: object, place: str, content: bytes, allowed: frozenset[str]
    ) -> None:
        canaries = self.world.canaries
        for key in canaries.in_(content) - allowed:
            self.report.add(role, visit, f"leak in {place}: {canaries.by_text[key]}")

    def _judge_stream(self, walker: Walker, visit: Visit, answer: Answer) -> None:
        """Compare the records that a stream of changes tells of with those that one may see."""
        for line in answer.content.decode().splitlines():
            if not line.startswith(_DATA):
                continue
            said = json.loads(line.removeprefix("data: "))
            record = self.world.known.get((said.get("kind"), said.get("id")))
            if record is not None and not record.seen_by(walker):
                message = f"leak in the stream: {record.kind} {record.id} of {record.set}"
                self.report.add(walker.role, visit, message)

    # -- what came of it

    def _judge_refusal(self, walker: Walker, visit: Visit, answer: Answer) -> None:
        """Judge what a refused change left behind."""
        if tables := self.kept():
            message = f"answered {answer.status}, and yet wrote to {tables}"
            self.report.add(walker.role, visit, message)

    def kept(self) -> str:
        """Name the tables that hold something else than they did."""
        return ", ".join(sorted(self.world.snapshot.changed() - _STAMPED))

    def _judge_consequences(self, *, thorough: bool) -> None:
        """Judge what a change led to: what handlers of events do, and letters."""
        if thorough and _jobs_wait():
            jobs().drain()
        self._judge_letters()

    def _judge_letters(self, *, lasting: bool = False) -> None:
        for one in self._post.open(lasting=lasting):
            about = f"letter “{one.subject}”"
            self._judge_words(one.reader, about, "a letter", one.content, one.allowed)

    def judge_log(self, visit: object) -> None:
        """Judge what was logged since the last time: nobody's words, whoever it was that came."""
        said = self._log.taken()
        for line in said.splitlines() if said else ():
            self._judge_words(_LOGGER, visit, "a line", line.encode(), frozenset())
            for what in self._log.told(line):
                self.report.add(_LOGGER, visit, f"leak in a line: {what}")


def _jobs_wait() -> bool:
    """Tell whether a job is due; those that were planted wait for another day."""
    due = in_state(State.READY), JOBS.c.run_at < now() + timedelta(hours=1)
    return bool(reading().scalar(sa.select(sa.exists().where(*due))))
