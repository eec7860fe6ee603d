"""The pages by which papers go out by email, and the panel that shows which went."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    ConflictError,
    FormState,
    InvalidError,
    MissingError,
    is_htmx,
    number_or_none,
    reading,
    record_type,
    render,
    requires,
    toast,
    told,
)
from salesman_invoices.models import ACT, KIND
from salesman_invoices.permissions import SEE_ACTS, SEND, VIEW
from salesman_invoices.sending import service
from salesman_invoices.sending.panels import letters_panel
from salesman_invoices.sending.service import Proposal
from salesman_invoices.texts import texts
from salesman_invoices.views import blueprint

_ = texts.lazy

Page = Markup | Response | tuple[Markup, int]
_SENDS: Final = {KIND: "invoices.send", ACT: "invoices.act_send"}
LABELS: Final = {
    "to": _("To"),
    "subject": _("Subject"),
    "text": _("Text"),
    "along": _("Enclosed as well"),
}


@blueprint.get("/<int:record_id>/letters")
@requires(VIEW)
def letters(record_id: int) -> Markup:
    """Show the panel of an invoice anew."""
    return _panel(KIND, record_id)


@blueprint.get("/acts/<int:record_id>/letters")
@requires(SEE_ACTS)
def act_letters(record_id: int) -> Markup:
    """Show the panel of an act anew."""
    return _panel(ACT, record_id)


def _panel(kind: str, record_id: int) -> Markup:
    panel = letters_panel(kind, record_id)
    if panel is None:
        raise MissingError(_("There is no such record, or you may not see it."))
    return panel


@blueprint.get("/<int:record_id>/send")
@requires(SEND)
def send_form(record_id: int) -> Markup:
    """Show the letter with which an invoice would go."""
    return _proposed(KIND, record_id)


@blueprint.get("/acts/<int:record_id>/send")
@requires(SEND)
def act_send_form(record_id: int) -> Markup:
    """Show the letter with which an act would go."""
    return _proposed(ACT, record_id)


def _proposed(kind: str, record_id: int) -> Markup:
    letter = service.proposal(reading(), kind, record_id)
    first = letter.recipients[0].address if letter.recipients else ""
    held = {"to": first, "subject": letter.wording.subject, "text": letter.wording.text}
    return _form(kind, record_id, letter, FormState(held))


def _form(kind: str, record_id: int, letter: Proposal, form: FormState) -> Markup:
    return render(
        "invoices/sending/send_form.html" if is_htmx() else "invoices/sending/send.html",
        in_dialog=is_htmx(),
        action=url_for(
            "invoices.send" if kind == KIND else "invoices.act_send", record_id=record_id
        ),
        card=_card(kind, record_id),
        letter=letter,
        along=[(f"{one.kind}:{one.id}", _named(one)) for one in letter.companions],
        form=form,
        labels=LABELS,
    )


def _card(kind: str, record_id: int) -> str:
    return url_for(record_type(kind).card_endpoint, record_id=record_id)


def _named(paper: Any) -> str:
    named = {"number": paper.number}
    if paper.sort == "invoice":
        return texts.gettext("Invoice %(number)s", **named)
    if paper.sort == "delivery":
        return texts.gettext("Delivery note %(number)s", **named)
    return texts.gettext("Act %(number)s", **named)


@blueprint.post("/<int:record_id>/send")
@requires(SEND)
def send(record_id: int) -> Page:
    """Send an invoice by email."""
    return _send(KIND, record_id)


@blueprint.post("/acts/<int:record_id>/send")
@requires(SEND)
def act_send(record_id: int) -> Page:
    """Send an act by email."""
    return _send(ACT, record_id)


def _send(kind: str, record_id: int) -> Page:
    try:
        service.send_paper(kind, record_id, _typed(request.form))
    except (InvalidError, ConflictError) as error:
        letter = service.proposal(reading(), kind, record_id)
        return _form(kind, record_id, letter, FormState.refused(request.form, error)), error.status
    toast(_("The letter to %(to)s is on its way.", to=request.form["to"].strip()))
    if is_htmx():
        return told(kind, record_id, closes_dialog=True)
    return redirect(_card(kind, record_id))


def _typed(form: MultiDict[str, str]) -> dict[str, Any]:
    pairs = (one.partition(":") for one in form.getlist("along"))
    ids = ((kind, number_or_none(id_)) for kind, _colon, id_ in pairs)
    along = [(kind, id_) for kind, id_ in ids if id_ is not None]
    return {name: form.get(name, "") for name in ("to", "subject", "text")} | {"along": along}


@blueprint.post("/<int:record_id>/reminders/<any(on, off):wanted>")
@requires(SEND)
def switch_reminders(record_id: int, wanted: str) -> Response | Markup:
    """Let an invoice be reminded of, or not; the notice can undo it."""
    service.switch_reminders(record_id, on=wanted == "on")
    other = "off" if wanted == "on" else "on"
    said = _("Reminders are on.") if wanted == "on" else _("Nobody is reminded of this invoice.")
    toast(said, undo=url_for("invoices.switch_reminders", record_id=record_id, wanted=other))
    if is_htmx():
        return told(KIND, record_id)
    return redirect(_card(KIND, record_id))
