"""The pages of exports: which columns, which kind of file, and the file."""

from __future__ import annotations

import mimetypes

from flask import Response, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.routes import signed_in
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.bulk.choosing import number_of
from salesman_core.records.bulk.queries import own_run
from salesman_core.records.bulk.views import blueprint, chosen, hidden_choice
from salesman_core.records.bulk.words import EXPORT
from salesman_core.records.export import Wanted, begin_export, exportable, file_of_run
from salesman_core.records.export_files import FORMATS, MEDIA_TYPES, XLSX
from salesman_core.records.models import BulkRun
from salesman_core.records.record_list import RecordList
from salesman_core.web.addresses import go_to
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx

_ = texts.lazy

Page = Markup | BaseResponse | tuple[Markup, int]


@blueprint.post("/<kind>/export/form")
@signed_in
def export_form(kind: str) -> Page:
    """Ask for the columns and the kind of file."""
    columns = request.form.get("shown", "").split(",")
    return _export_page(exportable(kind), FormState({"format": XLSX, "column": columns}))


@blueprint.post("/<kind>/export")
@signed_in
def export(kind: str) -> Page:
    """Write the file, and hand it out where it is there at once."""
    listed = exportable(kind)
    wanted = Wanted(request.form.getlist("column"), request.form.get("format", ""))
    try:
        run_id = begin_export(kind, chosen(listed), wanted)
    except InvalidError as error:
        return _export_page(listed, FormState.refused(request.form, error)), error.status
    if not own_run(run_id).file_hash:
        return go_to(url_for("lists.run", run_id=run_id))
    answer = go_to(url_for("lists.file", run_id=run_id))
    if is_htmx():  # the file leaves the page where it is, and the dialog has done its work
        answer.headers["HX-Trigger"] = '{"salesman:close-dialog": {"target": "body"}}'
    return answer


def _export_page(listed: RecordList, form: FormState) -> Markup:
    meant = chosen(listed)
    marked = listed.named_in_files(form.all("column"))
    first = {name: place for place, name in enumerate(marked)}
    columns = sorted(listed.file_columns(), key=lambda one: first.get(one.name, len(first)))
    return render(
        "core/records/bulk/export.html" if is_htmx() else "core/records/bulk/export_page.html",
        listed=listed,
        kind=listed.spec.kind,
        columns=columns,
        marked=marked,
        formats=FORMATS,
        number=number_of(reading(), listed.spec.kind, meant),
        form=form,
        hidden=hidden_choice(),
    )


@blueprint.get("/runs/<int:run_id>/file")
@signed_in
def file(run_id: int) -> Response:
    """Hand the file of an export out, or that of another act."""
    path, found = file_of_run(run_id)
    return send_file(
        path,
        mimetype=_media_type(found),
        as_attachment=True,
        download_name=found.file_name,
        max_age=0,
    )


def _media_type(run: BulkRun) -> str:
    if run.act == EXPORT:
        return MEDIA_TYPES[run.given["format"]]
    return mimetypes.guess_type(run.file_name)[0] or "application/octet-stream"
