"""Where the links and pictures of letters lead: on to where the letter did, and to nothing.

A GET changes nothing but a count, whoever asks: mail scanners follow every link of a letter.
Nothing is set at the reader, and nothing of them is kept.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Final, TypeVar

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from salesman_core.toolkit import MissingError, note_stranger, public
from salesman_mailing.readers import service
from salesman_mailing.readers.links import read_click, read_opening
from salesman_mailing.views import blueprint, unkept

Said = TypeVar("Said")

_PICTURE: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A dot of which nothing is seen."""
_LOOKS_AHEAD: Final = ("Sec-Purpose", "Purpose", "X-Moz")


@blueprint.get("/to/<click>")
@public
def follow_link(click: str) -> AnyResponse:
    """Lead to where a link of a letter leads."""
    recipient_id, link_id = _read(read_click, click)
    target = service.follow(recipient_id, link_id, counted=_may_be_a_reader())
    return unkept(redirect(target))


@blueprint.get("/seen/<opening>.gif")
@public
def show_picture(opening: str) -> AnyResponse:
    """Give the picture of a letter."""
    service.open_letter(_read(read_opening, opening), counted=_may_be_a_reader())
    return unkept(Response(_PICTURE, mimetype="image/gif"))


def _read(read: Callable[[str], Said], said: str) -> Said:
    """Give what an address says; strangers who try out some are counted, those that hold are not.

    The pictures of many readers are fetched by the servers of their few providers.
    """
    try:
        return read(said)
    except MissingError:
        note_stranger(request.remote_addr or "")
        raise


def _may_be_a_reader() -> bool:
    """Tell whether somebody may have asked: not a program that only looks whether it is there."""
    ahead = (request.headers.get(name, "").casefold() for name in _LOOKS_AHEAD)
    return request.method == "GET" and not any("prefetch" in one for one in ahead)
