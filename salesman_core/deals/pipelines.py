"""Every change of pipelines, stages and the reasons for which deals are lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission
from salesman_core.db import writing
from salesman_core.deals import clearing, needs
from salesman_core.deals.models import CloseReason, Deal, DealMove, Pipeline, Stage
from salesman_core.errors import ConflictError, InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.changes import (
    Changes,
    announce,
    audit,
    differences,
    touch_records,
)
from salesman_core.records.ordering import (
    change_places,
    demand_order,
    in_order,
    put_in_order,
)
from salesman_core.records.saving import demand_version, fingerprint, named
from salesman_hookspecs import Text

_ = texts.lazy

MANAGE: Final = "core.pipeline.manage"
MOST_DAYS: Final = 3650
_STAGE_COLUMNS: Final = ("percent", "planned_days", "required")

PIPELINE_FIELDS: Final = ("name",)
STAGE_FIELDS: Final = ("name", *_STAGE_COLUMNS)
REASON_FIELDS: Final = ("name", "active")

Ordered = type[Pipeline] | type[CloseReason]
"""A table whose rows stand in an order that people choose."""


def version_of(held: Mapping[str, Any]) -> int:
    """Give the version of a pipeline, a stage or a reason: another one wherever it differs.

    :param held: its fields, as ``STAGE_FIELDS`` names them for a stage.
    """
    return fingerprint(dict(held))


def _unchanged(
    record: Pipeline | Stage | CloseReason, names: Sequence[str], version: int | None
) -> dict[str, Any]:
    """Give what a record holds, where it is still what the caller saw.

    :raises StaleError: where somebody changed it since *version*.
    """
    held = {name: getattr(record, name) for name in names}
    if "required" in held:
        held["required"] = needs.in_use(held["required"])
    demand_version(version_of(held), version)
    return held


def create_pipeline(name: str, like_id: int | None = None) -> int:
    """Make a pipeline behind the others and give its id.

    :param like_id: the pipeline whose stages it begins with; one stage at 0 % where not given.
    """
    demand_permission(MANAGE)
    with writing() as session:
        name = _free_name(session, Pipeline, named(name))
        position = _behind_last(session, Pipeline)
        pipeline = Pipeline(name=name, position=position, stages=_first_stages(session, like_id))
        session.add(pipeline)
        session.flush()
        _keep(session, pipeline, "created", {"name": (None, name)})
        return pipeline.id


def _first_stages(session: Session, like_id: int | None) -> list[Stage]:
    if like_id is None:
        return [Stage(name=texts.gettext("New deal"), percent=0)]
    return [
        Stage(
            name=one.name,
            percent=one.percent,
            planned_days=one.planned_days,
            required=one.required,
        )
        for one in _found(session, Pipeline, like_id).stages
    ]


def rename_pipeline(pipeline_id: int, name: str, version: int | None = None) -> None:
    """Give a pipeline another name.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    """
    demand_permission(MANAGE)
    with writing() as session:
        pipeline = _found(session, Pipeline, pipeline_id)
        _unchanged(pipeline, PIPELINE_FIELDS, version)
        before, wanted = pipeline.name, named(name)
        if wanted == before:
            return
        pipeline.name = _free_name(session, Pipeline, wanted)
        _keep(session, pipeline, "changed", {"name": (before, wanted)})


def order_pipelines(pipeline_ids: Sequence[int], version: int | None = None) -> None:
    """Put the pipelines into an order; those that are not named come after the named ones.

    :param version: of the order that the caller saw; None where they do not say.
    :raises StaleError: where somebody changed the order since *version*.
    """
    demand_permission(MANAGE)
    with writing() as session:
        order = in_order(session, Pipeline)
        demand_order(order, version)
        for pipeline_id in put_in_order(order, pipeline_ids):
            announce(session, "core.pipeline.changed", "pipeline", pipeline_id, {})


def delete_pipeline(pipeline_id: int) -> None:
    """Delete a pipeline that has no deals, not even in the bin.

    :raises ConflictError: where it has some, or is the last one.
    """
    demand_permission(MANAGE)
    with writing() as session:
        every = in_order(session, Pipeline)
        pipeline = _found(session, Pipeline, pipeline_id)
        if _number(session, Deal.pipeline_id == pipeline_id):
            raise ConflictError(
                _(
                    "“%(name)s” has deals, some perhaps in the bin: let them change the "
                    "pipeline first.",
                    name=pipeline.name,
                )
            )
        if len(every) == 1:
            raise ConflictError(_("The last pipeline cannot be deleted: deals need one."))
        _keep(session, pipeline, "deleted", {})
        clearing.retire(session, Stage.pipeline_id == pipeline_id)
        session.delete(pipeline)


def add_stage(pipeline_id: int, values: Mapping[str, Any]) -> int:
    """Add a stage to a pipeline and give its id.

    :param values: ``name``, ``percent`` (0 to 100), ``planned_days`` (None for no plan) and
        ``required``: the names of the fields that a deal must have to enter it.
    """
    demand_permission(MANAGE)
    with writing() as session:
        _found(session, Pipeline, pipeline_id)
        wanted = _judged_stage(values)
        stage = Stage(pipeline_id=pipeline_id, **wanted)
        session.add(stage)
        session.flush()
        changes: Changes = {name: (None, value) for name, value in wanted.items()}
        _keep(session, stage, "created", changes)
        return stage.id


def change_stage(stage_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a stage's name, percentage, plan or what it asks for; give whether anything changed.

    Its percentage is the progress of the deals in it and its place among the columns.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    """
    demand_permission(MANAGE)
    with writing() as session:
        stage = _found(session, Stage, stage_id)
        kept = _unchanged(stage, STAGE_FIELDS, version)
        wanted = _judged_stage(kept | dict(values))
        wanted["required"] += needs.out_of_use(stage.required)
        changes = differences(stage, wanted)
        if not changes:
            return False
        for name, (_old, new) in changes.items():
            setattr(stage, name, new)
        _keep(session, stage, "changed", changes)
        return True


