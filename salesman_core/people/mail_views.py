"""The administration of outgoing mail: the server, a test letter, the log."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from salesman_core.access.person import current_person
from salesman_core.access.routes import requires
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people import outgoing, queries
from salesman_core.people.permissions import MAIL
from salesman_core.services.mail import (
    demanded_server,
    mail_settings,
    send_trial,
    server_from,
)
from salesman_core.web.forms import FormState, typed_values
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("people_mail", __name__, url_prefix="/admin/mail")


@blueprint.get("")
@requires(MAIL)
def index() -> ResponseReturnValue:
    """Show how letters go out, and which went."""
    settings = mail_settings()
    server = settings.server
    values = {"mail_from": settings.sender, "mail_way": "starttls"}
    if server is not None:
        values |= {
            "mail_way": server.way,
            "mail_host": server.host,
            "mail_port": str(server.port),
            "mail_user": server.user,
        }
    return _page(FormState(values))


def _page(form: FormState) -> str:
    return render(
        "core/people/mail.html",
        form=form,
        has_server=mail_settings().server is not None,
        has_password=bool((server := mail_settings().server) and server.password),
        letters=queries.letters(),
        to=current_person().email,
    )


@blueprint.post("")
@requires(MAIL)
def change() -> ResponseReturnValue:
    """Change how letters go out."""
    form = request.form
    try:
        outgoing.change(server_from(form, mail_settings().server), form.get("mail_from", ""))
    except InvalidError as error:
        return _page(FormState.refused(form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("people_mail.index"))


@blueprint.post("/trial")
@requires(MAIL)
def trial() -> ResponseReturnValue:
    """Send a test letter to whoever asks, by what stands in the form, saved or not."""
    form, to = request.form, current_person().email
    try:
        server = demanded_server(form, mail_settings().server)
        send_trial(server, form.get("mail_from", ""), to)
    except InvalidError as error:
        return _page(FormState.refused(form, error)), error.status
    toast(_("The server took the letter to %(to)s: look whether it arrives.", to=to))
    return _page(FormState(typed_values(form)))
