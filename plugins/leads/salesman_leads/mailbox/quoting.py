"""What somebody wrote themselves in a letter, and what they quote of an earlier one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*\n")
_QUOTED: Final = ">"
_LONGEST: Final = 500
_WRAPPED: Final = 3
"""Lines over which “On …, … wrote:” may go."""
_HEAD: Final = 5
"""Lines within which the head of an earlier letter is plain."""

_ENDING: Final = 300
_WROTE: Final = re.compile(
    r"(?:\b(?:wrote|writes|schrieb|пишет|писал[аи]?|написал[аи]?|a écrit)\b.{0,80}"
    r"|<[^<>\s]{3,100}@[^<>\s]{3,100}>)\s?:$",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(r"\d")
"""Whoever quotes says when that was written."""
_RULE: Final = re.compile(
    r"\s*-{2,}\s*(?:original message|исходное сообщение|исходное письмо|ursprüngliche nachricht)",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"\s*\*?(?:from|от|von)\*?\s*:", re.IGNORECASE)
_SENT: Final = re.compile(
    r"\s*\*?(?:sent|date|to|отправлено|дата|кому|gesendet|an)\*?\s*:", re.IGNORECASE
)


def own_words(text: str) -> str:
    """Give what stands in an answer without the letters that it quotes.

    Those stand behind ``>``, or below a line as “On …, … wrote:”, a rule, or the head of a letter.
    """
    lines = text.splitlines()
    kept: list[str] = []
    place = 0
    while place < len(lines):
        length = _announcing(lines, place)
        if length and not _quotes_next(lines, place + length):
            break
        if length:
            place += length
            continue
        if not lines[place].startswith(_QUOTED):
            kept.append(lines[place])
        place += 1
    return _EMPTY_LINES.sub("\n\n", "\n".join(kept)).strip()


def _announcing(lines: Sequence[str], place: int) -> int:
    """Give over how many lines it goes that an earlier letter begins there; 0 where none does."""
    line = lines[place][:_LONGEST]
    if not line.strip() or line.startswith(_QUOTED):
        return 0
    if _RULE.match(line):
        return 1
    head = lines[place + 1 : place + _HEAD]
    if _FROM.match(line) and any(_SENT.match(one[:_LONGEST]) for one in head):
        return 1
    for length in range(1, _WRAPPED + 1):
        some = [one[:_LONGEST].strip() for one in lines[place : place + length]]
        if not all(some):
            return 0
        if _announces(" ".join(some)):
            return length
    return 0


def _announces(line: str) -> bool:
    """Tell whether a line is one as “On …, … wrote:”."""
    quotes = line.endswith(":") and _WROTE.search(line[-_ENDING:])
    return bool(quotes and _FIGURE.search(line))


def _quotes_next(lines: Sequence[str], place: int) -> bool:
    """Tell whether what comes next stands behind signs of a quotation, so that its end is known."""
    following = next((one for one in lines[place:] if one.strip()), "")
    return following.startswith(_QUOTED)
