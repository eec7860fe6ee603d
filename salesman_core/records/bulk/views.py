"""The pages of acts on many records: the form of an act, the run, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from salesman_core.access.colleagues import colleagues
from salesman_core.access.records import record_type
from salesman_core.access.routes import signed_in
from salesman_core.db import reading
from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.records.bulk import queries
from salesman_core.records.bulk.acts import Act, act_named
from salesman_core.records.bulk.choosing import Chosen, chosen_in_form, number_of
from salesman_core.records.bulk.service import begin_run, stop_run, undo_run
from salesman_core.records.bulk.words import EXPORT, act_title, asked_in_words
from salesman_core.records.custom.forms import controls, custom_typed
from salesman_core.records.custom.members import by_names
from salesman_core.records.models import BulkRun
from salesman_core.records.record_list import RecordList, list_of, record_list
from salesman_core.records.typed import date_of, read_typed
from salesman_core.web.addresses import go_to, safe_next
from salesman_core.web.forms import FormState, number_or_none, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast

_ = texts.lazy

Page = Markup | BaseResponse | tuple[Markup, int]

blueprint = Blueprint("lists", __name__, url_prefix="/lists")


@blueprint.post("/<kind>/acts/<act>/form")
@signed_in
def act_form(kind: str, act: str) -> Page:
    """Ask what an act needs to know, and say how many records it is meant for."""
    return _act_page(record_list(kind), act_named(kind, act), FormState())


@blueprint.post("/<kind>/acts/<act>")
@signed_in
def do_act(kind: str, act: str) -> Page:
    """Do something with the chosen records; lead back to the list, or to what came of it."""
    listed, found = record_list(kind), act_named(kind, act)
    try:
        run_id = begin_run(kind, act, _given(found), chosen(listed))
    except InvalidError as error:
        if not found.fields:
            raise
        return _act_page(listed, found, FormState.refused(request.form, error)), error.status
    return _after(queries.own_run(run_id), url_for(listed.endpoint))


def chosen(listed: RecordList) -> Chosen:
    """Read which records are meant from the form around a list."""
    return chosen_in_form(
        listed.spec,
        request.form.getlist("id"),
        whole=request.form.get("whole_filter") == "true",
        address=request.form.get("filter", ""),
    )


def _given(act: Act) -> dict[str, Any]:
    """Give what was typed as the JSON API would have it."""
    fields = {field.name: field for field in act.fields}
    plain = [name for name, field in fields.items() if field.kind != "custom"]
    filled = {name: text for name in plain if (text := request.form.get(name, "").strip())}
    readers = {name: _READERS[fields[name].kind] for name in plain}
    given = read_typed(filled, readers, *filled)
    if act.action.custom:
        further = by_names(custom_typed(act.action.kind, request.form))
        given |= {name: value for name, value in further.items() if value is not None}
    return given | dict.fromkeys(name for name in request.form.getlist("emptied") if name in fields)


_READERS: Mapping[str, Any] = {
    "text": str,
    "choice": str,
    "date": lambda text: str(date_of(text)),
    "user": lambda text: text if number_or_none(text) is None else int(text),
    "words": lambda text: [one.strip() for one in text.split(",") if one.strip()],
}


def _act_page(listed: RecordList, act: Act, form: FormState) -> Markup:
    meant = chosen(listed)
    return render(
        "core/records/bulk/act.html" if is_htmx() else "core/records/bulk/act_page.html",
        act=act,
        kind=listed.spec.kind,
        number=number_of(reading(), listed.spec.kind, meant),
        whole=meant.query is not None,
        colleagues=colleagues,
        controls={one.name: one for one in controls(act.action.kind)} if act.action.custom else {},
        form=form,
        hidden=hidden_choice(),
    )


def hidden_choice() -> list[tuple[str, str]]:
    """Give what a form repeats, so that it is meant for the same records."""
    kept = ("id", "whole_filter", "filter", "next")
    return [(name, value) for name in kept for value in request.form.getlist(name)]


def _after(run: BulkRun, address: str) -> BaseResponse:
    """Lead on: back to the list where all went well, to the page of the run where there is more."""
    page = url_for("lists.run", run_id=run.id)
    if run.ended_at is None or run.refused or run.stopped or run.file_hash is not None:
        return go_to(page)
    undo = url_for("lists.undo", run_id=run.id) if _may_be_undone(run) else ""
    toast(
        texts.ngettext(
            "%(title)s: done for %(num)s record.",
            "%(title)s: done for %(num)s records.",
            run.done,
            title=act_title(run),
        ),
        undo=undo,
    )
    return go_to(safe_next(request.form.get("next"), address))


def _may_be_undone(run: BulkRun) -> bool:
    if not run.done or run.undoes_id is not None or run.act == EXPORT:
        return False
    try:
        return act_named(run.kind, run.act).action.undo is not None
    except SalesmanError:  # its plugin is gone, or whoever began it may no longer
        return False


@blueprint.get("/runs")
@signed_in
def runs() -> Markup:
    """Show what whoever reads did with many records lately."""
    found = queries.own_runs()
    return render(
        "core/records/bulk/runs.html",
        runs=found,
        act_title=act_title,
        kind_title=lambda run: record_type(run.kind).plural,
    )


@blueprint.get("/runs/<int:run_id>")
@signed_in
def run(run_id: int) -> Markup:
    """Show how far a run is, or what came of it."""
    found = queries.own_run(run_id)
    after = request.args.get("after", 0, type=whole_number)
    session = reading()
    states = ("refused",) if request.args.get("only") == "refused" else queries.TOLD
    rows = queries.rows_of_run(session, run_id, states, after)
    shown = rows[: queries.SHOWN]
    type_ = record_type(found.kind)
    listed = list_of(type_)
    return render(
        "core/records/bulk/run.html",
        run=found,
        job=queries.running_job(found),
        title=act_title(found),
        asked=asked_in_words(found),
        kind_title=type_.title,
        kind_plural=type_.plural,
        card_endpoint=type_.card_endpoint,
        back=url_for(listed.endpoint) if listed else "",
        rows=shown,
        seen=queries.still_seen(session, found.kind, [row.record_id for row in shown]),
        reasons=queries.reasons_of_run(session, run_id),
        more=shown[-1].record_id if len(rows) > queries.SHOWN else None,
        undone_by=queries.undone_by(session, run_id),
        may_be_undone=found.ended_at is not None and _may_be_undone(found),
    )


@blueprint.get("/runs/<int:run_id>/progress")
@signed_in
def progress(run_id: int) -> Markup | Response:
    """Give how far a run is; once it is over, the page loads anew."""
    found = queries.own_run(run_id)
    job = queries.running_job(found)
    if job is None:
        return Response("", headers={"HX-Refresh": "true"})
    return render("core/records/bulk/progress.html", run=found, job=job, title=act_title(found))


@blueprint.post("/runs/<int:run_id>/stop")
@signed_in
def stop(run_id: int) -> BaseResponse:
    """Stop a run after the rows at hand."""
    stop_run(run_id)
    return go_to(url_for("lists.run", run_id=run_id))


@blueprint.post("/runs/<int:run_id>/undo")
@signed_in
def undo(run_id: int) -> BaseResponse:
    """Take back what a run did."""
    undoing = queries.own_run(undo_run(run_id))
    listed = list_of(record_type(undoing.kind))
    return _after(undoing, url_for(listed.endpoint) if listed else "/")
