"""Orders that people choose, as of pipelines or rungs: nobody rearranges another's unseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import Base, table_of
from salesman_core.errors import StaleError
from salesman_core.i18n import texts
from salesman_core.records.saving import fingerprint

_ = texts.lazy

M = TypeVar("M", bound=Base)


def in_order(session: Session, model: type[M], *of: sa.ColumnElement[bool]) -> Sequence[M]:
    """Load rows as they stand and keep others from changing them until the commit.

    Called before any of them is loaded: all are locked by one statement, in one order, so that two
    changes never wait for each other. The next one reads: a statement that sorts before it waits
    would give the rows in the order that they had then.

    :param model: a table whose rows stand in the order of their ``position``.
    :param of: which of its rows stand in one order; all where not given.
    """
    columns = table_of(model).c
    session.execute(sa.select(columns.id).where(*of).order_by(columns.id).with_for_update()).all()
    rows = sa.select(model).where(*of).order_by(columns.position, columns.id)
    return session.scalars(rows.execution_options(populate_existing=True)).all()


def order_version(ids: Iterable[int]) -> int:
    """Give the version of an order: another one wherever rows stand otherwise, come or go.

    :param ids: of the rows as they stand.
    """
    return fingerprint(*ids)


def demand_order(rows: Sequence[Any], version: int | None) -> None:
    """Let an order be changed only where it is still the one that the person saw.

    :param rows: as :func:`in_order` gives them.
    :param version: of what they saw, see :func:`order_version`; None where they do not say.
    :raises StaleError: where somebody else changed it since.
    """
    if version is not None and order_version(row.id for row in rows) != version:
        raise StaleError(
            _("Somebody else has changed the order meanwhile: see it now, then do it again.")
        )


def put_in_order(rows: Sequence[Any], wanted: Sequence[int]) -> list[int]:
    """Number rows anew, those that are not *wanted* behind the others; give the ids that moved."""
    place = {id_: number for number, id_ in enumerate(wanted)}
    moved = []
    for position, row in enumerate(sorted(rows, key=lambda one: place.get(one.id, len(place)))):
        if row.position != position:
            row.position = position
            moved.append(row.id)
    return moved


def change_places(rows: Sequence[Any], row: Any, *, later: bool) -> tuple[int, int] | None:
    """Let a row change places with its neighbour; give both places, None where it has none there.

    :param later: whether with the next one, else with the one before.
    """
    order = [one.id for one in rows]
    place = order.index(row.id)
    other = place + (1 if later else -1)
    if not 0 <= other < len(order):
        return None
    order[place], order[other] = order[other], order[place]
    put_in_order(rows, order)
    return place, other
