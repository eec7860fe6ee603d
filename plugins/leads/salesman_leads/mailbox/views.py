"""The administrator's pages of mailboxes."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    form_to_edit,
    judge,
    last_change,
    reading,
    render,
    requires,
    save_form,
    toast,
    whole_number,
    writing,
)
from salesman_core.toolkit import mailboxes as imap
from salesman_leads.mailbox import jobs, queries, service
from salesman_leads.mailbox.schemas import MailboxSchema
from salesman_leads.mailbox.words import AFTERWARDS, MADE, MAILBOX
from salesman_leads.permissions import MANAGE_MAILBOXES
from salesman_leads.texts import texts
from salesman_leads.views import Page, Typed, blueprint

_ = texts.lazy

_WRITTEN: Final = (
    *("way", "host", "user", "password", "folder", "subject", "source", "channel"),
    *("afterwards", "moved_to"),
)
_BLANK: Final = {
    "way": imap.IMAPS,
    "port": imap.PORTS[imap.IMAPS],
    "folder": "INBOX",
    "afterwards": imap.SEEN,
    "active": True,
}


@blueprint.get("/mailboxes")
@requires(MANAGE_MAILBOXES)
def mailboxes() -> Markup:
    """Show the mailboxes, and how reading each of them goes."""
    return render(
        "leads/mailbox/index.html",
        mailboxes=queries.mailboxes(reading()),
        problems=imap.PROBLEMS,
    )


@blueprint.get("/mailboxes/new")
@requires(MANAGE_MAILBOXES)
def new_mailbox() -> Markup:
    """Show the form for a mailbox."""
    return _new_page(FormState(_BLANK))


@blueprint.post("/mailboxes/new")
@requires(MANAGE_MAILBOXES)
def create_mailbox() -> Page:
    """Add the mailbox that was typed."""
    try:
        mailbox_id = service.add_mailbox(_judged(request.form))
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    toast(_("The mailbox is there. Try whether it can be read."))
    return redirect(url_for("leads.mailbox", mailbox_id=mailbox_id))


def _new_page(form: FormState) -> Markup:
    return render("leads/mailbox/new.html", form=form, **_choices())


def _choices() -> dict[str, Any]:
    return {"ways": list(imap.WAYS.items()), "afterwards": list(AFTERWARDS.items())}


def _judged(typed: Typed) -> dict[str, Any]:
    values: dict[str, Any] = {name: typed.get(name, "") for name in _WRITTEN}
    values["host"] = values["host"].strip().lower()
    values["user"] = values["user"].strip()
    values["port"] = typed.get("port", type=whole_number)
    values |= {name: name in typed for name in ("takes_old", "active")}
    return judge(MailboxSchema(), values)


@blueprint.get("/mailboxes/<int:mailbox_id>")
@requires(MANAGE_MAILBOXES)
def mailbox(mailbox_id: int) -> Markup:
    """Show a mailbox with what was made of its letters."""
    return _card_page(mailbox_id, _held(mailbox_id))


def _held(mailbox_id: int) -> FormState:
    mailbox = queries.one_mailbox(reading(), mailbox_id)
    values = {name: getattr(mailbox, name) for name in queries.SETTINGS}
    return form_to_edit(values, mailbox.version)


def _card_page(mailbox_id: int, form: FormState) -> Markup:
    session = reading()
    return render(
        "leads/mailbox/card.html",
        mailbox=queries.one_mailbox(session, mailbox_id),
        letters=queries.letters(session, mailbox_id),
        form=form,
        problems=imap.PROBLEMS,
        made=MADE,
        shown=queries.SHOWN,
        **_choices(),
    )


@blueprint.post("/mailboxes/<int:mailbox_id>")
@requires(MANAGE_MAILBOXES)
def change_mailbox(mailbox_id: int) -> Page:
    """Change a mailbox to what was typed."""
    again = save_form(
        request.form,
        lambda: _held(mailbox_id),
        lambda typed, version: service.change_mailbox(mailbox_id, _judged(typed), version),
        partial(last_change, MAILBOX, mailbox_id),
    )
    if again is not None:
        return _card_page(mailbox_id, again), again.status
    toast(_("Saved."))
    return _to_card(mailbox_id)


@blueprint.post("/mailboxes/<int:mailbox_id>/try")
@requires(MANAGE_MAILBOXES)
def try_mailbox(mailbox_id: int) -> Response:
    """Open a mailbox as it would be read; the page says what is wrong."""
    if not service.try_mailbox(mailbox_id):
        toast(_("The mailbox can be read."))
    return _to_card(mailbox_id)


@blueprint.post("/mailboxes/<int:mailbox_id>/read")
@requires(MANAGE_MAILBOXES)
def read_mailbox(mailbox_id: int) -> Response:
    """Let a mailbox be read now instead of some minutes later."""
    with writing() as session:
        jobs.ask_to_read(session, queries.one_mailbox(session, mailbox_id).id)
    toast(_("The mailbox is being read. What was made of its letters stands here in a moment."))
    return _to_card(mailbox_id)


@blueprint.post("/mailboxes/<int:mailbox_id>/delete")
@requires(MANAGE_MAILBOXES)
def delete_mailbox(mailbox_id: int) -> Response:
    """Forget a mailbox; the leads that came from it stay."""
    service.delete_mailbox(mailbox_id)
    toast(_("The mailbox is not read any more."))
    return redirect(url_for("leads.mailboxes"))


def _to_card(mailbox_id: int) -> Response:
    return redirect(url_for("leads.mailbox", mailbox_id=mailbox_id))
