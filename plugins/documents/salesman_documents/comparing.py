"""What differs between the texts of two versions, paragraph by paragraph and word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from salesman_core.toolkit import AnyRow, ConflictError, reading
from salesman_documents.filling import filler
from salesman_documents.making import content_of
from salesman_documents.texts import texts

_ = texts.lazy

SAME, GONE, ADDED, CHANGED = "same", "gone", "added", "changed"
_AROUND: Final = 1
_WORD: Final = re.compile(r"\S+\s*|\s+")
MOST_PARAGRAPHS: Final = 3000
MOST_COMPARED: Final = 4_000_000
"""Pairs of paragraphs, and of words, that one comparison looks at."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: the ``same``, ``gone`` or ``added``."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A paragraph as it was and as it is; None between two differences stands for a gap."""

    what: str
    pieces: Sequence[Piece]


class _Effort:
    """How much one comparison may still cost: what is worth more is shown as a whole."""

    def __init__(self) -> None:
        self._left = MOST_COMPARED

    def is_worth(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Tell whether two sequences may be held against each other, and count it."""
        cost = len(before) * len(after)
        if cost > self._left:
            return False
        self._left -= cost
        return True


def texts_of(version: AnyRow) -> list[str]:
    """Give the paragraphs of a version that have a text.

    :raises ConflictError: for a scan, which has none, and for more than can be compared.
    """
    if not version.name.lower().endswith(".docx"):
        raise ConflictError(_("A scan has no text that could be compared."))
    content = content_of(reading(), version.file_id, version.name)
    found = [text for text in filler().text(content) if text.strip()]
    if len(found) > MOST_PARAGRAPHS:
        raise ConflictError(_("The document is too long to be compared here."))
    return found


def compared(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Give what differs between two texts, with a paragraph around each difference."""
    effort = _Effort()
    steps = list(_steps(before, after, effort))
    found: list[Difference] = []
    for place, (what, i, j, k, m) in enumerate(steps):
        if what != "equal":
            found += _differences(before[i:j], after[k:m], effort)
            continue
        behind = range(k, min(k + _AROUND, m)) if place > 0 else range(0)
        ahead = range(max(m - _AROUND, k), m) if place < len(steps) - 1 else range(0)
        shown = sorted({*behind, *ahead}) if len(steps) > 1 else []
        found += [Difference(SAME, [Piece(SAME, after[one])]) for one in shown]
    return found


def _steps(
    before: Sequence[str], after: Sequence[str], effort: _Effort
) -> Iterator[tuple[str, int, int, int, int]]:
    """Give what is equal and what is not, as difflib does; equal ends cost nothing."""
    head = _equal(before, after)
    rest = min(len(before), len(after)) - head
    tail = min(_equal(before[::-1], after[::-1]), rest)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield "equal", 0, head, 0, head
    if effort.is_worth(old, new):
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for what, i, j, k, m in matcher.get_opcodes():
            yield what, i + head, j + head, k + head, m + head
    else:
        yield "replace", head, head + len(old), head, head + len(new)
    if tail:
        yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _equal(before: Sequence[str], after: Sequence[str]) -> int:
    """Tell how many of the first are equal."""
    pairs = zip(before, after, strict=False)
    ends = min(len(before), len(after))
    return next((place for place, (old, new) in enumerate(pairs) if old != new), ends)


def _differences(old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[Difference]:
    paired = min(len(old), len(new))
    for first, second in zip(old[:paired], new[:paired], strict=True):
        yield Difference(CHANGED, list(_words(first, second, effort)))
    yield from (Difference(GONE, [Piece(GONE, text)]) for text in old[paired:])
    yield from (Difference(ADDED, [Piece(ADDED, text)]) for text in new[paired:])


def _words(old: str, new: str, effort: _Effort) -> Iterator[Piece]:
    before, after = re.findall(_WORD, old), re.findall(_WORD, new)
    for what, i, j, k, m in _steps(before, after, effort):
        if what == "equal":
            yield Piece(SAME, "".join(after[k:m]))
            continue
        if i < j:
            yield Piece(GONE, "".join(before[i:j]))
        if k < m:
            yield Piece(ADDED, "".join(after[k:m]))
