"""The page on which people unsubscribe, and what the buttons of their mail programs ask for.

A GET changes nothing: mail scanners follow every link of a letter. See RFC 8058, section 3.
"""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, request
from markupsafe import Markup

from salesman_core.toolkit import (
    MissingError,
    foreign_forms,
    note_stranger,
    public,
    reading,
    render,
)
from salesman_mailing.consent.models import ONE_CLICK, PAGE
from salesman_mailing.leaving.links import Leaving, read_link
from salesman_mailing.leaving.service import CHOICES, GROUP, standing
from salesman_mailing.leaving.service import leave as let_leave
from salesman_mailing.texts import texts
from salesman_mailing.views import blueprint, unkept

_ = texts.lazy

_ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""What the body of a one-click request says (RFC 8058, section 3.1)."""


@blueprint.get("/leave/<proof>")
@public
def leave(proof: str) -> Response:
    """Ask somebody what they want no more."""
    return _page(_read(proof), done="")


@blueprint.post("/leave/<proof>")
@public
@foreign_forms
def leave_now(proof: str) -> Response:
    """Unsubscribe: at once for the button of a mail program, as it was chosen for the page."""
    one = _read(proof)
    name, value = _ONE_CLICK
    details = {"ip": request.remote_addr or ""}
    if request.form.get(name) == value:
        let_leave(one, GROUP, ONE_CLICK, details)
        return unkept(make_response("", 200))
    choice = request.form.get("choice", "")
    if choice not in CHOICES:
        return _page(one, done="", status=422)
    let_leave(one, choice, PAGE, details)
    return _page(one, done=choice)


def _read(proof: str) -> Leaving:
    """Give what a link says; strangers who try out links are counted, links that hold are not.

    The button of a mail program is pressed by its provider's servers, for many readers.
    """
    try:
        return read_link(proof)
    except MissingError:
        note_stranger(request.remote_addr or "")
        raise


def _page(one: Leaving, done: str, status: int = 200) -> Response:
    shown: Markup = render(
        "mailing/leave.html",
        address=_hinted(one.address),
        standing=standing(reading(), one),
        done=done,
    )
    return unkept(make_response(shown, status))


def _hinted(address: str) -> str:
    """Give an address so that its owner knows it, and nobody else who was forwarded the letter."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
