"""Stories, notes, files and history of clients and deals.

What is only read is open to whoever sees the record, whatever its kind; which permission that takes
depends on the kind, so it is checked where the record is read, not at the door.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.records import demand, demand_permission, label_of, record_type
from salesman_core.access.routes import requires, signed_in
from salesman_core.errors import (
    ConflictError,
    InvalidError,
    MissingError,
    SalesmanError,
    StaleError,
    VetoedError,
)
from salesman_core.i18n import texts
from salesman_core.records import files, notes, restoring
from salesman_core.records.answers import told
from salesman_core.records.attached import is_own
from salesman_core.records.history import history as history_of
from salesman_core.records.panels import (
    files_panel,
    note_form,
    note_fragment,
    story_fragment,
)
from salesman_core.records.restoring import is_restorable, may_restore, versions_of
from salesman_core.services.files import SHOWN, TooLargeError, too_many_bytes
from salesman_core.services.previews import Size
from salesman_core.web.errors import of_domain, of_http
from salesman_core.web.forms import FormState, LastChange, version_in, whole_number
from salesman_core.web.handing_out import PDF, handed_out, harmless
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast
from salesman_core.web.two_editors import form_to_edit, save_form

_ = texts.lazy

_EMPTY_PICTURE: Final = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
"""One transparent dot: what stands behind it is seen instead."""

blueprint = Blueprint("records", __name__, url_prefix="/records")


@blueprint.get("/<kind>/<int:record_id>/story")
@signed_in
def story(kind: str, record_id: int) -> Markup:
    """Give a page of a record's story: of the source ``source``, behind the place ``after``."""
    source, after = request.args.get("source", ""), request.args.get("after", "")
    return story_fragment(kind, record_id, source=source, after=after)


@blueprint.get("/<kind>/<int:record_id>/history")
@signed_in
def history(kind: str, record_id: int) -> Markup:
    """Show who changed which field of a record from what to what."""
    found = history_of(kind, record_id, before=request.args.get("before", type=whole_number))
    return render(
        "core/records/history.html",
        kind=kind,
        record_id=record_id,
        title=label_of(kind, record_id),
        card=_card(kind, record_id),
        history=found,
        is_restorable=is_restorable if may_restore(kind, record_id) else None,
        versions=versions_of(found.lines),
    )


@blueprint.post("/<kind>/<int:record_id>/history")
@signed_in
def restore(kind: str, record_id: int) -> BaseResponse:
    """Put the value back that ``field`` had before the change that ``entry_id`` tells of.

    Its service says who may; the address may hold both, for undoing it.
    """
    demand(kind, record_id, record_type(kind).view_permission)
    asked = request.values
    entry_id, version = asked.get("entry_id", 0, type=whole_number), version_in(asked)
    page = url_for("records.history", kind=kind, record_id=record_id)
    try:
        done = restoring.restore(entry_id, asked.get("field", ""), version)
    except (ConflictError, InvalidError, StaleError, VetoedError) as error:
        toast(error.message, kind="error")
        return redirect(page)
    undo = url_for(
        "records.restore",
        kind=kind,
        record_id=record_id,
        entry_id=done.entry_id,
        field=asked.get("field", ""),
        version=done.version,
    )
    toast(_("The former value is back."), undo=undo)
    return redirect(page)


@blueprint.post("/<kind>/<int:record_id>/notes")
@requires(notes.WRITE)
def write_note(kind: str, record_id: int) -> Markup | BaseResponse | tuple[Markup, int]:
    """Write a note; gives the empty form again and the story with the note in it."""
    try:
        notes.write_note(kind, record_id, request.form.get("text", ""))
    except InvalidError as error:
        return _note_form_again(kind, record_id, error)
    if not is_htmx():
        return redirect(_card(kind, record_id))
    return note_form(kind, record_id) + render(
        "core/records/story_anew.html", story=story_fragment(kind, record_id)
    )


def _note_form_again(kind: str, record_id: int, error: InvalidError) -> tuple[Markup, int]:
    form = FormState.refused(request.form, error)
    if is_htmx():
        return note_form(kind, record_id, form), error.status
    page = render(
        "core/records/note_page.html",
        kind=kind,
        record_id=record_id,
        form=form,
        title=label_of(kind, record_id),
    )
    return page, error.status


@blueprint.get("/notes/<int:note_id>")
@signed_in
def note(note_id: int) -> Markup:
    """Give a note as it stands in a story."""
    return note_fragment(notes.one_note(note_id))


@blueprint.get("/notes/<int:note_id>/edit")
@requires(notes.WRITE)
def edit_note(note_id: int) -> Markup:
    """Give the form of a note, which takes its place in the story."""
    found = notes.one_note(note_id)
    return render("core/records/note_edit.html", note=found, form=_held_note(note_id))


def _held_note(note_id: int) -> FormState:
    """Give the form of a note as it stands."""
    found = notes.one_note(note_id)
    return form_to_edit({"text": found.text}, found.version)


@blueprint.post("/notes/<int:note_id>")
@requires(notes.WRITE)
def change_note(note_id: int) -> Markup | tuple[Markup, int]:
    """Change a note; gives it as it stands in a story."""
    again = save_form(
        request.form,
        lambda: _held_note(note_id),
        lambda typed, version: notes.change_note(note_id, typed.get("text", ""), version),
        lambda _names: _last_change(note_id),
    )
    if again is not None:
        note = notes.one_note(note_id)
        return render("core/records/note_edit.html", note=note, form=again), again.status
    return note_fragment(notes.one_note(note_id))


