"""HTML that others make: judged before it stands in a page, replaced by a notice if it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from markupsafe import Markup, escape

from salesman_core.plugins.faults import Fault
from salesman_core.plugins.host import current_host
from salesman_core.web.nesting import complaint_about
from salesman_core.web.templating import render

LARGEST: Final = 256 * 1024
"""Bytes of HTML that one contribution may have."""


PATIENCE: Final = 6.0
"""How many times as long as a part of a page something may take that comes after its page."""

LONGEST_TEXT: Final = 1000
"""Characters of a title or a line that stands among others' in a menu or list."""


class UnfitHtmlError(ValueError):
    """What a plugin gave cannot stand in a page."""


def foreign_html(
    owner: str, place: str, make: Callable[[], object], *, alone: bool = False
) -> Markup | None:
    """Give the HTML that *make* makes, or a small notice with the reference number of its failure.

    :param owner: whose function it is, the core's included.
    :param place: what failed if it fails, as ``client.card.panels/notes``.
    :param alone: whether the browser asked for nothing else, so that no page waits for it.
    """

    def judged() -> Markup | None:
        return fit_html(make())

    patience = PATIENCE if alone else 1.0
    return current_host().dispatcher.guarded(owner, place, judged, failed=notice, patience=patience)


def fit_html(made: object) -> Markup | None:
    """Give *made* as HTML: a ``Markup`` as it is, a plain string escaped, None as None.

    :raises UnfitHtmlError: for anything else, for too much, and for tags that are not closed.
    """
    if made is None:
        return None
    if not isinstance(made, str):
        message = f"gave {type(made).__name__}, not a string or None"
        raise UnfitHtmlError(message)
    html = escape(made)
    size = len(html.encode())
    if size > LARGEST:
        message = f"gave {size} bytes of HTML, more than {LARGEST}"
        raise UnfitHtmlError(message)
    complaint = complaint_about(html)
    if complaint is not None:
        raise UnfitHtmlError(complaint)
    return html


def foreign_text(text: object) -> str:
    """Give a contributed title or line as plain text in the reader's language, markup as text too.

    :raises UnfitHtmlError: for more than a line; whatever the text itself raises passes through.
    """
    read = str(text)
    if len(read) > LONGEST_TEXT:
        message = f"gave a text of {len(read)} characters, more than {LONGEST_TEXT}"
        raise UnfitHtmlError(message)
    return read


def title_of(owner: str, place: str, title: object, otherwise: str = "") -> str:
    """Give a contributed title, or *otherwise* where it cannot be read."""
    read = current_host().guarded(owner, f"{place}.title", lambda: foreign_text(title))
    return otherwise if read is None else read


def followable(url: object) -> str:
    """Give an address that a page may lead to.

    :raises ValueError: for any other, as one that runs a script.
    """
    if isinstance(url, str) and url.startswith(("/", "https://", "http://", "mailto:", "tel:")):
        return url
    message = f"{url!r} is no address that a page may lead to"
    raise ValueError(message)


def notice(fault: Fault) -> Markup:
    """Give the notice that stands where a contribution failed."""
    return render("core/fault.html", fault=fault)