def ask_no_more(session: Session, stage: Stage, name: str) -> None:
    """Let a stage no longer ask for a field that is gone."""
    before = stage.required
    stage.required = [one for one in before if one != name]
    _keep(session, stage, "changed", {"required": (before, stage.required)})


def delete_stage(stage_id: int, into_id: int | None = None) -> int:
    """Delete a stage and give how many deals went to another one.

    Each of them makes a move that is logged. Steps that deals took before go on naming the stage.

    :param into_id: the stage of the same pipeline that its deals go to.
    :raises InvalidError: where deals stand in it and nothing says where they go.
    :raises ConflictError: where it is the last one of its pipeline.
    """
    demand_permission(MANAGE)
    with writing() as session:
        clearing.hold_deals(session, stage_id)
        others = _others(session, stage_id)
        stage = _found(session, Stage, stage_id)
        if not others:
            raise ConflictError(_("The last stage of a pipeline cannot be deleted."))
        moved = 0
        if _number(session, Deal.stage_id == stage_id):
            moved = clearing.move_all(session, stage, _target(others, stage, into_id))
        changes: Changes = {"into_id": (None, into_id), "deals": (None, moved)} if moved else {}
        _keep(session, stage, "deleted", changes)
        clearing.retire(session, Stage.id == stage_id)
        session.execute(
            sa.delete(Stage).where(Stage.id == stage_id, Stage.pipeline_id.is_not(None))
        )
        return moved


def _others(session: Session, stage_id: int) -> dict[int, Stage]:
    """Give the other stages of a stage's pipeline, of which nobody deletes one until the commit."""
    own = sa.select(Stage.pipeline_id).where(Stage.id == stage_id)
    session.execute(sa.select(Pipeline.id).where(Pipeline.id.in_(own)).with_for_update()).all()
    others = sa.select(Stage).where(Stage.pipeline_id.in_(own), Stage.id != stage_id)
    return {one.id: one for one in session.scalars(others)}


def _target(others: Mapping[int, Stage], stage: Stage, into_id: int | None) -> Stage:
    found = None if into_id is None else others.get(into_id)
    if found is None:
        message = _("Deals stand in “%(name)s”: choose the stage they go to.", name=stage.name)
        raise InvalidError(message, {"into_id": message})
    return found


def add_reason(name: str) -> int:
    """Add a reason for which deals are lost, behind the others, and give its id."""
    demand_permission(MANAGE)
    with writing() as session:
        name = _free_name(session, CloseReason, named(name))
        reason = CloseReason(name=name, position=_behind_last(session, CloseReason))
        session.add(reason)
        session.flush()
        touch_records(CloseReason, [reason.id])
        audit(session, "reason", reason.id, name, "created", {"name": (None, name)})
        return reason.id


