"""Patterns of numbers, as ``{number:04}-{MM}{YY}/{YYYY}``: read, judged and filled in.

Nothing here asks the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from salesman_hookspecs import Text
from salesman_requisites.numbering.models import MONTHLY, NEVER, YEARLY
from salesman_requisites.texts import texts

_ = texts.lazy

PLACES: Final[Mapping[str, Text]] = {
    "{number}": _("the number"),
    "{number:04}": _("the number with noughts before it, here four digits"),
    "{DD}": _("the day"),
    "{MM}": _("the month"),
    "{YY}": _("the year, two digits"),
    "{YYYY}": _("the year"),
    "{company}": _("the code of the own company"),
}
"""What may stand in a pattern, and what becomes of it."""

LONGEST: Final = 100
LONGEST_NUMBER: Final = 60
"""So many characters may a number have, whatever its pattern."""
HIGHEST: Final = 999_999_999

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_NUMBER: Final = re.compile(r"number(?::0?([1-9]))?")
_OTHERS: Final = ("DD", "MM", "YY", "YYYY", "company")
_NEEDED: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    NEVER: (),
    YEARLY: (frozenset({"YY", "YYYY"}),),
    MONTHLY: (frozenset({"YY", "YYYY"}), frozenset({"MM"})),
}
"""What tells the numbers of one period from those of another."""


class PatternError(ValueError):
    """What was typed is no pattern of numbers."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def judged_pattern(typed: str) -> str:
    """Judge a pattern; give it as it is kept.

    :raises PatternError: where it cannot give numbers.
    """
    pattern = " ".join(typed.split())
    if len(pattern) > LONGEST:
        raise PatternError(_("At most %(most)s characters fit here.", most=LONGEST))
    for place in _PLACE.findall(pattern):
        if place not in _OTHERS and not _NUMBER.fullmatch(place):
            raise PatternError(
                _(
                    "{%(place)s} means nothing. There are: %(known)s.",
                    place=place,
                    known=", ".join(PLACES),
                )
            )
    if set(_PLACE.sub("", pattern)) & {"{", "}"}:
        raise PatternError(_("A brace stands alone: each { needs its }."))
    if len([one for one in _PLACE.findall(pattern) if _NUMBER.fullmatch(one)]) != 1:
        raise PatternError(_("{number} has to stand in it, once."))
    if len(written(pattern, HIGHEST, date(2026, 12, 31), "W" * 10)) > LONGEST_NUMBER:
        raise PatternError(
            _("Numbers by this pattern are longer than %(most)s characters.", most=LONGEST_NUMBER)
        )
    return pattern


def repeats(pattern: str, starts: str) -> bool:
    """Tell whether the same number comes again when the counter starts anew.

    :param starts: when it does: ``never``, ``yearly`` or ``monthly``.
    """
    places = set(_PLACE.findall(pattern))
    return any(places.isdisjoint(needed) for needed in _NEEDED[starts])


def written(pattern: str, number: int, day: date, code: str) -> str:
    """Give a number by its pattern.

    :param day: of the paper.
    :param code: of the own company.
    """
    values = {
        "DD": f"{day:%d}",
        "MM": f"{day:%m}",
        "YY": f"{day:%y}",
        "YYYY": f"{day:%Y}",
        "company": code,
    }

    def fill(place: re.Match[str]) -> str:
        counted = _NUMBER.fullmatch(place[1])
        if counted is None:
            return values[place[1]]
        return f"{number:0{counted[1] or 1}}"

    return _PLACE.sub(fill, pattern)


@dataclass(frozen=True, slots=True)
class Period:
    """The days for which a counter counts.

    :param key: as the table keeps it: ``2026``, ``2026-03``, or an empty text for all days.
    """

    key: str

    @classmethod
    def of(cls, day: date, starts: str) -> Period:
        """Give the period of a day."""
        return cls({NEVER: "", YEARLY: f"{day:%Y}", MONTHLY: f"{day:%Y-%m}"}[starts])
