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
MOST_PARAGRAPHS: Final = 3000


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


def texts_of(version: AnyRow) -> list[str]:
    """Give the paragraphs of a version that have a text.

    :raises ConflictError: for a scan, which has none.
    """
    if not version.name.lower().endswith(".docx"):
        raise ConflictError(_("A scan has no text that could be compared."))
    content = content_of(reading(), version.file_id, version.name)
    return [text for text in filler().text(content) if text.strip()][:MOST_PARAGRAPHS]


def compared(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Give what differs between two texts, with a paragraph around each difference."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    found: list[Difference] = []
    for group in matcher.get_grouped_opcodes(_AROUND):
        for what, i, j, k, m in group:
            found += _differences(what, before[i:j], after[k:m])
    return found


def _differences(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    if what == "equal":
        yield from (Difference(SAME, [Piece(SAME, text)]) for text in new)
        return
    paired = min(len(old), len(new))
    for first, second in zip(old[:paired], new[:paired], strict=True):
        yield Difference(CHANGED, list(_words(first, second)))
    yield from (Difference(GONE, [Piece(GONE, text)]) for text in old[paired:])
    yield from (Difference(ADDED, [Piece(ADDED, text)]) for text in new[paired:])


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = re.split(r"(\s+)", old), re.split(r"(\s+)", new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            yield Piece(SAME, "".join(after[k:m]))
            continue
        if i < j:
            yield Piece(GONE, "".join(before[i:j]))
        if k < m:
            yield Piece(ADDED, "".join(after[k:m]))
