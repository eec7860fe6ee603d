"""The page that brings files in: upload, columns, a dry run, the import itself, its result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, send_file, url_for
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.records import known_type
from salesman_core.access.routes import signed_in
from salesman_core.errors import ForbiddenError, InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports import keeping, reuse, row_files, saved
from salesman_core.records.imports.choices import IGNORE, KEEP, FileChoices, makeable, offered
from salesman_core.records.imports.constants import recurs_or_is_listed
from salesman_core.records.imports.looking import found_in
from salesman_core.records.imports.mapping import ColumnMapping, mapping_from
from salesman_core.records.imports.mapping_words import besides_words, further_words, rule_words
from salesman_core.records.imports.service import import_type, import_types
from salesman_core.records.imports.spellings import APART
from salesman_core.records.imports.undo import to_take_back
from salesman_core.records.sharing import SHARINGS
from salesman_core.services.files import TooLargeError, too_large_for
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_hookspecs import ImportType, Text

_ = texts.lazy

VALUES: Final = "values-"
"""So begins the button that asks what values mean; the field follows."""

blueprint = Blueprint("imports", __name__, url_prefix="/admin/import")


@blueprint.get("")
@signed_in
def index() -> Markup:
    """Show the form for a file, and what was imported before."""
    record = request.args.get("record", "")
    return _upload_page(FormState({"record": record} if record else {}))


@blueprint.post("")
@signed_in
def upload() -> Markup | tuple[Markup, int] | BaseResponse:
    """Take a file in; its columns come next."""
    _refuse_strangers()
    mapping = request.files.get("mapping")
    try:
        file = _sent_file()
        text = keeping.mapping_text(mapping.stream.read()) if mapping else ""
        record = request.form.get("record", "")
        import_id = keeping.begin_import(record, file.filename or "", file.stream, text)
    except (InvalidError, TooLargeError) as error:
        form = FormState.refused(request.form, error)
        return _upload_page(form), error.status
    return redirect(url_for("imports.one", import_id=import_id))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[Markup, int]:
    """Say at its field that a file is too large; none of the request was read."""
    error = TooLargeError(too_large_for(keeping.LARGEST))
    refused = FormState(errors={"file": [error.message]})
    return _upload_page(refused), error.status


def _sent_file() -> FileStorage:
    file = request.files.get("file")
    if file is None or not file.filename:
        message = _("Choose a file first.")
        raise InvalidError(message, {"file": message})
    return file


def _upload_page(form: FormState) -> Markup:
    _refuse_strangers()
    types = import_types()
    titles = {each.record: each.title for each in types}
    return render(
        "core/records/import/upload.html",
        form=form,
        types=types,
        titles=titles,
        imports=keeping.own_imports(),
        mappings=saved.mappings_of(list(titles)),
        sharings=SHARINGS,
        largest=keeping.LARGEST,
        too_large=too_large_for(keeping.LARGEST),
    )


def _refuse_strangers() -> None:
    """Refuse whoever may import nothing at all."""
    if not import_types():
        message = _("Your roles do not let you import anything.")
        raise ForbiddenError(message, "core.client.import")


@blueprint.get("/<int:import_id>")
@signed_in
def one(import_id: int) -> Markup:
    """Show an import: its columns, how far it is, or what came of it."""
    return _import_page(import_id, FormState())


def _import_page(import_id: int, form: FormState) -> Markup:
    kept = keeping.own_import(import_id)
    type_ = import_type(kept.record)
    job = keeping.running_job(kept)
    mapping = mapping_from(kept.mapping, type_.fields)
    in_use = reuse.mapping_in_use(kept)
    choices = keeping.choices_of(kept) if kept.file_hash and not job else None
    return render(
        "core/records/import/one.html",
        form=form,
        kept=kept,
        type=type_,
        job=job,
        choices=choices,
        offers=reuse.offered_to(kept, choices.headings) if choices else (),
        in_use=in_use,
        in_use_is_own=in_use is not None and saved.is_own(in_use),
        further=_further(type_, mapping, choices),
        rules={heading: rule_words(rule) for heading, rule in mapping.columns.items()},
        fields=offered(type_.fields, choices.columns if choices else ()),
        labels=choices.titles if choices else {},
        titles={field.name: field.title for field in type_.fields},
        valued={field.name for field in type_.fields if recurs_or_is_listed(field)},
        makeable=makeable(type_.fields),
        made=kept.mapping.get("options", {}).get("create_missing", ()),
        apart=APART,
        keep=KEEP,
        ignore=IGNORE,
        left=_addressed((kept.undone or {}).get("left", ())),
        undoable=None if job else to_take_back(import_id),
    )


def _further(
    type_: ImportType, mapping: ColumnMapping, choices: FileChoices | None
) -> list[tuple[str, str]]:
    """Give what a mapping says that no control of the page shows."""
    shown = {one.field for one in choices.constants} if choices else set()
    left = {name: value for name, value in mapping.defaults.items() if name not in shown}
    told = besides_words if type_.keys else further_words
    return told(replace(mapping, defaults=left), type_.fields)


def _addressed(left: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Give records that stay with the addresses of their cards, for those that have one."""
    addressed = []
    for one in left:
        type_ = known_type(one["kind"] or "")
        endpoint = "" if type_ is None else type_.card_endpoint
        addressed.append((one, url_for(endpoint, record_id=one["record_id"]) if endpoint else ""))
    return addressed