def change_reason(reason_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Rename a reason, or offer it (``active``) or no longer; give whether anything changed.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    """
    demand_permission(MANAGE)
    with writing() as session:
        reason = _own_reason(session, reason_id)
        _unchanged(reason, REASON_FIELDS, version)
        wanted: dict[str, Any] = {"active": bool(values.get("active", reason.active))}
        wanted |= {"name": named(values["name"])} if "name" in values else {}
        changes = differences(reason, wanted)
        if "name" in changes:
            _free_name(session, CloseReason, wanted["name"])
        for name, (_old, new) in changes.items():
            setattr(reason, name, new)
        if changes:
            audit(session, "reason", reason_id, reason.name, "changed", changes)
        return bool(changes)


def move_reason(reason_id: int, *, up: bool, version: int | None = None) -> None:
    """Let a reason change places with its neighbour, in the order in which people choose.

    :param up: True towards the first.
    :param version: of the order that the caller saw; None where they do not say.
    :raises StaleError: where somebody changed the order since *version*.
    """
    demand_permission(MANAGE)
    with writing() as session:
        order = in_order(session, CloseReason)
        reason = _found(session, CloseReason, reason_id)
        demand_order(order, version)
        places = change_places(order, reason, later=not up)
        if places is not None:
            audit(session, "reason", reason_id, reason.name, "changed", {"position": places})


def delete_reason(reason_id: int) -> None:
    """Delete a reason that no deal was ever lost for.

    :raises ConflictError: where one was: such a reason can only be offered no longer.
    """
    demand_permission(MANAGE)
    with writing() as session:
        reason = _own_reason(session, reason_id)
        told = session.scalar(sa.select(sa.exists().where(DealMove.reason_id == reason_id)))
        if told or _number(session, Deal.reason_id == reason_id):
            message = _(
                "Deals were lost for “%(name)s”: stop offering it instead.", name=reason.name
            )
            raise ConflictError(message)
        audit(session, "reason", reason_id, reason.name, "deleted", {})
        session.delete(reason)


def _own_reason(session: Session, reason_id: int) -> CloseReason:
    reason: CloseReason = _found(session, CloseReason, reason_id)
    if reason.system is not None:
        raise ConflictError(_("Imports need the reason “%(name)s” as it is.", name=reason.name))
    return reason


def _judged_stage(values: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"name": named(values.get("name"))}
    wanted |= {name: values.get(name) for name in _STAGE_COLUMNS}
    wanted["required"] = needs.judged(wanted["required"])
    wrong: dict[str, Text] = {}
    if not _between(wanted["percent"], 0, 100):
        wrong["percent"] = _("A percentage is a whole number from 0 to 100.")
    if wanted["planned_days"] is not None and not _between(wanted["planned_days"], 0, MOST_DAYS):
        wrong["planned_days"] = _("Give whole days up to %(most)s, or none.", most=MOST_DAYS)
    if wrong:
        raise InvalidError(_("The stage cannot be like this."), wrong)
    return wanted


def _between(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and least <= value <= most


def _free_name(session: Session, model: Ordered, name: str) -> str:
    if session.scalar(sa.select(sa.exists().where(model.name == name))):
        message = _("“%(name)s” is there already.", name=name)
        raise InvalidError(message, {"name": message})
    return name


def _behind_last(session: Session, model: Ordered) -> int:
    last = session.scalar(sa.select(sa.func.max(model.position)))
    return 0 if last is None else last + 1


def _found(session: Session, model: type[Any], id_: int) -> Any:
    row = session.get(model, id_, with_for_update=True)
    if row is None or (isinstance(row, Stage) and row.pipeline_id is None):
        raise MissingError(_("It is no longer there: somebody may have deleted it."))
    return row


def _number(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count(Deal.id)).where(condition)) or 0


def _keep(session: Session, record: Pipeline | Stage, action: str, changes: Changes) -> None:
    kind = "stage" if isinstance(record, Stage) else "pipeline"
    pipeline_id = record.id if isinstance(record, Pipeline) else cast("int", record.pipeline_id)
    audit(session, kind, record.id, record.name, action, changes)
    announce(session, "core.pipeline.changed", "pipeline", pipeline_id, {"what": kind})
