"""The words of an HTML letter, without anything that could do something."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"script", "style", "title", "template"})
"""The head itself is not among them: nothing else in it has words, and it may never be closed."""
_LINES: Final = frozenset(
    {
        *("address", "article", "blockquote", "br", "div", "dl", "dt", "dd", "fieldset", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre"),
        *("section", "table", "tr", "ul"),
    }
)
_QUOTATION: Final = "blockquote"
_CELLS: Final = frozenset({"td", "th"})
_SPACES: Final = re.compile(r"[^\S\t\n]+")
MOST_READ: Final = 200_000
"""Signs of a letter in HTML that are read: taking it apart may take the square of its length."""
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    """Collects what would be seen, a block a line and the cells of a table side by side."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _LINES:
            self._quoted += tag == _QUOTATION
            self._begin_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _CELLS:
            self.parts.append("\t")
        elif tag in _LINES:
            self._quoted = max(self._quoted - (tag == _QUOTATION), 0)
            self._begin_line()

    def _begin_line(self) -> None:
        self.parts.append("\n> " if self._quoted else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))


def words_of(html: str) -> str:
    """Give the text that a letter in HTML shows; what it quotes stands behind ``>``."""
    words = _Words()
    words.feed(html[:MOST_READ])
    words.close()
    lines = _SPACES.sub(" ", "".join(words.parts)).split("\n")
    text = "\n".join("" if line.strip() == ">" else line.strip(" \t") for line in lines)
    return _EMPTY_LINES.sub("\n\n", text).strip()
