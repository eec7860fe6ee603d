"""The administrator's page of pipelines, stages and reasons."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.db import AnyRow, reading
from salesman_core.deals import forms, needs, pipelines, queries
from salesman_core.deals.answers import asked_number
from salesman_core.deals.models import CloseReason, Deal, DealMove, Stage
from salesman_core.errors import ConflictError, InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.web.forms import FormState, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

MANAGE = pipelines.MANAGE

blueprint = Blueprint("pipelines", __name__, url_prefix="/admin/pipelines")


@blueprint.get("")
@requires(MANAGE)
def index() -> Markup:
    """Show all pipelines with their stages, and the reasons."""
    return _page(FormState(), "")


def _page(form: FormState, at: str) -> Markup:
    """Draw the page.

    :param form: what was typed into the form that could not be saved.
    :param at: which form that is, as ``stage-12``.
    """
    session = reading()
    return render(
        "core/deals/pipelines.html",
        pipelines=queries.pipelines(session),
        deals=_deals_by_stage(),
        told=_stages_in_stories(),
        reasons=_reasons(),
        needs=needs.NEEDS,
        form=form,
        at=at,
    )


def _deals_by_stage() -> dict[int, int]:
    counted = sa.select(Deal.stage_id, sa.func.count()).group_by(Deal.stage_id)
    return {row[0]: row[1] for row in reading().execute(counted)}


def _stages_in_stories() -> frozenset[int]:
    """Give the stages that deals stand or stood in: they go only into another one."""
    told = sa.select(Stage.id).where(
        sa.or_(
            sa.exists().where(DealMove.to_stage_id == Stage.id),
            sa.exists().where(DealMove.from_stage_id == Stage.id),
            sa.exists().where(Deal.stage_id == Stage.id),
        )
    )
    return frozenset(reading().scalars(told))


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


def _refused(error: SalesmanError, at: str) -> ResponseReturnValue:
    return make_response(_page(FormState.refused(request.form, error), at), error.status)


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
    try:
        pipelines.rename_pipeline(pipeline_id, request.form.get("name", ""))
    except InvalidError as error:
        return _refused(error, f"pipeline-{pipeline_id}")
    return _back(f"pipeline-{pipeline_id}")


@blueprint.post("/<int:pipeline_id>/first")
@requires(MANAGE)
def put_first(pipeline_id: int) -> ResponseReturnValue:
    """Let new deals begin in this pipeline."""
    pipelines.order_pipelines([pipeline_id])
    toast(_("New deals begin in this pipeline now."))
    return _back(f"pipeline-{pipeline_id}")


@blueprint.post("/<int:pipeline_id>/delete")
@requires(MANAGE)
def delete(pipeline_id: int) -> ResponseReturnValue:
    """Delete a pipeline without deals."""
    try:
        pipelines.delete_pipeline(pipeline_id)
    except ConflictError as error:
        return _refused(error, f"pipeline-{pipeline_id}")
    toast(_("The pipeline is gone."))
    return _back("")


@blueprint.post("/<int:pipeline_id>/stages")
@requires(MANAGE)
def add_stage(pipeline_id: int) -> ResponseReturnValue:
    """Add a stage."""
    try:
        pipelines.add_stage(pipeline_id, _stage_values())
    except InvalidError as error:
        return _refused(error, f"new-stage-{pipeline_id}")
    return _back(f"pipeline-{pipeline_id}")


@blueprint.post("/stages/<int:stage_id>")
@requires(MANAGE)
def change_stage(stage_id: int) -> ResponseReturnValue:
    """Change a stage."""
    try:
        pipelines.change_stage(stage_id, _stage_values())
    except InvalidError as error:
        return _refused(error, f"stage-{stage_id}")
    toast(_("Saved."))
    return _back(f"stage-{stage_id}")


def _stage_values() -> dict[str, Any]:
    typed = forms.read(request.form, "name", "percent", "planned_days")
    return typed | {"required": request.form.getlist("required")}


@blueprint.post("/stages/<int:stage_id>/delete")
@requires(MANAGE)
def delete_stage(stage_id: int) -> ResponseReturnValue:
    """Delete a stage; its deals go to the stage of the field ``into_id``."""
    try:
        moved = pipelines.delete_stage(stage_id, asked_number("into_id"))
    except (ConflictError, InvalidError) as error:
        return _refused(error, f"stage-{stage_id}")
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
    values = {"name": request.form.get("name", ""), "active": "active" in request.form}
    try:
        pipelines.change_reason(reason_id, values)
    except (ConflictError, InvalidError) as error:
        return _refused(error, f"reason-{reason_id}")
    toast(_("Saved."))
    return _back("reasons")


@blueprint.post("/reasons/order")
@requires(MANAGE)
def order_reasons() -> ResponseReturnValue:
    """Put the reasons into the order of the fields ``reason_id``."""
    pipelines.order_reasons(request.form.getlist("reason_id", type=whole_number))
    return _back("reasons")


@blueprint.post("/reasons/<int:reason_id>/delete")
@requires(MANAGE)
def delete_reason(reason_id: int) -> ResponseReturnValue:
    """Delete a reason that no deal was lost for."""
    try:
        pipelines.delete_reason(reason_id)
    except ConflictError as error:
        return _refused(error, f"reason-{reason_id}")
    return _back("reasons")
