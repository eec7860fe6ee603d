"""The administrator's page of pipelines, stages and reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.db import AnyRow, reading
from salesman_core.deals import forms, needs, pipelines, queries
from salesman_core.deals.answers import asked_number, asked_version
from salesman_core.deals.models import CloseReason, Deal
from salesman_core.errors import ConflictError, InvalidError, SalesmanError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.last_change import last_change
from salesman_core.records.ordering import order_version
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast
from salesman_core.web.two_editors import Typed, form_to_edit, save_form

_ = texts.lazy

MANAGE = pipelines.MANAGE

blueprint = Blueprint("pipelines", __name__, url_prefix="/admin/pipelines")


@blueprint.get("")
@requires(MANAGE)
def index() -> Markup:
    """Show all pipelines with their stages, and the reasons."""
    return _page({})


def _page(refused: Mapping[str, FormState]) -> Markup:
    """Draw the page.

    :param refused: the form that could not be saved, by its place, as ``stage-12``.
    """
    found, reasons, asked = queries.pipelines(reading()), _reasons(), needs.every_need()
    return render(
        "core/deals/pipelines.html",
        pipelines=found,
        pipeline_order=order_version(one["id"] for one in found),
        deals=_deals_by_stage(),
        reasons=reasons,
        reason_order=order_version(one.id for one in reasons),
        needs=asked,
        need_titles=[(need.name, need.title) for need in asked.values()],
        edited={**_held_forms(found, reasons), **refused},
        blank=FormState(),
    )


def _held_forms(
    found: Sequence[Mapping[str, Any]], reasons: Sequence[AnyRow]
) -> dict[str, FormState]:
    """Give the forms of pipelines with their stages, and of reasons, by their places."""
    held: dict[str, FormState] = {}
    for pipeline in found:
        held[f"pipeline-{pipeline['id']}"] = _held(pipelines.PIPELINE_FIELDS, pipeline)
        for stage in pipeline["stages"]:
            held[f"stage-{stage['id']}"] = _held(pipelines.STAGE_FIELDS, stage)
    for reason in reasons:
        held[f"reason-{reason.id}"] = _held(pipelines.REASON_FIELDS, reason._asdict())
    return held


def _held_form(at: str) -> FormState:
    """Give the form of a place; an empty one where what stood there is gone."""
    return _held_forms(queries.pipelines(reading()), _reasons()).get(at, FormState())


def _held(names: Sequence[str], row: Mapping[str, Any]) -> FormState:
    values = {name: row[name] for name in names}
    return form_to_edit(values, pipelines.version_of(values))


def _deals_by_stage() -> dict[int, int]:
    counted = sa.select(Deal.stage_id, sa.func.count()).group_by(Deal.stage_id)
    return {row[0]: row[1] for row in reading().execute(counted)}


def _reasons() -> list[AnyRow]:
    used = (
        sa.select(sa.func.count(Deal.id))
        .where(Deal.reason_id == CloseReason.id)
        .scalar_subquery()
        .label("deals")
    )
    columns = (CloseReason.id, CloseReason.name, CloseReason.active, CloseReason.system, used)
    ordered = sa.select(*columns).order_by(CloseReason.position, CloseReason.id)
    return list(reading().execute(ordered))


def _back(at: str) -> ResponseReturnValue:
    return redirect(url_for("pipelines.index", _anchor=at))


def _again(at: str, form: FormState) -> ResponseReturnValue:
    return make_response(_page({at: form}), form.status)


def _refused(error: SalesmanError, at: str) -> ResponseReturnValue:
    return _again(at, FormState.refused(request.form, error))


def _kept(error: SalesmanError, at: str) -> ResponseReturnValue:
    """Say why what stands at a place stays as and where it is."""
    return _again(at, replace(_held_form(at), message=error.message, status=error.status))


def _saved(at: str, save: Callable[[Typed, int | None], object]) -> ResponseReturnValue | None:
    """Save the form of a place; give the page to show where that cannot be."""
    kind, _separator, record_id = at.rpartition("-")
    last = partial(last_change, kind, int(record_id))
    again = save_form(request.form, lambda: _held_form(at), save, last)
    return None if again is None else _again(at, again)


@blueprint.post("/new")
@requires(MANAGE)
def create() -> ResponseReturnValue:
    """Make a pipeline with the stages of another one."""
    try:
        like_id = asked_number("like_id")
        pipeline_id = pipelines.create_pipeline(request.form.get("name", ""), like_id)
    except InvalidError as error:
        return _refused(error, "new")
    toast(_("The pipeline is there; give it its stages."))
    return _back(f"pipeline-{pipeline_id}")


@blueprint.post("/<int:pipeline_id>")
@requires(MANAGE)
def rename(pipeline_id: int) -> ResponseReturnValue:
    """Give a pipeline another name."""
    at = f"pipeline-{pipeline_id}"

    def save(typed: Typed, version: int | None) -> None:
        pipelines.rename_pipeline(pipeline_id, typed.get("name", ""), version)

    return _saved(at, save) or _back(at)


@blueprint.post("/<int:pipeline_id>/first")
@requires(MANAGE)
def put_first(pipeline_id: int) -> ResponseReturnValue:
    """Let new deals begin in this pipeline."""
    try:
        pipelines.order_pipelines([pipeline_id], asked_version())
    except StaleError as error:
        return _kept(error, f"pipeline-{pipeline_id}")
    toast(_("New deals begin in this pipeline now."))
    return _back(f"pipeline-{pipeline_id}")


@blueprint.post("/<int:pipeline_id>/delete")
@requires(MANAGE)
def delete(pipeline_id: int) -> ResponseReturnValue:
    """Delete a pipeline without deals."""
    try:
        pipelines.delete_pipeline(pipeline_id)
    except ConflictError as error:
        return _kept(error, f"pipeline-{pipeline_id}")
    toast(_("The pipeline is gone."))
    return _back("")


@blueprint.post("/<int:pipeline_id>/stages")
@requires(MANAGE)
def add_stage(pipeline_id: int) -> ResponseReturnValue:
    """Add a stage."""
    try:
        pipelines.add_stage(pipeline_id, _stage_values(request.form))
    except InvalidError as error:
        return _refused(error, f"new-stage-{pipeline_id}")
    return _back(f"pipeline-{pipeline_id}")


@blueprint.post("/stages/<int:stage_id>")
@requires(MANAGE)
def change_stage(stage_id: int) -> ResponseReturnValue:
    """Change a stage."""
    at = f"stage-{stage_id}"

    def save(typed: Typed, version: int | None) -> None:
        pipelines.change_stage(stage_id, _stage_values(typed), version)

    if (again := _saved(at, save)) is not None:
        return again
    toast(_("Saved."))
    return _back(at)


def _stage_values(typed: Typed) -> dict[str, Any]:
    values = forms.read(typed, "name", "percent", "planned_days")
    return values | {"required": typed.getlist("required")}


@blueprint.post("/stages/<int:stage_id>/delete")
@requires(MANAGE)
def delete_stage(stage_id: int) -> ResponseReturnValue:
    """Delete a stage; its deals go to the stage of the field ``into_id``."""
    try:
        moved = pipelines.delete_stage(stage_id, asked_number("into_id"))
    except (ConflictError, InvalidError) as error:
        return _kept(error, f"stage-{stage_id}")
    toast(
        texts.ngettext(
            "The stage is gone, %(num)s deal moved.",
            "The stage is gone, %(num)s deals moved.",
            moved,
        )
    )
    return _back("")


@blueprint.post("/reasons")
@requires(MANAGE)
def add_reason() -> ResponseReturnValue:
    """Add a reason."""
    try:
        pipelines.add_reason(request.form.get("name", ""))
    except InvalidError as error:
        return _refused(error, "new-reason")
    return _back("reasons")


@blueprint.post("/reasons/<int:reason_id>")
@requires(MANAGE)
def change_reason(reason_id: int) -> ResponseReturnValue:
    """Rename a reason, or switch it off and on."""

    def save(typed: Typed, version: int | None) -> None:
        values = {"name": typed.get("name", ""), "active": "active" in typed}
        pipelines.change_reason(reason_id, values, version)

    if (again := _saved(f"reason-{reason_id}", save)) is not None:
        return again
    toast(_("Saved."))
    return _back("reasons")


@blueprint.post("/reasons/<int:reason_id>/move")
@requires(MANAGE)
def move_reason(reason_id: int) -> ResponseReturnValue:
    """Move a reason up or down in the order in which people choose."""
    up = request.form.get("to") == "up"
    try:
        pipelines.move_reason(reason_id, up=up, version=asked_version())
    except StaleError as error:
        return _kept(error, f"reason-{reason_id}")
    return _back(f"reason-{reason_id}")


@blueprint.post("/reasons/<int:reason_id>/delete")
@requires(MANAGE)
def delete_reason(reason_id: int) -> ResponseReturnValue:
    """Delete a reason that no deal was lost for."""
    try:
        pipelines.delete_reason(reason_id)
    except ConflictError as error:
        return _kept(error, f"reason-{reason_id}")
    return _back("reasons")
