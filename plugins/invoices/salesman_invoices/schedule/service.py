"""Every change of the schedules of deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    ConflictError,
    Deal,
    InvalidError,
    StaleError,
    announce,
    audit,
    for_change,
    formats,
    now,
    writing,
)
from salesman_hookspecs import Text
from salesman_invoices.models import CANCELLED, Invoice, Schedule, Step
from salesman_invoices.permissions import EDIT_DEAL
from salesman_invoices.schedule.queries import WHOLE, worth_of_steps
from salesman_invoices.texts import texts
from salesman_invoices.words import SCHEDULE

_ = texts.lazy

MOST_STEPS: Final = 36
_SAID: Final = ("title", "percent", "amount", "due_on")


def replace_steps(
    deal_id: int, steps: Sequence[Mapping[str, Any]], version: int | None = None
) -> bool:
    """Let a deal have exactly these steps, in this order; give whether anything changed.

    :param steps: each with a ``title``, with ``percent`` or ``amount``, and with ``due_on`` or
        None; one with an ``id`` is a step that is there.
    :param version: of the schedule that the person saw.
    :raises InvalidError: by step and field, as ``steps.1.percent``.
    :raises ConflictError: where a step would go that has been billed.
    :raises StaleError: where somebody changed the schedule since *version*.
    """
    with writing() as session:
        deal: Deal = for_change(session, "deal", deal_id, EDIT_DEAL)
        schedule = session.get(Schedule, deal_id)
        if version is not None and version != (0 if schedule is None else schedule.version):
            raise StaleError(_("Somebody else has changed the schedule since you read it."))
        held = _held(session, deal_id)
        _demand_right(steps, {one.id for one in held})
        before = _in_words(held, deal)
        said_before = [_said(one) for one in held]
        if said_before == [{name: one.get(name) for name in _SAID} for one in steps]:
            return False
        written = _write(session, deal_id, held, steps)
        _demand_within(deal, written)
        _note(session, deal_id, schedule)
        after = _in_words(written, deal)
        if before != after:
            audit(session, "deal", deal.id, deal.name, "changed", {SCHEDULE: (before, after)})
        announce(session, SCHEDULE + ".changed", "deal", deal.id, {"number": len(written)})
        return True


def _held(session: Session, deal_id: int) -> list[Step]:
    ordered = sa.select(Step).where(Step.deal_id == deal_id).order_by(Step.position, Step.id)
    return list(session.scalars(ordered))


def _said(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in _SAID}


def _demand_right(steps: Sequence[Mapping[str, Any]], known: set[int]) -> None:
    wrong: dict[str, Text] = {}
    seen: set[int | None] = set()
    for place, step in enumerate(steps):
        percent, amount = step.get("percent"), step.get("amount")
        if (percent is None) == (amount is None):
            wrong[f"steps.{place}.percent"] = _("Say a percentage or an amount, one of them.")
        elif (percent or amount or 0) <= 0:
            field = "amount" if percent is None else "percent"
            wrong[f"steps.{place}.{field}"] = _("It must be more than nought.")
        if step.get("id") is not None and step["id"] not in known:
            wrong[f"steps.{place}.id"] = _("The deal has no such step.")
        if step.get("id") is not None and step["id"] in seen:
            wrong[f"steps.{place}.id"] = _("One step stands here twice.")
        seen.add(step.get("id"))
    percents = sum((one["percent"] for one in steps if one.get("percent")), Decimal(0))
    if percents > WHOLE:
        wrong["steps"] = _("The steps come to more than 100 %.")
    if wrong:
        raise InvalidError(_("Some steps are not right."), wrong)


def _demand_within(deal: Deal, steps: Sequence[Step]) -> None:
    whole = sum(worth_of_steps(steps, deal.amount).values(), Decimal(0))
    if whole > deal.amount:
        message = _(
            "The steps come to %(steps)s, the deal to %(deal)s.",
            steps=formats.money(whole, deal.currency),
            deal=formats.money(deal.amount, deal.currency),
        )
        raise InvalidError(message, {"steps": message})


def _write(
    session: Session, deal_id: int, held: Sequence[Step], steps: Sequence[Mapping[str, Any]]
) -> list[Step]:
    by_id = {one.id: one for one in held}
    staying = {one["id"] for one in steps if one.get("id") is not None}
    for id_, step in by_id.items():
        if id_ not in staying:
            _demand_unbilled(session, step)
            session.delete(step)
    written = []
    for position, said in enumerate(steps):
        known = said.get("id")
        step = by_id[known] if known is not None else Step(deal_id=deal_id)
        for name in _SAID:
            setattr(step, name, said.get(name))
        step.title, step.position = str(said.get("title") or "").strip(), position
        session.add(step)
        written.append(step)
    session.flush()
    return written


def _demand_unbilled(session: Session, step: Step) -> None:
    billing = sa.select(Invoice.id).where(
        Invoice.step_id == step.id, Invoice.state != CANCELLED, Invoice.deleted_at.is_(None)
    )
    if session.scalar(sa.select(billing.exists())):
        message = _("“%(title)s” has been billed: cancel its invoice first.", title=step.title)
        raise ConflictError(message)


def _note(session: Session, deal_id: int, schedule: Schedule | None) -> None:
    if schedule is None:
        session.add(Schedule(deal_id=deal_id, version=1, updated_at=now()))
    else:
        schedule.version += 1
        schedule.updated_at = now()
    session.flush()


def _in_words(steps: Sequence[Step], deal: Deal) -> list[str]:
    """Give steps as the history of a deal tells them."""
    return [_step_in_words(one, deal.currency) for one in steps]


def _step_in_words(step: Step, currency: str) -> str:
    share = (
        formats.money(step.amount, currency)
        if step.percent is None
        else f"{formats.number(step.percent)} %"
    )
    day = f", {step.due_on:%Y-%m-%d}" if step.due_on else ""
    return f"{step.title}: {share}{day}"
