"""Several texts on one line, as cells hold them: read as people write them, written to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

BETWEEN: Final = re.compile(r"[,;|\n]+")
"""What people put between the parts of a list."""
_QUOTED: Final = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[,;|\n]+|$)')
_PLAIN: Final = re.compile(r"[^,;|\n]*(?:[,;|\n]+|$)")
_IN_ITSELF: Final = re.compile(r'[,;|\n/]|^\s*"')
"""What makes a part unclear without quotation marks around it; “/” stands between phones."""


class Piece(NamedTuple):
    """A part of a line.

    :param quoted: whether it stood in quotation marks: it is meant as it is.
    """

    text: str
    quoted: bool


def pieces(line: str) -> Iterator[Piece]:
    """Give the parts of a line that hold something; those without quotation marks in a row as one.

    Each of the latter still holds what stood between them.
    """
    plain, place = "", 0
    while place < len(line):
        quoted = _QUOTED.match(line, place)
        if quoted is None:
            found = _PLAIN.match(line, place)
            end = found.end() if found else len(line)
            plain, place = plain + line[place:end], end
            continue
        if plain.strip():
            yield Piece(plain, quoted=False)
        yield Piece(quoted[1].replace('""', '"'), quoted=True)
        plain, place = "", quoted.end()
    if plain.strip():
        yield Piece(plain, quoted=False)


def listed(line: str) -> list[str]:
    """Give the parts of a list: between commas, semicolons, bars or lines, else in quotes."""
    found: list[str] = []
    for piece in pieces(line):
        parts = [piece.text] if piece.quoted else BETWEEN.split(piece.text)
        found += [" ".join(part.split()) for part in parts]
    return [part for part in found if part]


def on_one_line(parts: Iterable[str]) -> str:
    """Give parts as one line from which :func:`listed` reads the same ones."""
    return ", ".join(_clear(part) for part in parts)


def one_by_one(parts: Iterable[str]) -> str:
    """Give parts in which commas are usual as one line, with semicolons between them."""
    return "; ".join(_clear(part) for part in parts)


def _clear(part: str) -> str:
    return '"{}"'.format(part.replace('"', '""')) if _IN_ITSELF.search(part) else part
