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


class UnfitHtmlError(ValueError):
    """What a plugin gave cannot stand in a page."""


def foreign_html(owner: str, place: str, make: Callable[[], object]) -> Markup | None:
    """Give the HTML that *make* makes, or a small notice with the reference number of its failure.

    :param owner: whose function it is, the core's included.
    :param place: what failed if it fails, as ``client.card.panels/notes``.
    """

    def judged() -> Markup | None:
        return fit_html(make())

    return current_host().dispatcher.guarded(owner, place, judged, failed=notice)


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


def notice(fault: Fault) -> Markup:
    """Give the notice that stands where a contribution failed."""
    return render("core/fault.html", fault=fault)
