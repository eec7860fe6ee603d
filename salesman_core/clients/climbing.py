"""Moves on the ladder as figures count them: who climbed and who fell, each client once.

The list behind such a figure is filtered here, and shows the same clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salesman_core.clients.models import Client, Rung, RungMove
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.moments_on_days import within_days
from salesman_core.web import formats
from salesman_hookspecs import Text

_ = texts.lazy

Condition = sa.ColumnElement[bool]

WAYS: Final[Mapping[str, Text]] = {
    "climbed": _("climbed"),
    "bought": _("climbed by buying"),
    "fell": _("fell"),
}
"""Which moves are told apart; by buying climbs who reaches a rung that takes a sale."""
_STEP: Final = re.compile(
    rf"({'|'.join(WAYS)}):(\d{{1,18}})?:(\d{{1,18}})?"
    r":(\d{4}-\d{2}-\d{2})?:(\d{4}-\d{2}-\d{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LadderStep:
    """What some clients did on the ladder.

    :param way: one of ``WAYS``.
    :param since: the first day that counts, in the company's zone; None where it is open.
    :param until: the last one.
    :param from_id: the rung that they left; None for any.
    :param to_id: the rung that they came to; None for any.
    """

    way: str
    since: date | None = None
    until: date | None = None
    from_id: int | None = None
    to_id: int | None = None

    @property
    def value(self) -> str:
        """Give it as the filter ``ladder`` of the list of clients has it."""
        ends = (one.isoformat() if one else "" for one in (self.since, self.until))
        rungs = (str(one or "") for one in (self.from_id, self.to_id))
        return ":".join((self.way, *rungs, *ends))

    @classmethod
    def told(cls, value: Any) -> LadderStep | None:
        """Give what a value of the filter says; None where it says nothing."""
        found = _STEP.fullmatch(str(value))
        if found is None:
            return None
        try:
            since, until = (date.fromisoformat(one) if one else None for one in found.group(4, 5))
        except ValueError:  # as the 30th of February
            return None
        from_id, to_id = (int(one) if one else None for one in found.group(2, 3))
        return cls(found[1], since, until, from_id, to_id)


def ladder_moves() -> sa.Subquery:
    """Give the SQL of the moves of clients to another rung, made by themselves and not by merging.

    It has ``client_id``, ``from_id``, ``to_id`` and ``at``, and for each of ``WAYS`` a column of
    its name, which tells whether that is what the move was.
    """
    before, after = aliased(Rung), aliased(Rung)
    climbed = after.position > before.position
    return (
        sa.select(
            RungMove.client_id,
            RungMove.at,
            before.id.label("from_id"),
            after.id.label("to_id"),
            climbed.label("climbed"),
            sa.and_(climbed, after.sales > 0).label("bought"),
            (after.position < before.position).label("fell"),
        )
        .join(before, before.id == RungMove.from_rung_id)
        .join(after, after.id == RungMove.to_rung_id)
        .where(RungMove.of_client_id == RungMove.client_id, before.position != after.position)
        .subquery("moves")
    )


def did_on_ladder(_operator: str, value: Any) -> Condition:
    """Give the condition of the clients behind a figure; what means nothing finds nobody."""
    step = LadderStep.told(value)
    if step is None:
        return sa.false()
    moves = ladder_moves()
    found = sa.select(moves.c.client_id).where(
        moves.c[step.way], *within_days(moves.c.at, step.since, step.until)
    )
    if step.from_id is not None:
        found = found.where(moves.c.from_id == step.from_id)
    if step.to_id is not None:
        found = found.where(moves.c.to_id == step.to_id)
    return Client.id.in_(found)


def ladder_in_words(value: Any) -> str:
    """Give in words what a filter asks for: “climbed to “Current”, from 1 October”."""
    step = LadderStep.told(value)
    if step is None:
        return str(value)
    words = [str(WAYS[step.way])]
    if step.from_id is not None:
        words.append(str(_("away from “%(rung)s”", rung=_name_of(step.from_id))))
    if step.to_id is not None:
        words.append(str(_("to “%(rung)s”", rung=_name_of(step.to_id))))
    if step.since is not None:
        words.append(str(_("from %(day)s", day=formats.day(step.since))))
    if step.until is not None:
        words.append(str(_("until %(day)s", day=formats.day(step.until))))
    return ", ".join(words)


def _name_of(rung_id: int) -> str:
    return str(reading().scalar(sa.select(Rung.name).where(Rung.id == rung_id)) or rung_id)
