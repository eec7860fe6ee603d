"""What somebody set last in the grid or by copying, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from salesman_core.toolkit import ConflictError, current_person, demand_permission, now, writing
from salesman_plans.models import LastSaving
from salesman_plans.permissions import EDIT
from salesman_plans.service import Copying, Done, Goal, copied_goals, set_goals
from salesman_plans.texts import texts

_ = texts.lazy


def save(goals: Sequence[Goal]) -> tuple[list[Done], int | None]:
    """Set plans, and keep what stood there; see :func:`salesman_plans.service.set_goals`.

    :returns: what came of them, and the number to take them back by: None where nothing changed.
    """
    with writing() as session:
        done = set_goals(goals)
        changed = [
            (goal, one.before)
            for goal, one in zip(goals, done, strict=True)
            if one.action != "unchanged"
        ]
        person_id = current_person().id
        if not changed or person_id is None:
            return done, None
        kept = session.get(LastSaving, person_id, with_for_update=True)
        if kept is None:
            kept = LastSaving(user_id=person_id, number=0)
            session.add(kept)
        kept.number += 1
        kept.goals = [_told(goal, before) for goal, before in changed]
        kept.made_at = now()
        return done, kept.number


def copy(copying: Copying) -> tuple[list[Done], int | None]:
    """Copy plans, and keep what stood there; see :func:`salesman_plans.service.copy_plans`."""
    with writing() as session:
        return save(copied_goals(session, copying))


def take_back(number: int) -> int:
    """Let plans be again as they were before whoever acts set them last; give how many.

    :param number: which saving is meant, as :func:`save` gave it.
    :raises ConflictError: where that is not the last one any more, or somebody else has set other
        plans there meanwhile.
    """
    demand_permission(EDIT)
    with writing() as session:
        kept = session.get(LastSaving, current_person().id, with_for_update=True)
        if kept is None or kept.number != number:
            raise ConflictError(_("There is nothing to take back: something else was saved since."))
        goals = [_back(one) for one in kept.goals]
        session.delete(kept)
        set_goals(goals)
        return len(goals)


def _told(goal: Goal, before: Decimal | None) -> dict[str, Any]:
    return {
        "subject": goal.subject,
        "month": goal.month.isoformat(),
        "metric": goal.metric,
        "item": goal.item,
        "before": None if before is None else str(before),
        "after": None if goal.value is None else str(goal.value),
    }


def _back(told: dict[str, Any]) -> Goal:
    before, after = (
        None if told[name] is None else Decimal(told[name]) for name in ("before", "after")
    )
    return Goal(
        told["subject"],
        date.fromisoformat(told["month"]),
        told["metric"],
        before,
        seen=after,
        item=told["item"],
    )
