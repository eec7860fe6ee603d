"""The rungs of the ladder: names, colours, order and needs are a company's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission
from salesman_core.clients.ladder import rungs
from salesman_core.clients.models import Client, Rung, RungMove
from salesman_core.db import AnyRow, reading, writing
from salesman_core.errors import ConflictError, InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.changes import Changes, audit, differences
from salesman_core.records.ordering import change_places, demand_order, in_order
from salesman_core.records.saving import demand_version, fingerprint, named
from salesman_hookspecs import Text

_ = texts.lazy

MANAGE: Final = "core.rung.manage"
MOST: Final = 99
"""A rung may ask for at most so many interests or sales."""

COLOURS: Final[Mapping[str, Text]] = {
    "azure": _("light blue"),
    "blue": _("blue"),
    "indigo": _("indigo"),
    "purple": _("purple"),
    "pink": _("pink"),
    "red": _("red"),
    "orange": _("orange"),
    "yellow": _("yellow"),
    "lime": _("light green"),
    "green": _("green"),
    "teal": _("teal"),
    "cyan": _("cyan"),
    "secondary": _("grey"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """Where a rung is used.

    :param clients: how many stand on it, those in the bin included.
    :param moves: how many moves of the ladder's history name it.
    """

    clients: int
    moves: int

    @property
    def free(self) -> bool:
        """Whether it may be deleted."""
        return not self.clients and not self.moves


def uses() -> Mapping[int, Use]:
    """Give where each rung is used, in a fixed number of statements."""
    session = reading()
    clients = _counted(session, Client.rung_id)
    moves = _counted(session, RungMove.to_rung_id)
    left = _counted(session, RungMove.from_rung_id)
    ids = clients.keys() | moves.keys() | left.keys()
    return {id_: Use(clients.get(id_, 0), moves.get(id_, 0) + left.get(id_, 0)) for id_ in ids}


def _counted(session: Session, column: Any) -> dict[int, int]:
    rows = session.execute(sa.select(column, sa.func.count()).group_by(column))
    return {id_: count for id_, count in rows if id_ is not None}


def ladder() -> list[tuple[AnyRow, Use]]:
    """Give the rungs from the lowest to the highest with where they are used."""
    found = reading().execute(
        sa.select(
            Rung.id, Rung.name, Rung.colour, Rung.position, Rung.interests, Rung.sales
        ).order_by(Rung.position, Rung.id)
    )
    used = uses()
    return [(row, used.get(row.id, Use(0, 0))) for row in found]


def one_rung(rung_id: int) -> AnyRow:
    """Give a rung.

    :raises MissingError: where there is none.
    """
    for rung, _use in ladder():
        if rung.id == rung_id:
            return rung
    raise MissingError(_("There is no such rung."))


def version_of(rung: Rung | AnyRow) -> int:
    """Give the version of a rung: another one wherever its name, colour or needs differ."""
    return fingerprint(rung.name, rung.colour, rung.interests, rung.sales)


def add_rung(values: Mapping[str, Any]) -> int:
    """Add a rung above all others; give its id.

    :raises InvalidError: for a name that there is already, or needs that cannot be.
    """
    demand_permission(MANAGE)
    with writing() as session:
        judged = _judged(session, values)
        top = max((rung.position for rung in rungs(session)), default=-1)
        rung = Rung(**judged, position=top + 1)
        session.add(rung)
        session.flush()
        changes: Changes = {name: (None, value) for name, value in judged.items()}
        audit(session, "rung", rung.id, rung.name, "created", changes)
        return rung.id


def change_rung(rung_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a rung's name, colour or needs.

    What clients stand on is judged anew with their next evidence: changing the rules moves nobody
    by itself.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE)
    with writing() as session:
        rung = _found(session, rung_id)
        demand_version(version_of(rung), version)
        changes = differences(rung, _judged(session, values, rung_id))
        for name, (_old, new) in changes.items():
            setattr(rung, name, new)
        if changes:
            audit(session, "rung", rung.id, rung.name, "changed", changes)


def move_rung(rung_id: int, *, up: bool, version: int | None = None) -> None:
    """Let a rung change places with its neighbour.

    :param up: True towards the higher ones.
    :param version: of the order that the caller saw; None where they do not say.
    :raises StaleError: where somebody changed the order since *version*.
    :raises ConflictError: where the higher one would ask for less than the lower one.
    """
    demand_permission(MANAGE)
    with writing() as session:
        order = in_order(session, Rung)
        rung = _found(session, rung_id)
        demand_order(order, version)
        places = change_places(order, rung, later=up)
        _demand_growth(order, rung)
        if places is not None:
            audit(session, "rung", rung.id, rung.name, "changed", {"position": places})


def _demand_growth(order: Sequence[Rung], rung: Rung) -> None:
    """Let a rung have changed places only where needs still grow from rung to rung."""
    if not _needs_of(rung):
        return
    now = sorted(order, key=lambda one: one.position)
    below, above = _neighbours(now, now.index(rung))
    for lower, higher in (below, rung), (rung, above):
        if lower and higher and not _needs_of(higher).more_than(_needs_of(lower)):
            message = _(
                "“%(lower)s” asks for as much as “%(higher)s”: it cannot stand below. Change what"
                " they ask for instead.",
                lower=lower.name,
                higher=higher.name,
            )
            raise ConflictError(message)


def delete_rung(rung_id: int) -> None:
    """Delete a rung that nothing names.

    :raises ConflictError: where it is used, saying where.
    """
    demand_permission(MANAGE)
    with writing() as session:
        order = in_order(session, Rung)
        rung = _found(session, rung_id)
        used = uses().get(rung_id, Use(0, 0))
        if not used.free:
            raise ConflictError(_refusal(rung.name, used))
        if len(order) == 1:
            raise ConflictError(_("The last rung stays: every client stands on one."))
        audit(session, "rung", rung.id, rung.name, "deleted", {})
        session.delete(rung)


def _refusal(name: str, used: Use) -> Text:
    return _(
        "“%(name)s” is in use: clients that stand on it: %(clients)s, moves that name it in their"
        " history: %(moves)s. Rename it instead.",
        name=name,
        clients=used.clients,
        moves=used.moves,
    )


def _found(session: Session, rung_id: int) -> Rung:
    rung = session.get(Rung, rung_id, with_for_update=True)
    if rung is None:
        raise MissingError(_("There is no such rung."))
    return rung


def _judged(
    session: Session, values: Mapping[str, Any], rung_id: int | None = None
) -> dict[str, Any]:
    judged: dict[str, Any] = {
        "name": named(values.get("name")),
        "colour": values.get("colour"),
        "interests": values.get("interests"),
        "sales": values.get("sales"),
    }
    wrong: dict[str, Text] = {}
    if judged["colour"] not in COLOURS:
        wrong["colour"] = _("Choose a colour from the list.")
    for name in ("interests", "sales"):
        if not isinstance(judged[name], int) or not 0 <= judged[name] <= MOST:
            wrong[name] = _("Give a whole number from 0 to %(most)s.", most=MOST)
    twin = sa.exists().where(Rung.name == judged["name"], Rung.id != (rung_id or 0))
    if session.scalar(sa.select(twin)):
        wrong["name"] = _("There is a rung of this name already.")
    if not wrong:
        wrong = _against_others(rungs(session), judged, rung_id)
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)
    return judged


def _against_others(
    order: Sequence[Rung], judged: Mapping[str, Any], rung_id: int | None
) -> dict[str, Text]:
    """Give what is wrong with the needs of a rung that is new on top, or stands in an order.

    Needs grow from rung to rung: else clients would climb past a rung that nobody reaches. One
    that needs nothing is passed over: people alone put clients there.
    """
    place = next((at for at, one in enumerate(order) if one.id == rung_id), len(order))
    mine = _Needs(judged["interests"], judged["sales"])
    below, above = _neighbours(order, place)
    if mine and below and not mine.more_than(_needs_of(below)):
        name = "sales" if below.sales > mine.sales else "interests"
        return {name: _("“%(name)s” below asks for as much: ask for more here.", name=below.name)}
    if mine and above and not _needs_of(above).more_than(mine):
        name = "sales" if above.sales < mine.sales else "interests"
        return {name: _("“%(name)s” above asks for no more: ask for less here.", name=above.name)}
    return {}


def _neighbours(order: Sequence[Rung], place: int) -> tuple[Rung | None, Rung | None]:
    """Give the nearest rungs below and above a place that need anything."""
    below = next((one for one in reversed(order[:place]) if _needs_of(one)), None)
    return below, next((one for one in order[place + 1 :] if _needs_of(one)), None)


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a rung asks for; a sale is an interest, too."""

    interests: int
    sales: int

    def __bool__(self) -> bool:
        return bool(self.interests or self.sales)

    def more_than(self, other: _Needs) -> bool:
        mine = (max(self.interests, self.sales), self.sales)
        others = (max(other.interests, other.sales), other.sales)
        return mine != others and mine[0] >= others[0] and mine[1] >= others[1]


def _needs_of(rung: Rung) -> _Needs:
    return _Needs(rung.interests, rung.sales)