def _last_change(note_id: int) -> LastChange:
    """Give who last changed a note: whoever wrote it, for nobody else may."""
    note = notes.one_note(note_id)
    return LastChange(note.author_name, note.updated_at, own=is_own(note.author_id))


@blueprint.post("/notes/<int:note_id>/delete")
@requires(notes.WRITE)
def delete_note(note_id: int) -> Response | BaseResponse:
    """Put a note into the bin."""
    kind, record_id = notes.delete_note(note_id)
    toast(_("The note is in the bin."), undo=url_for("records.restore_note", note_id=note_id))
    return _gone(kind, record_id)


@blueprint.post("/notes/<int:note_id>/restore")
@requires(notes.WRITE)
def restore_note(note_id: int) -> Response | BaseResponse:
    """Take a note out of the bin."""
    kind, record_id = notes.restore_note(note_id)
    return _back(kind, record_id)


@blueprint.get("/<kind>/<int:record_id>/files")
@signed_in
def all_files(kind: str, record_id: int) -> Markup:
    """Give the panel with a record's files."""
    return files_panel(kind, record_id)


@blueprint.post("/<kind>/<int:record_id>/files")
@requires(files.ATTACH)
def attach(kind: str, record_id: int) -> Response | BaseResponse | tuple[Markup, int]:
    """Attach the files of the field ``file``; gives the panel with them in it."""
    try:
        for upload in request.files.getlist("file"):
            if upload.filename:
                files.attach(kind, record_id, upload.filename, upload.stream)
    except (InvalidError, TooLargeError) as error:
        return _files_again(kind, record_id, error)
    if not is_htmx():
        return redirect(_card(kind, record_id))
    return told(kind, record_id, files_panel(kind, record_id))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say at its field that a file is too large: nothing was read, not even who may send one."""
    if request.endpoint != "records.attach":
        return of_http(error)
    try:
        demand_permission(files.ATTACH)
        return _files_again(refusal=TooLargeError(too_many_bytes()), **(request.view_args or {}))
    except SalesmanError as refused:
        return of_domain(refused)


def _files_again(
    kind: str, record_id: int, refusal: InvalidError | TooLargeError
) -> tuple[Markup, int]:
    """Show the files of a record with what is wrong with the one that was sent.

    Where a browser runs no scripts they stand on a page of their own, which leads to the card.
    """
    form = FormState(errors={"file": [refusal.message]})
    panel = files_panel(kind, record_id, form=form)
    if is_htmx():
        return panel, refusal.status
    page = render(
        "core/records/files_page.html",
        title=label_of(kind, record_id),
        card=_card(kind, record_id),
        files=panel,
    )
    return page, refusal.status


@blueprint.get("/files/<int:file_id>/<name>")
@signed_in
def download(file_id: int, name: str) -> Response:  # noqa: ARG001  # people read it
    """Hand a file out to be saved; the name in the address is only for people."""
    return _handed_out(file_id, inline=False)


@blueprint.get("/files/<int:file_id>/shown/<name>")
@signed_in
def show(file_id: int, name: str) -> Response:  # noqa: ARG001  # people read it
    """Hand a picture or PDF out to be looked at in the browser."""
    return _handed_out(file_id, inline=True)


@blueprint.get("/files/<int:file_id>/view")
@signed_in
def view(file_id: int) -> Markup:
    """Give a dialog in which a picture or PDF is looked at."""
    found = files.download(file_id)
    shown = "pdf" if found.media_type == PDF else ""
    if not shown and files.preview_of(found, Size.LARGE) is not None:
        shown = "picture"
    return render("core/records/file_view.html", file_id=file_id, file=found, shown=shown)


@blueprint.get("/files/<int:file_id>/preview/<size>")
@signed_in
def preview(file_id: int, size: str) -> Response:
    """Hand out a small picture of a picture; an empty one where it cannot be made."""
    if size not in set(Size):
        raise MissingError(_("There is no preview of this size."))
    found = files.download(file_id)
    place = files.preview_of(found, Size(size))
    if place is None:
        return harmless(Response(_EMPTY_PICTURE, mimetype="image/gif"))
    response = send_file(place, mimetype="image/webp", etag=f"{found.hash}-{size}", max_age=0)
    return harmless(response)


def _handed_out(file_id: int, *, inline: bool) -> Response:
    found = files.download(file_id)
    if inline and found.media_type not in SHOWN:
        raise MissingError(_("This kind of file cannot be shown here: save it."))
    return handed_out(found.path, found.name, found.media_type, etag=found.hash, inline=inline)


@blueprint.post("/files/<int:file_id>/delete")
@requires(files.ATTACH)
def detach(file_id: int) -> Response | BaseResponse:
    """Put a file into the bin."""
    kind, record_id = files.detach(file_id)
    toast(_("The file is in the bin."), undo=url_for("records.attach_again", file_id=file_id))
    return _gone(kind, record_id)


@blueprint.post("/files/<int:file_id>/restore")
@requires(files.ATTACH)
def attach_again(file_id: int) -> Response | BaseResponse:
    """Take a file out of the bin."""
    kind, record_id = files.attach_again(file_id)
    return _back(kind, record_id)


def _card(kind: str, record_id: int) -> str:
    return url_for(record_type(kind).card_endpoint, record_id=record_id)


def _gone(kind: str, record_id: int) -> Response | BaseResponse:
    """Answer with nothing where the note or file stood; all else that shows it asks anew."""
    if not is_htmx():
        return redirect(_card(kind, record_id))
    return told(kind, record_id)


def _back(kind: str, record_id: int) -> Response | BaseResponse:
    return told(kind, record_id) if is_htmx() else redirect(_card(kind, record_id))
