"""What is done with single messages, and the parts of a thread that are fetched by themselves."""

from __future__ import annotations

from typing import Final

from flask import make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    SalesmanError,
    current_person,
    demand,
    is_htmx,
    judge,
    normalised,
    reading,
    render,
    requires,
    toast,
    told,
    whole_number,
)
from salesman_discussions import mentions, messages, panels, queries, reading_state, typed
from salesman_discussions.models import KIND, MAILS
from salesman_discussions.permissions import VIEW, WRITE
from salesman_discussions.schemas import LettersSchema
from salesman_discussions.texts import texts
from salesman_discussions.views import Page, blueprint

_ = texts.lazy

MOST_SUGGESTED: Final = 8


@blueprint.post("/<int:record_id>/messages")
@requires(WRITE)
def post(record_id: int) -> Page:
    """Say what was typed; gives the empty form again, and lets the page fetch the message."""
    demand(KIND, record_id, VIEW)
    try:
        files = typed.files_of(request.files)
        quoted = request.form.get("quoted_id", type=whole_number)
        values = {"text": request.form.get("text", ""), "quoted_id": quoted}
        message_id = messages.post_message(record_id, values, files)
    except SalesmanError as error:
        if error.status not in {409, 413, 422}:
            raise
        form = FormState.refused(request.form, typed.at_file(error))
        return _composer_again(record_id, form, error.status)
    if not is_htmx():
        return redirect(url_for("discussions.card", record_id=record_id) + f"#message-{message_id}")
    thread = queries.one_thread(reading(), record_id)
    return told(KIND, record_id, panels.composer(thread, FormState(), anew=True))


def _composer_again(record_id: int, form: FormState, status: int) -> tuple[Markup, int]:
    thread = queries.one_thread(reading(), record_id)
    composer = panels.composer(thread, form)
    if is_htmx():
        return composer, status
    return render("discussions/answer.html", thread=thread, composer=composer), status


@blueprint.get("/<int:record_id>/messages")
@requires(VIEW)
def catch_up(record_id: int) -> Markup:
    """Give what became of messages behind the revision ``after`` that a page knows.

    With ``before``, the messages before that number instead, for whoever scrolls up.
    """
    session = reading()
    thread = queries.one_thread(session, record_id)
    before = request.args.get("before", type=whole_number)
    if before is None:
        after = request.args.get("after", 0, type=whole_number)
        shown = queries.messages_changed(session, record_id, after)
    else:
        shown = queries.messages_before(session, record_id, before)
    return render(
        "discussions/messages.html",
        thread=thread,
        messages=shown,
        more=before is None and len(shown) == queries.CAUGHT_UP,
        **panels.of_messages(thread),
    )


@blueprint.post("/<int:record_id>/read")
@requires(VIEW)
def note_read(record_id: int) -> Response:
    """Note up to which message the person has read."""
    demand(KIND, record_id, VIEW)
    reading_state.note_read(record_id, request.form.get("number", 0, type=whole_number))
    return make_response("", 204)


@blueprint.post("/<int:record_id>/draft")
@requires(WRITE)
def keep_draft(record_id: int) -> Response:
    """Keep what the person has begun to write."""
    reading_state.keep_draft(record_id, request.form.get("text", ""))
    return make_response("", 204)


@blueprint.post("/<int:record_id>/answered")
@requires(VIEW)
def answered(record_id: int) -> Response:
    """Note that the thread waits for the person no longer."""
    reading_state.need_no_longer_answer(record_id)
    return _shown_again(record_id)


@blueprint.post("/<int:record_id>/notices")
@requires(VIEW)
def choose_notices(record_id: int) -> Response:
    """Keep how the person wants to hear of a thread."""
    asked = request.form
    reading_state.choose_notices(record_id, asked.get("level", ""), asked.get("mail", ""))
    toast(_("Saved."))
    return _shown_again(record_id)


def _shown_again(record_id: int) -> Response:
    if is_htmx():
        return told(KIND, record_id)
    return redirect(url_for("discussions.card", record_id=record_id))


@blueprint.get("/messages/<int:record_id>")
@requires(VIEW)
def message(record_id: int) -> Response:
    """Lead to a message in its thread."""
    row = queries.message_row(reading(), record_id)
    page = url_for("discussions.card", record_id=row.thread_id, near=row.number)
    return redirect(f"{page}#message-{row.id}")


@blueprint.get("/messages/<int:record_id>/part")
@requires(VIEW)
def part(record_id: int) -> Markup:
    """Give a message as it stands in its thread."""
    return _part(record_id)