@blueprint.post("/<int:import_id>")
@signed_in
def begin(import_id: int) -> Markup | tuple[Markup, int] | BaseResponse:
    """Keep the choices, and begin a dry run or the import, as the button says.

    The button ``read`` keeps them alone, and the page shows the file as it is read now; ``keep``
    asks for the name under which to keep the mapping, ``renew`` keeps it where it came from. The
    button ``join`` joins spellings as chosen, and tries all rows again. ``values-FIELD`` asks what
    the values of its columns are called here.
    """
    action, made = request.form.get("action"), request.form.getlist("create_missing")
    try:
        keeping.choose(import_id, request.form, made, join=action == "join")
    except InvalidError as error:
        return _import_page(import_id, FormState.refused(request.form, error)), error.status
    match action:
        case "read":
            pass
        case "keep":
            return redirect(url_for("imports.name_mapping", import_id=import_id))
        case str() if action.startswith(VALUES):
            field = action.removeprefix(VALUES)
            return redirect(url_for("imports.values", import_id=import_id, field=field))
        case "renew":
            toast(_("“%(name)s” says this now.", name=reuse.renew_from(import_id).name))
        case _:
            keeping.run_later(import_id, dry_run=action != "import")
    return redirect(url_for("imports.one", import_id=import_id))


@blueprint.get("/<int:import_id>/found")
@signed_in
def found(import_id: int) -> Markup:
    """Give what a look at all rows of the file tells."""
    try:
        told, broken = found_in(keeping.own_import(import_id)), None
    except InvalidError as error:
        told, broken = None, error
    return render("core/records/import/found.html", found=told, broken=broken)


@blueprint.get("/<int:import_id>/progress")
@signed_in
def progress(import_id: int) -> Markup | Response:
    """Give how far an import is; once it is over, the page loads anew."""
    kept = keeping.own_import(import_id)
    job = keeping.running_job(kept)
    if job is None:
        return Response("", headers={"HX-Refresh": "true"})
    return render("core/records/import/progress.html", kept=kept, job=job)


@blueprint.post("/<int:import_id>/stop")
@signed_in
def stop(import_id: int) -> BaseResponse:
    """Stop an import after the rows at hand."""
    keeping.stop(import_id)
    return redirect(url_for("imports.one", import_id=import_id))


@blueprint.post("/<int:import_id>/undo")
@signed_in
def undo(import_id: int) -> BaseResponse:
    """Take an import back, in the background."""
    keeping.undo_later(import_id)
    return redirect(url_for("imports.one", import_id=import_id))


@blueprint.get("/<int:import_id>/refused.csv")
@signed_in
def refused(import_id: int) -> Response:
    """Hand out the refused rows, each with its reason, to be mended and sent again."""
    return _rows_file(import_id, row_files.refused_rows(import_id), _("refused"))


@blueprint.get("/<int:import_id>/worth-a-look.csv")
@signed_in
def worth_a_look(import_id: int) -> Response:
    """Hand out the rows that deserve a look, each with the reason, though they are in."""
    return _rows_file(import_id, row_files.rows_worth_a_look(import_id), _("worth a look"))


def _rows_file(import_id: int, path: Path, which: Text) -> Response:
    name = keeping.own_import(import_id).name.rsplit(".", 1)[0]
    return send_file(
        path,
        mimetype="text/csv",
        as_attachment=True,
        download_name=f"{name} – {which}.csv",
        max_age=0,
    )
