"""Characters that nobody sees: what is left out of texts, and which texts hold nothing else."""

from __future__ import annotations

import re
from typing import Final

UNSEEN: Final = (
    r"\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb"
)
"""A class for patterns, in a notation that Python and ECMA-262 share: white space, controls,
joiners, marks of direction, selectors, and letters without a shape. Those beyond 16 bits are left
to the code: without the flag “u”, readers of JSON Schema would take them for two characters."""

_SEEN: Final = re.compile(
    rf"[^{UNSEEN}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LEFT_OUT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0001]"
)
"""Controls, marks without a width, and what turns the direction of the text around it. Joiners and
selectors stay: writing systems and pictures are made with them."""


def without_unseen(text: str) -> str:
    """Give a text without the characters that nobody types, and that mislead whoever reads it."""
    return text if text.isprintable() else _LEFT_OUT.sub("", text)


def shows_something(text: str) -> bool:
    """Tell whether there is anything to be seen in a text."""
    return _SEEN.search(text) is not None


def seen_words(text: str) -> str:
    """Give a text as a name is kept: its words on one line; empty where it shows nothing."""
    line = " ".join(without_unseen(text).split())
    return line if shows_something(line) else ""