def _part(message_id: int) -> Markup:
    shown = queries.one_message(reading(), message_id)
    thread = queries.one_thread(reading(), shown.row.thread_id)
    return render(
        "discussions/message.html", one=shown, thread=thread, **panels.of_messages(thread)
    )


@blueprint.get("/messages/<int:record_id>/edit")
@requires(WRITE)
def edit_message(record_id: int) -> Markup:
    """Give the form of one's own message, which takes its place in the thread."""
    row = queries.message_row(reading(), record_id)
    return _edit_form(record_id, FormState({"text": "" if row.deleted_at else row.text}))


def _edit_form(message_id: int, form: FormState) -> Markup:
    row = queries.message_row(reading(), message_id)
    return render("discussions/message_edit.html", row=row, form=form)


@blueprint.post("/messages/<int:record_id>/edit")
@requires(WRITE)
def change_message(record_id: int) -> Page:
    """Change one's own message; gives it as it stands in the thread."""
    queries.message_row(reading(), record_id)
    try:
        thread_id = messages.change_message(record_id, request.form.get("text", ""))
    except InvalidError as error:
        return _edit_form(record_id, FormState.refused(request.form, error)), error.status
    if is_htmx():
        return told(KIND, thread_id, _part(record_id))
    return redirect(url_for("discussions.message", record_id=record_id))


@blueprint.get("/messages/<int:record_id>/former")
@requires(VIEW)
def former(record_id: int) -> Markup:
    """Show what stood in a message before."""
    texts_ = queries.former_texts(reading(), record_id)
    template = "discussions/former_form.html" if is_htmx() else "discussions/former.html"
    return render(template, texts=texts_, row=queries.message_row(reading(), record_id))


@blueprint.post("/messages/<int:record_id>/delete")
@requires(WRITE)
def delete_message(record_id: int) -> Response:
    """Take back one's own message; the notice can undo it."""
    thread_id = messages.delete_message(record_id)
    undo = url_for("discussions.restore_message", record_id=record_id)
    toast(_("The message is taken back."), undo=undo)
    return _shown_again(thread_id)


@blueprint.post("/messages/<int:record_id>/restore")
@requires(WRITE)
def restore_message(record_id: int) -> Response:
    """Let one's own message stand again."""
    return _shown_again(messages.restore_message(record_id))


@blueprint.post("/messages/<int:record_id>/react")
@requires(WRITE)
def react(record_id: int) -> Response:
    """Set a sign beside a message, or take one's own away."""
    return _shown_again(messages.react(record_id, request.form.get("sign", "")))


@blueprint.get("/colleagues")
@requires(VIEW)
def suggest() -> Response:
    """Give whom a message may name, by a part of the name."""
    typed_ = normalised(request.args.get("q", "").strip()[:100])
    found = [one for one in mentions.mentionable() if typed_ in normalised(one.written)]
    found.sort(key=lambda one: not normalised(one.written).startswith(typed_))
    return make_response(
        [
            {"text": one.written, "team": one.team_id is not None}
            for one in found[:MOST_SUGGESTED]
            if one.user_id is None or one.user_id != current_person().id
        ]
    )


@blueprint.post("/read")
@requires(VIEW)
def read_all() -> Response:
    """Note that the person has read all that they follow."""
    reading_state.note_all_read()
    toast(_("Everything is read."))
    return redirect(url_for("discussions.index", mine="true", closed="false"))


@blueprint.get("/letters")
@requires(VIEW)
def letters() -> Markup:
    """Show how the person wants letters."""
    held = queries.own_letters(reading())
    return _letters_form(
        FormState(
            {
                "mail": held.mail,
                "digest_hour": held.digest_hour,
                "quiet_from": held.quiet_from,
                "quiet_until": held.quiet_until,
            }
        )
    )


def _letters_form(form: FormState) -> Markup:
    return render(
        "discussions/letters.html",
        form=form,
        labels=panels.LETTER_LABELS,
        mails=[(mail, panels.MAIL_TITLES[mail]) for mail in MAILS],
        hours=[(hour, f"{hour:02}:00") for hour in range(24)],
    )


@blueprint.post("/letters")
@requires(VIEW)
def choose_letters() -> Page:
    """Keep how the person wants letters."""
    sent = {name: value for name, value in request.form.items() if name in panels.LETTER_LABELS}
    try:
        values = judge(
            LettersSchema(),
            {
                name: (int(value) if value.isdecimal() else value or None)
                if name != "mail"
                else value
                for name, value in sent.items()
            },
        )
        reading_state.choose_letters(values)
    except InvalidError as error:
        return _letters_form(FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("discussions.letters"))
