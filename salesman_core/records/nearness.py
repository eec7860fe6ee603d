"""How near a name is to what was typed, and where in an index near names stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rapidfuzz.distance import OSA

from salesman_core.db import normalised
from salesman_core.db.trigrams import Pattern, spaced

_FEWEST: Final = 4
"""So many letters a word needs to be known by the others when one is wrong."""
_STILL_TYPED: Final = 7
"""So many letters the last word needs to be known without its end."""
_MOST_WORDS: Final = 2
"""So many words an index is asked for; the others are compared with what it gives."""
_MOST_LETTERS: Final = 24
_PART: Final = 3
_TWO_WRONG: Final = 9
_NOT_THERE: Final = 2


def words_of(text: str) -> list[str]:
    """Give the words of a text as they are compared."""
    return spaced(normalised(text)).split()


def near_patterns(typed: str) -> list[list[Pattern]]:
    """Give for the longest words the parts that are left of each if one letter of it is wrong.

    Wherever a letter is wrong, missing, too many or has changed places with its neighbour, what
    stands before and behind those two is right. No words come back where there are none of use.
    """
    words = words_of(typed)
    longest = sorted(words, key=len, reverse=True)[:_MOST_WORDS]
    return [
        list(_around_each_letter(word[:_MOST_LETTERS], ends=word != words[-1]))
        for word in longest
        if len(word) >= _FEWEST
    ]


def _around_each_letter(word: str, *, ends: bool) -> Iterator[Pattern]:
    long = len(word) >= _STILL_TYPED
    whole = f" {word} " if ends or not long else f" {word}"
    gap, step = (3, 2) if long else (2, 1)  # two neighbours are in one of the wider gaps too
    for place in range(1, len(word) + 1, step):
        parts = (whole[:place], whole[place + gap :])
        found = tuple(part for part in parts if len(part) >= _PART)
        if found:
            yield found


def distance(typed: Sequence[str], name: str) -> float | None:
    """Give how many letters of the typed words are wrong for a name; None where it is another.

    A word may have one wrong letter, a long one two. A short one may be missing, as the form of a
    company. A word that only begins as the typed one is a little further away than a whole one.
    """
    words = words_of(name)
    total = 0.0
    for one in typed:
        nearest = min((_between(one, word) for word in words), default=float(_NOT_THERE + 1))
        if len(one) < _FEWEST:
            nearest = min(nearest, _NOT_THERE)
        elif nearest > _allowed(one) + 0.5:
            return None
        total += nearest
    return total


def _allowed(word: str) -> int:
    return 2 if len(word) >= _TWO_WRONG else 1


def _between(typed: str, word: str) -> float:
    whole = OSA.distance(typed, word, score_cutoff=2)
    if len(word) <= len(typed):
        return float(whole)
    begun = min(OSA.distance(typed, word[: len(typed) + more], score_cutoff=2) for more in (0, 1))
    return min(float(whole), begun + 0.5)
