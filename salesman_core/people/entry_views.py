"""The pages of whoever is not inside yet: sign-in, forgotten password, invitation, first start."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access import passwords
from salesman_core.access.person import maybe_person
from salesman_core.access.routes import public
from salesman_core.errors import ConflictError, InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.people import entering, first_start, own
from salesman_core.people.links import Purpose, user_of_link
from salesman_core.services.company import company
from salesman_core.services.mail import (
    demanded_server,
    mail_settings,
    send_trial,
    server_from,
)
from salesman_core.web.addresses import safe_next
from salesman_core.web.forms import FormState
from salesman_core.web.locale import current_language
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("sign", __name__)

_COMPANY_FIELDS = (
    *("name", "language", "zone", "currency", "region"),
    *("work_from", "work_to"),
)


@blueprint.get("/sign/in")
@public
def sign_in_form() -> ResponseReturnValue:
    """Ask who is there."""
    if maybe_person() is not None:
        return redirect(safe_next(request.args.get("next")))
    if first_start.nobody_yet():
        return redirect(url_for("sign.welcome"))
    return _sign_in_page(FormState({"stay": True}))


@blueprint.post("/sign/in")
@public
def enter() -> ResponseReturnValue:
    """Let somebody in who knows the password."""
    form = request.form
    try:
        entering.enter(
            form.get("login", ""), form.get("password", ""), stay=form.get("stay") == "true"
        )
    except SalesmanError as error:
        return _sign_in_page(FormState.refused(form, error)), error.status
    return redirect(safe_next(form.get("next")))


def _sign_in_page(form: FormState) -> str:
    next_ = safe_next(request.values.get("next"))
    return render("core/people/sign_in.html", form=form, next=next_)


@blueprint.post("/sign/out")
@public
def leave() -> ResponseReturnValue:
    """Sign out."""
    entering.leave()
    return redirect(url_for("sign.sign_in_form"))


@blueprint.get("/sign/forgotten")
@public
def forgotten_form() -> ResponseReturnValue:
    """Ask for whom a letter is to be sent."""
    has_server = mail_settings().server is not None
    return render("core/people/forgotten.html", form=FormState(), has_server=has_server, sent=False)


@blueprint.post("/sign/forgotten")
@public
def forgotten() -> ResponseReturnValue:
    """Send the letter; the answer is the same whether or not there is such a user."""
    own.ask_for_new_password(request.form.get("login", ""))
    return render("core/people/forgotten.html", form=FormState(), has_server=True, sent=True)


@blueprint.get("/sign/invitation/<proof>")
@public
def invitation_form(proof: str) -> ResponseReturnValue:
    """Let somebody who was invited choose a password."""
    return _password_page(proof, Purpose.INVITATION, FormState())


@blueprint.post("/sign/invitation/<proof>")
@public
def accept_invitation(proof: str) -> ResponseReturnValue:
    """Take the password of somebody who was invited, and let them in."""
    return _come(proof, Purpose.INVITATION)


@blueprint.get("/sign/password/<proof>")
@public
def new_password_form(proof: str) -> ResponseReturnValue:
    """Let somebody who forgot their password choose a new one."""
    return _password_page(proof, Purpose.PASSWORD, FormState())


@blueprint.post("/sign/password/<proof>")
@public
def new_password(proof: str) -> ResponseReturnValue:
    """Take the new password, and let them in."""
    return _come(proof, Purpose.PASSWORD)


def _password_page(proof: str, purpose: Purpose, form: FormState) -> str:
    user_of_link(proof, purpose)
    return render(
        "core/people/choose_password.html",
        form=form,
        invited=purpose is Purpose.INVITATION,
        shortest=passwords.SHORTEST,
    )


def _come(proof: str, purpose: Purpose) -> ResponseReturnValue:
    try:
        own.come_by_link(proof, purpose, request.form.get("password", ""))
    except InvalidError as error:
        return _password_page(proof, purpose, FormState.refused(request.form, error)), error.status
    toast(_("Welcome! Your password is set."))
    return redirect("/")


# -- the first start


@blueprint.get("/welcome")
@public
def welcome() -> ResponseReturnValue:
    """Ask for what is needed to begin."""
    _demand_first_start()
    form = FormState(
        asdict(company())
        | {"language": current_language(), "mail_way": "starttls", "work_days": [1, 2, 3, 4, 5]}
    )
    return _welcome_page(form)


@blueprint.post("/welcome")
@public
def begin() -> ResponseReturnValue:
    """Set everything up, and let the first administrator in."""
    _demand_first_start()
    form = request.form
    try:
        user_id = first_start.begin(_first_start())
    except InvalidError as error:
        return _welcome_page(FormState.refused(form, error)), error.status
    entering.let_in(user_id)
    return redirect("/")


def _first_start() -> first_start.FirstStart:
    form = request.form
    values: dict[str, Any] = {name: form[name] for name in _COMPANY_FIELDS if name in form}
    values["work_days"] = tuple(form.getlist("work_days", int))
    return first_start.FirstStart(
        company=values,
        admin_name=form.get("admin_name", ""),
        admin_email=form.get("admin_email", ""),
        admin_password=form.get("admin_password", ""),
        server=server_from(form),
        sender=form.get("mail_from", ""),
    )


@blueprint.post("/welcome/letter")
@public
def welcome_letter() -> ResponseReturnValue:
    """Send a test letter to whoever sets this up."""
    _demand_first_start()
    server = demanded_server(request.form)
    to = request.form.get("admin_email", "")
    send_trial(server, request.form.get("mail_from", "") or to, to)
    toast(_("The server took the letter to %(to)s: look whether it arrives.", to=to))
    return ""


def _demand_first_start() -> None:
    """Let this page be there only until somebody may do everything.

    :raises ConflictError: afterwards.
    """
    if not first_start.nobody_yet():
        raise ConflictError(_("This SalesMan has been set up already: sign in."))


def _welcome_page(form: FormState) -> str:
    territories = Locale.parse(current_language()).territories
    countries = [(code, name) for code, name in territories.items() if len(code) == 2]  # noqa: PLR2004
    return render(
        "core/people/welcome.html",
        form=form,
        zones=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        currencies=[(code, code) for code in sorted(list_currencies())],
        countries=sorted(countries, key=lambda country: country[1]),
        shortest=passwords.SHORTEST,
    )
