"""Who of some people is next: by turns, by load, by weights. It knows no database.

Each choice changes what is remembered of whoever is chosen, so that the next one is fair, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from salesman_leads.distribution.models import IN_TURN, LEAST_LOADED, WEIGHTS

LEAD: Final = 1_000_000
"""A whole lead, in the unit of :attr:`Hand.credit`."""


@dataclass(slots=True)
class Hand:
    """Somebody who may get a lead.

    :param turn: grows with each lead that they get; who has the smallest has waited longest.
    :param credit: by how much they are behind what their weight promises, in millionths of a lead.
    :param load: how many unfinished leads they have.
    """

    user_id: int
    weight: int = 1
    turn: int = 0
    credit: int = 0
    load: int = 0


def in_turn(hands: Sequence[Hand]) -> Hand:
    """Give whoever has waited longest.

    Between two leads of one who is always there, each other who is gets one: however others come
    and go, their numbers differ by at most one.
    """
    return min(hands, key=lambda one: one.turn)


def least_loaded(hands: Sequence[Hand]) -> Hand:
    """Give whoever has the fewest unfinished leads; among equals, who has waited longest."""
    return min(hands, key=lambda one: (one.load, one.turn))


def by_weight(hands: Sequence[Hand]) -> Hand:
    """Give whoever is furthest behind what their weight promises.

    Everybody there is owed their part of the lead, and who gets it pays for it. What is owed stays
    small, so numbers follow the weights over any time, not only in the long run.
    """
    whole = sum(one.weight for one in hands)
    owed = 0
    for one in hands:
        part = one.weight * LEAD // whole
        one.credit, owed = one.credit + part, owed + part
    chosen = max(hands, key=lambda one: one.credit)
    chosen.credit -= owed
    return chosen


_CHOICES: Final[Mapping[str, Callable[[Sequence[Hand]], Hand]]] = {
    IN_TURN: in_turn,
    LEAST_LOADED: least_loaded,
    WEIGHTS: by_weight,
}


def deal(method: str, hands: Sequence[Hand], turn: int) -> Hand:
    """Choose who gets a lead, and remember that they did.

    :param method: one that remembers.
    :param hands: those who can take it, at least one.
    :param turn: its number, greater than that of each turn before.
    """
    chosen = _CHOICES[method](hands)
    chosen.turn = turn
    return chosen
