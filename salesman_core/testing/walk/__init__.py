"""The access walk: does anybody anywhere see or do what they may not? (``architecture.md``, 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from salesman_core.testing.walk.choosing import Choice
from salesman_core.testing.walk.counting import Count
from salesman_core.testing.walk.factories import Factory
from salesman_core.testing.walk.following import Sequel
from salesman_core.testing.walk.gathering import Gathered
from salesman_core.testing.walk.judging import Judge
from salesman_core.testing.walk.report import Finding, Report
from salesman_core.testing.walk.routes import Routes
from salesman_core.testing.walk.shared import known_fields
from salesman_core.testing.walk.walking import Walk
from salesman_core.testing.walk.world import World


def walk_access(
    app: Flask,
    *,
    factories: Mapping[str, Factory] | None = None,
    values: Mapping[str, Sequence[str]] | None = None,
    fields: Mapping[str, Mapping[str, Any]] | None = None,
    excused: Mapping[str, str] | None = None,
    only: Sequence[str] = (),
    full: bool = False,
    turn: int = 0,
) -> Report:
    """Walk through a fresh application, and give what is wrong; an empty report is false.

    Words that stand nowhere else are planted in records of everybody's own, of a colleague and of
    a stranger. Then a person of each preset role, and nobody, visits every route and every
    operation, with the pages' own forms and with bodies made of the OpenAPI document. Wrong is: a
    word in a body, a header, a stream or a letter where scopes and ownership do not allow it; a
    status other than the conventions say; an answer that changes when more is hidden; and a route
    in which nobody had success.

    :param factories: how records are made, by kind, before what plugins ship in ``testing``.
    :param values: what arguments of rules may be that are no ids of records, by their names.
    :param fields: fields of forms that the pages do not fill in themselves, by endpoint.
    :param excused: routes in which nobody has success, as ``POST /welcome``, each with the reason.
    :param only: patterns of the rules that are walked, as ``/visits*`` and what else shows visits:
        ``/search``, ``/clients/<int:record_id>``; all of them where none is given.
    :param full: whether everybody tries everything; otherwise those of whom the same is expected
        take turns.
    :param turn: another number lets others have their turn.
    """
    world = World(app, factories or {})
    routes = Routes(app, {"reference": [world.reference], **(values or {})}, world.spare, only)
    known = known_fields(world.administrator.walker.id or 0) | dict(fields or {})
    gathered = Gathered(routes, world.known, world.usual, known, full=full)
    report = Report()
    judge, choice = Judge(world, routes, report), Choice(full, turn)
    try:
        for part in (Walk, Sequel, Count):
            part(world, gathered, judge, choice).go()
    finally:
        world.close()
    report.settle(judge.reached, map(str, routes.routes), excused or {})
    return report


__all__ = ["Factory", "Finding", "Report", "walk_access"]
