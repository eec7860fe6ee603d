"""The access walk: does anybody anywhere see or do what they may not? (``architecture.md``, 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from flask import Flask

from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.counting import Count
from salesman_core.testing.walk.factories import Factory
from salesman_core.testing.walk.following import Sequel
from salesman_core.testing.walk.gathering import Gathered
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.logs import Overheard
from salesman_core.testing.walk.referring import Refer
from salesman_core.testing.walk.report import Finding, Report
from salesman_core.testing.walk.routes import Routes
from salesman_core.testing.walk.shared import known_fields
from salesman_core.testing.walk.walking import Walk
from salesman_core.testing.walk.world import World

_SHORTEST_SECRET: Final = 20


def walk_access(
    app: Flask,
    *,
    factories: Mapping[str, Factory] | None = None,
    values: Mapping[str, Sequence[str]] | None = None,
    fields: Mapping[str, Mapping[str, Any]] | None = None,
    excused: Mapping[str, str] | None = None,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    full: bool = False,
    turn: int = 0,
) -> Report:
    """Walk through a fresh application, and give what is wrong; an empty report is false.

    Words that stand nowhere else are planted in records of everybody's own, of a colleague and of
    a stranger. Then a person of each preset role, and nobody, visits every route and every
    operation, with the pages' own forms and with bodies made of the OpenAPI document. Wrong is: a
    word in a body, a header, a stream or a letter where scopes and ownership do not allow it, and
    in any line of the log; a status other than the conventions say; a refusal that kept something;
    a hidden record that is told from one there is not; an answer that changes when more is hidden;
    and a route in which nobody had success.

    :param factories: how records are made, by kind, before what plugins ship in ``testing``.
    :param values: what arguments of rules may be that are no ids of records, by their names.
    :param fields: fields of forms that the pages do not fill in themselves, by endpoint.
    :param excused: routes in which nobody has success, as ``POST /welcome``, each with the reason.
    :param only: patterns of the rules that are walked, as ``/visits*`` and what else shows visits:
        ``/search``, ``/clients/<int:record_id>``; all of them where none is given.
    :param without: patterns of those that are not, as they are walked elsewhere; what they would
        be excused for counts for nothing then.
    :param full: whether everybody tries everything; otherwise those of whom the same is expected
        take turns.
    :param turn: another number lets others have their turn.
    """
    report = Report()
    with Overheard() as log, closing(World(app, factories or {})) as world:
        arguments = {"reference": [world.reference], **(values or {})}
        log.keep_secret(world.secrets | _proofs(values or {}))
        routes = Routes(app, arguments, world.spare, only, without)
        known = known_fields(world.administrator.walker.id or 0) | dict(fields or {})
        gathered = Gathered(routes, world.known, world.usual, known, full=full)
        judge = Judge(world, routes, report, log, thorough=full)
        choice = Choice(full, turn, world.hidden)
        for part in (Walk, Refer, Sequel, Count):
            part(world, gathered, judge, choice).go()
        judge.judge_log("all the rest")
    valid = {name: why for name, why in (excused or {}).items() if name not in routes.left_out}
    report.settle(judge.reached, map(str, routes.routes), valid)
    return report


def _proofs(values: Mapping[str, Sequence[str]]) -> set[str]:
    """Give those arguments of rules that are too long for anything but a secret."""
    return {one for given in values.values() for one in given if len(one) >= _SHORTEST_SECRET}


__all__ = ["Factory", "Finding", "Report", "walk_access"]
