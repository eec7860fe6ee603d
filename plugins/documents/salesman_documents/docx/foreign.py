"""Tags that other programs fill in: named where they stand in a template, and never filled in."""

from __future__ import annotations

import re
from typing import Final

FOREIGN: Final = re.compile(
    r"\[[A-Za-z]\w*(?:\.\w+)+[^\]\n]{0,80}\]|\$\{\w[\w.]*\}|<<\w[\w.]*>>|«[A-Z]\w*[A-Z]\w*»"
    r"|(?<![A-Za-z])[a-z]{3,}(?:[A-Z][a-z0-9]+)+"
)
_OPENING: Final = re.compile(r"\{[{%#]")
_CLOSING: Final = re.compile(r"[}%#]\}")


def without_ours(text: str) -> tuple[list[str], str]:
    """Give our own tags in a text, and the text without them.

    In one pass: a pattern for a whole tag would read a text of openings to its end from each.
    """
    tags, rest, at = list[str](), list[str](), 0
    while (opening := _OPENING.search(text, at)) and (
        closing := _CLOSING.search(text, opening.end())
    ):
        tags.append(text[opening.start() : closing.end()])
        rest.append(text[at : opening.start()])
        at = closing.end()
    return tags, "".join([*rest, text[at:]])
