"""The pages of discussions: the list, a thread, what is done with one. A view is a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from flask import Blueprint, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    ListPage,
    SalesmanError,
    colleagues,
    current_person,
    demand,
    form_to_edit,
    gone_to,
    is_htmx,
    judge,
    last_change,
    narrowed,
    reaches,
    reading,
    render,
    requires,
    safe_next,
    save_form,
    seen_records,
    toast,
    told,
    version_in,
    whole_number,
)
from salesman_discussions import panels, queries, service, ties, typed
from salesman_discussions.lists import LISTED, THREADS
from salesman_discussions.models import KIND
from salesman_discussions.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_discussions.schemas import AboutSchema, DecisionSchema, NewThreadSchema, ThreadSchema
from salesman_discussions.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy

blueprint = Blueprint("discussions", __name__, url_prefix="/discussions")

Page = Markup | Response | tuple[Markup, int]

ASKS: Final = ("owner_id", "participant_id", "said_at", "closed", "closed_at", "created_at")
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("Mine"), {"mine": "true", "closed": "false"}),
    (_("Unread"), {"unread": "true"}),
    (_("Waiting for me"), {"waiting": "true"}),
    (_("Open"), {"closed": "false"}),
    (_("Closed"), {"closed": "true", "sort": "-closed_at"}),
    (_("All"), {}),
)
LABELS: Final[Mapping[str, Text]] = {
    "subject": _("Subject"),
    "text": _("Message"),
    "private": _("Private"),
    "participant_ids": _("Invite"),
    "decision": _("Decision"),
    "file": _("Files"),
    "client_id": _("Client"),
    "deal_id": _("Deal"),
    "about_id": _("Record"),
}


def _list() -> ListPage:
    options = lambda: {"owner_id": colleagues(), "participant_id": colleagues()}  # noqa: E731
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=options)


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of discussions as the address filters and sorts it."""
    listed = _list()
    ids = [row.id for row in listed.rows]
    return render(
        "discussions/index.html",
        listed=listed,
        about=ties.ties_of(reading(), ids),
        standing=queries.standing_to(reading(), ids),
    )


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(THREADS, "discussions.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for a discussion about the record that is said, or about none."""
    return _new_form(FormState(typed.about_of(request.args)))


def _new_form(form: FormState) -> Markup:
    template = "discussions/new_form.html" if is_htmx() else "discussions/new.html"
    records = [record for _field, record in typed.named(form)]
    seen = seen_records(reading(), [one for one in records if ties.may_be_about(one[0])])
    return render(
        template,
        in_dialog=is_htmx(),
        form=form,
        labels=LABELS,
        records=list(seen.values()),
        names=ties.NAMES,
        people=[one for one in colleagues() if one[0] != current_person().id],
    )


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Open the discussion that was typed."""
    try:
        values = judge(NewThreadSchema(), typed.values_of(request.form))
        service.judge_opening(values)
        thread_id = service.open_thread(values, typed.files_of(request.files))
    except SalesmanError as error:
        if error.status not in {413, 422}:
            raise
        return _new_form(FormState.refused(request.form, typed.at_file(error))), error.status
    if is_htmx() and typed.about_of(request.form):  # the card behind the dialog shows it
        toast(_("The discussion is open."))
        return told(KIND, thread_id, closes_dialog=True)
    return gone_to(url_for("discussions.card", record_id=thread_id))


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a thread: its last messages, or those around the one that the address names."""
    session = reading()
    thread = queries.one_thread(session, record_id)
    near = request.args.get("near", type=whole_number)
    if near is None:
        messages = queries.messages_before(session, record_id)
    else:
        messages = queries.messages_around(session, record_id, near)
    standing = queries.standing_to(session, [record_id]).get(record_id, queries.Standing())
    return render(
        "discussions/card.html",
        thread=thread,
        messages=messages,
        earlier=bool(messages) and messages[0].row.number > 1,
        standing=standing,
        side=panels.side(thread),
        composer=panels.composer(thread, FormState({"text": standing.draft})),
        **panels.of_messages(thread),
    )


@blueprint.get("/<int:record_id>/side")
@requires(VIEW)
def side(record_id: int) -> Markup:
    """Give what stands beside a thread: what it is about, who takes part, how one hears of it."""
    return panels.side(queries.one_thread(reading(), record_id))


@blueprint.get("/<int:record_id>/edit")
@requires(EDIT)
def edit(record_id: int) -> Markup:
    """Show the form of a thread as it stands."""
    demand(KIND, record_id, EDIT)
    return _edit_form(record_id, _held(record_id))


def _held(record_id: int) -> FormState:
    thread = queries.one_thread(reading(), record_id)
    values = {"subject": thread.subject, "private": thread.private}
    return form_to_edit(values, thread.version)


def _edit_form(record_id: int, form: FormState) -> Markup:
    template = "discussions/edit_form.html" if is_htmx() else "discussions/edit.html"
    thread = queries.one_thread(reading(), record_id)
    opener = thread.owner_id == current_person().id or current_person().everything
    return render(
        template, in_dialog=is_htmx(), thread=thread, form=form, labels=LABELS, opener=opener
    )


@blueprint.post("/<int:record_id>/edit")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""
    demand(KIND, record_id, EDIT)

    def save(sent: typed.Typed, version: int | None) -> None:
        values = judge(ThreadSchema(partial=True), typed.changes_of(sent))
        service.change_thread(record_id, values, version)

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return _edit_form(record_id, again), again.status
    toast(_("Saved."))
    return gone_to(url_for("discussions.card", record_id=record_id))


@blueprint.post("/<int:record_id>/records")
@requires(EDIT)
def tie(record_id: int) -> Response:
    """Tie a thread to the record that was chosen; the notice can undo it."""
    values = judge(AboutSchema(), typed.about_of(request.values))
    service.tie(record_id, values)
    toast(_("The discussion is about this record, too."))
    return _answer(record_id)


@blueprint.post("/<int:record_id>/records/<int:tie_id>/remove")
@requires(EDIT)
def untie(record_id: int, tie_id: int) -> Response:
    """Let a thread no longer be about a record; the notice can undo it."""
    kind, id_ = service.untie(record_id, tie_id)
    named = {name: value for name, value in ties.columns_of((kind, id_)).items() if value}
    undo = url_for("discussions.tie", record_id=record_id, **named)
    toast(_("The discussion is no longer about this record."), undo=undo)
    return _answer(record_id)


@blueprint.post("/<int:record_id>/participants")
@requires(EDIT)
def invite(record_id: int) -> Response:
    """Invite the people who were chosen."""
    sent = typed.invited(request.values)
    new = service.invite(record_id, sent)
    toast(
        texts.ngettext("%(num)s person is invited.", "%(num)s people are invited.", len(new))
        if new
        else _("They see this discussion already.")
    )
    return _answer(record_id)


@blueprint.post("/<int:record_id>/participants/<int:user_id>/remove")
@requires(VIEW)
def take_out(record_id: int, user_id: int) -> Response:
    """Take somebody out of a thread, or leave it; the notice can undo what one does to others."""
    service.take_out(record_id, user_id)
    if user_id == current_person().id:
        toast(_("You have left the discussion."))
    else:
        undo = url_for("discussions.invite", record_id=record_id, user_ids=user_id)
        toast(_("They take no part any more."), undo=undo)
    return _answer(record_id)


@blueprint.get("/<int:record_id>/close")
@requires(EDIT)
def close_form(record_id: int) -> Markup:
    """Ask what was decided."""
    demand(KIND, record_id, EDIT)
    thread = queries.one_thread(reading(), record_id)
    return _close_form(record_id, FormState({"version": thread.version}))


def _close_form(record_id: int, form: FormState) -> Markup:
    template = "discussions/close_form.html" if is_htmx() else "discussions/close.html"
    thread = queries.one_thread(reading(), record_id)
    return render(template, in_dialog=is_htmx(), thread=thread, form=form, labels=LABELS)


@blueprint.post("/<int:record_id>/close")
@requires(EDIT)
def close(record_id: int) -> Page:
    """Close a thread with what was decided; the notice can undo it."""
    demand(KIND, record_id, EDIT)
    try:
        values = judge(DecisionSchema(), {"decision": request.form.get("decision", "")})
        service.close_thread(record_id, values["decision"], version_in(request.form))
    except InvalidError as error:
        return _close_form(record_id, FormState.refused(request.form, error)), error.status
    undo = url_for("discussions.reopen", record_id=record_id)
    toast(_("The discussion is closed, and the decision is written down."), undo=undo)
    return gone_to(url_for("discussions.card", record_id=record_id))


@blueprint.post("/<int:record_id>/reopen")
@requires(EDIT)
def reopen(record_id: int) -> Response:
    """Take a closed thread up again."""
    service.reopen_thread(record_id, version_in(request.form))
    toast(_("The discussion is open again."))
    return gone_to(url_for("discussions.card", record_id=record_id))


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put a thread into the bin; the notice can undo it."""
    subject = queries.one_thread(reading(), record_id).subject
    service.delete_thread(record_id, version_in(request.form))
    undo = url_for("discussions.restore", record_id=record_id)
    toast(_("“%(subject)s” is in the bin.", subject=subject), undo=undo)
    return gone_to(url_for("discussions.index", mine="true", closed="false"))


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take a thread out of the bin, and show it."""
    service.restore_thread(record_id)
    toast(_("The discussion is back."))
    return gone_to(url_for("discussions.card", record_id=record_id))


def _answer(thread_id: int) -> Response:
    """Tell whatever shows the thread that it has changed; without htmx, show a page."""
    if is_htmx() and reaches(KIND, thread_id):
        return told(KIND, thread_id)
    page = url_for("discussions.index", mine="true", closed="false")
    if reaches(KIND, thread_id):
        page = url_for("discussions.card", record_id=thread_id)
    return gone_to(safe_next(request.form.get("next"), page))
