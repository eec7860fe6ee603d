"""Whether a piece of HTML may stand inside a page without breaking what is around it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr",
    }
)  # fmt: skip
_OF_THE_PAGE: Final = frozenset({"html", "head", "body", "base", "title", "plaintext"})
_WHOLE: Final = re.compile(
    r"""<!--.*?-->
      | <(script|style)\b[^>]*>.*?</\1\s*>
      | </?[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
_TORN: Final = re.compile(r"<[a-zA-Z/!?]")


def complaint_about(html: str) -> str | None:
    """Give what is wrong with the nesting of *html*, or None where nothing is.

    Every tag must be closed in order, those too that HTML lets one leave open: a forgotten
    ``</div>`` of a plugin would swallow the rest of the page.
    """
    if _TORN.search(_WHOLE.sub("", html)):
        return "a tag or comment is not finished"
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.complaint is None and reader.open:
        return f"<{reader.open[-1]}> is not closed"
    return reader.complaint


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.complaint: str | None = None

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in _OF_THE_PAGE and "svg" not in self.open:
            self._complain(f"<{tag}> belongs to the page")
        elif tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        """Only inside SVG does ``<path/>`` close itself; ``<div/>`` stays open in HTML."""
        if tag not in _VOID and "svg" not in self.open and tag != "svg":
            self._complain(f"<{tag}/> does not close itself in HTML")

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in _VOID:
            inside = f" inside <{self.open[-1]}>" if self.open else ""
            self._complain(f"</{tag}> closes nothing{inside}")

    def _complain(self, complaint: str) -> None:
        self.complaint = self.complaint or complaint
