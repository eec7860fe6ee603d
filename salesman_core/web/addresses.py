"""Addresses of the shell, and which of those that strangers hand us may be followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Response, redirect, request, url_for

SIGN_IN: Final = "/sign/in"
SIGN_OUT: Final = "/sign/out"
LOOK_END: Final = "/look/end"
_UNSAFE: Final = frozenset("\\\r\n\t\0")
_READABLE: Final = "!$'()*,/:;?@"


def address_of(endpoint: str, args: Mapping[str, Any]) -> str:
    """Give the address of a page with parameters whose names came from outside.

    As keywords of ``url_for`` some of them would mean something else: ``endpoint``, ``_external``.

    :param args: texts by name; of a sequence each one stands there; what is None is left out.
    """
    given = {name: value for name, value in args.items() if value is not None}
    query = urlencode(given, doseq=True, safe=_READABLE)
    return f"{url_for(endpoint)}?{query}" if query else url_for(endpoint)


def safe_next(target: str | None, default: str = "/") -> str:
    r"""Give where to go next, if that is a path of ours; else *default*.

    A browser takes ``//host`` and ``/\host`` for another site, so neither passes.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if _UNSAFE & set(target):
        return default
    return target


def page_of_request() -> str:
    """Give the path of the page that the person looks at: for a fragment, the page it is for."""
    current = request.headers.get("HX-Current-URL")
    if current is None:
        return request.full_path.removesuffix("?") if request.method == "GET" else "/"
    parts = urlsplit(current)
    return safe_next(parts.path + (f"?{parts.query}" if parts.query else ""))


def go_to(target: str) -> Response:
    """Lead on after something was done: by a redirect, or by the header that htmx obeys."""
    if request.headers.get("HX-Request") == "true":
        return Response(headers={"HX-Redirect": target})
    answer = redirect(target, 303)
    return Response(answer.get_data(), answer.status_code, answer.headers)
