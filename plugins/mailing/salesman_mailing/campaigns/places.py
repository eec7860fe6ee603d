"""The small language of letters: places that each letter fills, and nothing that computes.

A place is a name in double braces, with what to say where nothing is known: ``{{ name }}``,
``{{ name | or("colleague") }}``. What a value holds is never read as a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from salesman_hookspecs import Text
from salesman_mailing.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Variable:
    """What a place may name.

    :param always: whether it is known of everybody, so that no fallback is needed.
    :param is_link: whether it is an address of a page.
    """

    title: Text
    always: bool = False
    is_link: bool = False


UNSUBSCRIBE: Final = "unsubscribe"

VARIABLES: Final[Mapping[str, Variable]] = {
    "name": Variable(_("the name of whom the letter is for")),
    "first_name": Variable(_("their first name")),
    "client": Variable(_("the client that they belong to")),
    "email": Variable(_("the address that the letter goes to"), always=True),
    "owner": Variable(_("who is responsible for them")),
    "company": Variable(_("your company"), always=True),
    UNSUBSCRIBE: Variable(
        _("the address of the page where one unsubscribes"), always=True, is_link=True
    ),
}

LONGEST_FALLBACK: Final = 100

_BRACES: Final = re.compile(r"\{\{([^{}\n]{0,200})\}\}")
_OPENED: Final = re.compile(r"\{\{|\}\}")
_QUOTED: Final = r"\"([^\"]*)\"|'([^']*)'|“([^”]*)”|«([^»]*)»|„([^“]*)“"
_SAID: Final = re.compile(rf"\s*(\w+)\s*(?:\|\s*(?:or|или)\s*\(\s*(?:{_QUOTED})\s*\)\s*)?")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text.

    :param said: as it stands there.
    :param name: empty where it is not written as places are.
    :param fallback: what to say where nothing is known; None where nothing was given.
    :param line: from 1.
    """

    said: str
    name: str
    fallback: str | None
    line: int

    def value(self, values: Mapping[str, str]) -> str:
        """Give what stands in its place."""
        return values.get(self.name, "").strip() or self.fallback or ""


Piece = str | Place
Filled = Callable[[str], str]


def pieces(text: str) -> Iterator[Piece]:
    """Give a text as what stands between places, and the places, in turns; the first is a text."""
    end = 0
    for found in _BRACES.finditer(text):
        yield text[end : found.start()]
        yield _place(found, text)
        end = found.end()
    yield text[end:]


def places(text: str) -> Iterator[Place]:
    """Give the places in a text."""
    return (one for one in pieces(text) if isinstance(one, Place))


def broken_lines(text: str) -> Iterator[int]:
    """Give the lines in which braces are opened or closed that make no place."""
    at = 1
    for one in pieces(text):
        if isinstance(one, str):
            yield from (at + one.count("\n", 0, found.start()) for found in _OPENED.finditer(one))
            at += one.count("\n")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Give a text with its places filled, as for a subject."""
    said = (one if isinstance(one, str) else one.value(values) for one in pieces(text))
    return "".join(said)


def _place(found: re.Match[str], text: str) -> Place:
    said = _SAID.fullmatch(found[1])
    line = text.count("\n", 0, found.start()) + 1
    if said is None:
        return Place(found[0], "", None, line)
    quoted = [one for one in said.groups()[1:] if one is not None]
    return Place(found[0], said[1], quoted[0][:LONGEST_FALLBACK] if quoted else None, line)
