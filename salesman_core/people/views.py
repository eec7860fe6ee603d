"""The profile: what belongs to each person themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access import passwords, sign_in, tokens
from salesman_core.access.looking import looks_of
from salesman_core.access.permissions import all_permissions
from salesman_core.access.person import current_person
from salesman_core.access.routes import requires, signed_in
from salesman_core.clock import now
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts, texts_of
from salesman_core.people import devices, own, queries
from salesman_core.people.permissions import TOKENS
from salesman_core.web.forms import FormState
from salesman_core.web.preferences import chosen_theme
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("profile", __name__, url_prefix="/profile")

EXPIRIES: Final = {
    "30": _("in 30 days"),
    "90": _("in 90 days"),
    "365": _("in a year"),
    "": _("never"),
}
"""When a new token may expire, in days."""


@blueprint.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Show one's own profile."""
    return _page()


def _page(section: str = "", form: FormState | None = None, new_token: str = "") -> str:
    user_id = own.own_id()
    user = queries.user(user_id)
    kept = {"name": user.name, "locale": user.locale, "theme": chosen_theme()}
    forms = {"details": FormState(kept), "password": FormState(), "token": FormState()}
    if form is not None:
        forms[section] = form
    return render(
        "core/people/profile.html",
        user=user,
        forms_of=forms,
        devices=[devices.shown(one) for one in sign_in.devices_of(user_id)],
        looks=looks_of(user_id),
        tokens=tokens.tokens_of(user_id),
        new_token=new_token,
        expiries=list(EXPIRIES.items()),
        permissions=_held(),
        shortest=passwords.SHORTEST,
    )


def _held() -> list[tuple[str, str]]:
    """Give the permissions that whoever acts holds, for narrowing a token."""
    person = current_person()
    return [
        (one.value.name, f"{texts_of(one.owner).gettext(one.value.title)} ({one.value.name})")
        for one in all_permissions()
        if person.may(one.value.name)
    ]


@blueprint.post("/details")
@signed_in
def change_details() -> ResponseReturnValue:
    """Change one's own name, language and theme."""
    try:
        own.change_profile(request.form)
    except InvalidError as error:
        return _page("details", FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("profile.index"))


@blueprint.post("/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Change one's own password."""
    form = request.form
    try:
        own.change_password(form.get("old_password", ""), form.get("password", ""))
    except InvalidError as error:
        return _page("password", FormState.refused(form, error)), error.status
    toast(_("Your password is changed; everywhere else you are signed out."))
    return redirect(url_for("profile.index"))


@blueprint.post("/devices/<int:device_id>/sign-out")
@signed_in
def sign_out_device(device_id: int) -> ResponseReturnValue:
    """Sign one of one's own browsers out."""
    sign_in.sign_out_device(device_id, own.own_id())
    toast(_("Signed out there."))
    return redirect(url_for("profile.index"))


@blueprint.post("/devices/sign-out-others")
@signed_in
def sign_out_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    sign_in.sign_out_others(own.own_id())
    toast(_("Everywhere else you are signed out."))
    return redirect(url_for("profile.index"))


@blueprint.post("/tokens")
@requires(TOKENS)
def make_token() -> ResponseReturnValue:
    """Make a token and show it, this once."""
    form = request.form
    narrowed = form.getlist("permissions") or None
    try:
        token = own.make_token(form.get("name", ""), narrowed, _expiry(form.get("expires", "")))
    except InvalidError as error:
        return _page("token", FormState.refused(form, error)), error.status
    response = make_response(_page(new_token=token))
    response.headers["Cache-Control"] = "no-store"
    return response


def _expiry(days: str) -> datetime | None:
    """Give when a token is to expire: what is no choice must not make one that never does.

    :raises InvalidError: for what is none.
    """
    if days not in EXPIRIES:
        message = _("Choose when it expires.")
        raise InvalidError(message, {"expires": message})
    return now() + timedelta(days=int(days)) if days else None


@blueprint.post("/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Take one of one's own tokens back."""
    own.take_token_back(token_id)
    toast(_("The token holds no longer."))
    return redirect(url_for("profile.index"))
