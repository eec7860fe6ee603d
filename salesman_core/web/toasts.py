"""Short notices that something was done, with a way to undo it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, cast

from flask import Flask, Response, flash, get_flashed_messages, request

from salesman_core.web.templating import render
from salesman_hookspecs import Text

_CATEGORY = "toast"


@dataclass(frozen=True, slots=True)
class Toast:
    """A notice in the corner of the page.

    :param text: what was done, as "Deal moved to Negotiation".
    :param kind: ``done``, ``warning`` or ``error``: each with a sign and a word of its own.
    :param undo: the address to post to for undoing it, or an empty string.
    """

    text: str
    kind: str = "done"
    undo: str = ""


def toast(text: Text, *, kind: str = "done", undo: str = "") -> None:
    """Show a notice with this answer, or with the next page where this one redirects."""
    kept: Any = asdict(Toast(str(text), kind, undo))
    flash(kept, _CATEGORY)


def waiting_toasts() -> list[Toast]:
    """Give the notices that have not been shown yet; they count as shown from now on."""
    # Flask keeps any JSON in the session, whatever its annotations say.
    kept = cast("list[dict[str, str]]", get_flashed_messages(category_filter=[_CATEGORY]))
    return [Toast(**message) for message in kept]


def install(app: Flask) -> None:
    """Let every page and every fragment of *app* bring the notices that wait."""

    @app.after_request
    def append_toasts(response: Response) -> Response:
        if _is_fragment(response):
            waiting = waiting_toasts()
            if waiting:
                partial = render("core/toasts/partial.html", toasts=waiting)
                response.set_data(response.get_data(as_text=True) + str(partial))
        return response


def is_htmx() -> bool:
    """Tell whether the request comes from htmx, which wants a fragment, not a page."""
    return request.headers.get("HX-Request") == "true"


def _is_fragment(response: Response) -> bool:
    if not is_htmx():
        return False
    leads_away = any(name in response.headers for name in ("HX-Redirect", "HX-Refresh", "Location"))
    return (
        not leads_away
        and not response.is_streamed
        and not response.direct_passthrough
        and response.mimetype == "text/html"
        and response.status_code not in (204, 304)
    )
