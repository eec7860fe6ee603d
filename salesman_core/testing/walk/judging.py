"""Sending a request and judging what came back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.db import reading
from salesman_core.services.models import KeptLetter
from salesman_core.testing.walk.canaries import Planted
from salesman_core.testing.walk.expecting import DENIED, FREE, REFUSED, expected
from salesman_core.testing.walk.people import Walker
from salesman_core.testing.walk.report import Report
from salesman_core.testing.walk.routes import Route, Routes
from salesman_core.testing.walk.visiting import STREAM, Answer, Visit, Visitor
from salesman_core.testing.walk.world import World

_HARMLESS: Final = DENIED | REFUSED | {HTTPStatus.METHOD_NOT_ALLOWED}
_DATA: Final = "data: {"


class Judge:
    """Judges every answer of a walk, and undoes every change.

    :param reached: the routes in which somebody had success who may.
    """

    def __init__(self, world: World, routes: Routes, report: Report) -> None:
        self.world, self.routes, self.report = world, routes, report
        self.reached: set[str] = set()
        self._judge_letters(0)
        self._letters = reading().scalar(sa.select(sa.func.max(KeptLetter.id))) or 0

    def send(self, visitor: Visitor, visit: Visit, *, undo: bool = True) -> Answer | None:
        """Send a request and judge what came back; None where there is no such address.

        :param undo: whether the database is put back after a change.
        """
        matched = self.routes.matched(visit.method, visit.address)
        if matched is None:
            return None
        route, arguments = matched
        subjects = self.routes.subjects(route.rule, arguments, self.world.known)
        answer = visitor.visit(visit)
        self.report.visits += 1
        self._judge(visitor.walker, visit, route, subjects, answer)
        if not visit.reads and answer.status not in _HARMLESS:
            self._judge_letters(self._letters)
            if undo:
                self.world.snapshot.restore()
        return answer

    def _judge(
        self,
        walker: Walker,
        visit: Visit,
        route: Route,
        subjects: Sequence[Planted],
        answer: Answer,
    ) -> None:
        wanted = expected(walker, route, subjects, reads=visit.reads)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.report.add(walker.role, visit, f"failed with {answer.status}")
        if wanted == FREE:
            self._note_success(str(route), visit, answer)
        elif answer.status not in wanted:
            about = ", ".join(f"{one.kind} of {one.set}" for one in subjects) or "no record"
            should = " or ".join(str(int(one)) for one in sorted(wanted))
            message = f"answered {answer.status} instead of {should} ({about})"
            self.report.add(walker.role, visit, message)
        self._judge_text(walker, visit, "the body", answer.content)
        self._judge_text(walker, visit, "a header", answer.head.encode())
        if answer.media_type == STREAM:
            self._judge_stream(walker, visit, answer)

    def _note_success(self, route: str, visit: Visit, answer: Answer) -> None:
        if answer.success:
            self.reached.add(route)
        elif route not in self.reached:
            self.report.tried[route] = f"{answer.status} for {visit}"

    def _judge_text(self, walker: Walker, visit: object, place: str, content: bytes) -> None:
        canaries = self.world.canaries
        asked = canaries.in_(str(visit).encode())  # who asks for a word knows it
        for key in canaries.in_(content) - self.world.allowed[walker] - asked:
            self.report.add(walker.role, visit, f"leak in {place}: {canaries.by_text[key]}")

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

    def _judge_letters(self, after: int) -> None:
        """Compare what stands in new letters with what their readers may see."""
        letters = reading().execute(
            sa.select(KeptLetter.subject, KeptLetter.text, KeptLetter.sealed, User.id)
            .join(User, User.email == KeptLetter.to)
            .where(KeptLetter.id > after)
        )
        walkers = {one.id: one for one in self.world.walkers if one.id is not None}
        for subject, text, sealed, user_id in letters:
            if user_id in walkers:
                written = f"{subject}\n{text}\n{sealed}".encode()
                self._judge_text(walkers[user_id], f"letter “{subject}”", "a letter", written)
