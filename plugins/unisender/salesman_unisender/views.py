"""The administrator's page, and what UniSender calls."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from markupsafe import Markup
from salesman_mailing.toolkit import ServiceError, ServiceEvent, take_in_events
from werkzeug.wrappers import Response as AnyResponse

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    foreign_forms,
    note_stranger,
    public,
    reading,
    render,
    requires,
    toast,
    version_in,
)
from salesman_unisender import service
from salesman_unisender.events import ForgedError, read_events
from salesman_unisender.permissions import MANAGE
from salesman_unisender.texts import texts

_ = texts.lazy

blueprint = Blueprint("unisender", __name__, url_prefix="/unisender")

MOST_BYTES: Final = 2**20
_FORBIDDEN: Final = 403

Page = Markup | AnyResponse | tuple[Markup, int]


@blueprint.get("")
@requires(MANAGE)
def account() -> Markup:
    """Show how the company is connected with UniSender."""
    return _page(FormState())


def _page(form: FormState) -> Markup:
    return render(
        "unisender/account.html",
        account=service.account(reading()),
        hook_url=service.hook_url(),
        form=form,
    )


@blueprint.post("")
@requires(MANAGE)
def save() -> Page:
    """Keep the key that was typed, and ask UniSender whether it fits."""
    typed = request.form
    try:
        service.save_account(
            typed.get("key", ""),
            follows_readers="follows_readers" in typed,
            version=version_in(typed),
        )
    except InvalidError as error:
        unkept = typed.copy()
        unkept.pop("key", None)  # a secret stands in no page
        return _page(FormState.refused(unkept, error)), error.status
    return _try()


@blueprint.post("/try")
@requires(MANAGE)
def try_it() -> AnyResponse:
    """Ask UniSender for its lists, and let it tell of events by itself."""
    return _try()


def _try() -> AnyResponse:
    try:
        lists = service.try_account()
    except ServiceError as error:
        toast(error.words)
    else:
        toast(
            texts.ngettext(
                "UniSender answers: %(num)s list.", "UniSender answers: %(num)s lists.", lists
            )
        )
    return redirect(url_for("unisender.account"), 303)


@blueprint.post("/forget")
@requires(MANAGE)
def forget() -> AnyResponse:
    """Forget the key."""
    service.forget_account(version_in(request.form))
    toast(_("The key is forgotten."))
    return redirect(url_for("unisender.account"), 303)


@blueprint.post("/events")
@public
@foreign_forms
def events() -> Response:
    """Take in what UniSender tells of; who else calls is counted and refused."""
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    try:
        found = _signed(body)
    except (ForgedError, ServiceError):
        note_stranger(request.remote_addr or "")
        abort(_FORBIDDEN)
    take_in_events("unisender", found)
    service.note_told()
    return make_response("", 200)


def _signed(body: bytes) -> list[ServiceEvent]:
    secret, mine = service.key(), service.account(reading())
    if secret is None or mine is None:
        raise ForgedError("no account")
    return read_events(body, secret, follows_readers=mine.follows_readers)


@blueprint.post("/exported")
@public
@foreign_forms
def exported() -> Response:
    """Let UniSender say that a file is there. Nobody signs that: we ask by ourselves."""
    return make_response("", 200)
