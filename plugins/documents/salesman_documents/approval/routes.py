"""Routes: who must agree to documents of a type, set up by administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    InvalidError,
    MissingError,
    StaleError,
    User,
    audit,
    bump,
    current_person,
    demand_permission,
    known_roles,
    people_names,
    seen_users,
    writing,
)
from salesman_documents.approval.models import Route, RouteStep
from salesman_documents.models import TYPE, DocumentType
from salesman_documents.permissions import MANAGE_TYPES
from salesman_documents.references import wrong
from salesman_documents.texts import texts

_ = texts.lazy

MOST_STEPS: Final = 20
MOST_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a route: who decides, when their turn comes, in how many days of work.

    :param stage: those of one stage are asked together, the lowest first.
    :param role_id: anybody of this role decides; else the user.
    :param days: None for as long as it takes.
    """

    stage: int
    role_id: int | None
    user_id: int | None
    name: str
    days: int | None


def route_of(session: Session, type_id: int) -> Route | None:
    """Give the route of a type; None where none was set up."""
    return session.get(Route, type_id)


def steps_of(session: Session, type_id: int) -> list[Step]:
    """Give the steps of a type's route, in their order."""
    asked = sa.select(RouteStep).where(RouteStep.type_id == type_id)
    rows = session.scalars(asked.order_by(RouteStep.stage, RouteStep.id))
    return [Step(one.stage, one.role_id, one.user_id, one.name, one.days) for one in rows]


def is_required(session: Session, type_id: int) -> bool:
    """Tell whether only approved versions of a type may be sent and signed."""
    asked = sa.select(Route.required).where(Route.type_id == type_id)
    return bool(session.scalar(asked))


def set_route(type_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Set how documents of a type are approved; what is under way goes on as it began.

    :param values: ``required``, and ``steps``, mappings of ``stage``, ``role_id`` or ``user_id``,
        and ``days``.
    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_TYPES)
    with writing() as session:
        type_ = session.get(DocumentType, type_id, with_for_update=True)
        if type_ is None:
            raise MissingError(_("There is no such type of document."))
        route = session.get(Route, type_id) or Route(type_id=type_id, version=0, steps=[])
        if version not in {None, route.version}:
            raise StaleError(_("Somebody changed it meanwhile. Look at it again."))
        before = _told(route)
        held = [
            Step(one.stage, one.role_id, one.user_id, one.name, one.days) for one in route.steps
        ]
        if "steps" in values:
            steps = judged_steps(session, values["steps"], known=held)
            route.steps = [
                RouteStep(
                    stage=one.stage,
                    role_id=one.role_id,
                    user_id=one.user_id,
                    name=one.name,
                    days=one.days,
                )
                for one in steps
            ]
        if "required" in values:
            route.required = bool(values["required"])
        if route.required and not route.steps:
            raise wrong("steps", _("Say who must agree, or demand no approval."))
        changes = {
            name: (before[name], after)
            for name, after in _told(route).items()
            if before[name] != after
        }
        if changes:
            _keep(session, type_, route, changes)


def _keep(session: Session, type_: DocumentType, route: Route, changes: Changes) -> None:
    route.version += 1
    session.add(route)
    session.flush()
    audit(session, TYPE, type_.id, type_.name, "changed", changes)
    bump(session, "documents")


def _told(route: Route) -> dict[str, Any]:
    steps = (
        f"{one.stage}. {one.name}" + (f" ({one.days})" if one.days else "") for one in route.steps
    )
    return {"required": bool(route.required), "route": "; ".join(steps)}


def judged_steps(
    session: Session, given: Sequence[Mapping[str, Any]], known: Sequence[Step] = ()
) -> list[Step]:
    """Judge the steps of a route, and number their stages from one on without gaps.

    :param known: steps that stand there already, whose people need not be seen by whoever acts.
    :raises InvalidError: for the field ``steps``.
    """
    if len(given) > MOST_STEPS:
        raise wrong("steps", _("At most %(most)s of them fit.", most=MOST_STEPS))
    stages = {stage: n for n, stage in enumerate(sorted({one["stage"] for one in given}), 1)}
    roles = dict(known_roles())
    held = {one.user_id for one in known}
    seen = _seen(session, [one["user_id"] for one in given if one.get("user_id")])
    found, whom = [], set()
    for one in given:
        role_id, user_id = one.get("role_id"), one.get("user_id")
        who = (stages[one["stage"]], role_id, user_id)
        if (role_id is None) == (user_id is None) or who in whom:
            raise _nobody(_("Each step names one person or one role, and each of them once."))
        if role_id is not None and role_id not in roles:
            raise _nobody(_("There is no such role."))
        if user_id is not None and user_id not in seen | held:
            raise _nobody(_("There is no such user."))
        whom.add(who)
        name = roles[role_id] if role_id is not None else people_names()[user_id or 0]
        found.append(Step(who[0], role_id, user_id, name, _days(one.get("days"))))
    return sorted(found, key=lambda one: one.stage)


def _nobody(message: Any) -> InvalidError:
    return wrong("steps", message)


def _seen(session: Session, user_ids: Sequence[int]) -> set[int]:
    if not user_ids:
        return set()
    asked = sa.select(User.id).where(User.id.in_(user_ids), User.active, seen_users())
    return {*session.scalars(asked), *({current_person().id or 0} & {*user_ids})}


def _days(typed: int | None) -> int | None:
    if typed is not None and not 1 <= typed <= MOST_DAYS:
        raise wrong("steps", _("Give 1 to %(most)s days, or none.", most=MOST_DAYS))
    return typed
