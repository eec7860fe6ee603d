"""Every read of schedules, through the access to their deals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from salesman_catalogue.toolkit import rounded
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, Deal, InvalidError, visible, whole_sum
from salesman_invoices.billing import counted_column, hundredths
from salesman_invoices.models import CANCELLED, Invoice, Schedule, Step
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts

_ = texts.lazy

NOUGHT: Final = Decimal(0)
WHOLE: Final = Decimal(100)
STEP: Final = (Step.id, Step.position, Step.title, Step.percent, Step.amount, Step.due_on)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of a schedule, and how far it is.

    :param worth: what it comes to, in the deal's currency, as amounts of deals are meant.
    :param billed: what the invoices that bill it come to, likewise.
    :param paid: what was paid on them, VAT included.
    :param open: whether it is not wholly paid.
    """

    id: int
    title: str
    percent: Decimal | None
    amount: Decimal | None
    due_on: date | None
    worth: Decimal
    billed: Decimal
    paid: Decimal
    open: bool

    @property
    def left(self) -> Decimal:
        """What of it is still to be billed."""
        return max(self.worth - self.billed, NOUGHT)

    @property
    def overdue(self) -> bool:
        """Whether it is past its day and not wholly paid."""
        return self.open and self.due_on is not None and self.due_on < company_day()


def version_of(session: Session, deal_id: int) -> int:
    """Give the version of a deal's schedule; 0 where it never had one."""
    found = session.scalar(sa.select(Schedule.version).where(Schedule.deal_id == deal_id))
    return int(found or 0)


def steps_of(session: Session, deal_id: int) -> Sequence[AnyRow]:
    """Give the steps of a deal that whoever acts sees, in their order."""
    own = sa.select(*STEP).join(Deal, Deal.id == Step.deal_id)
    return session.execute(
        own.where(Step.deal_id == deal_id, visible("deal")).order_by(Step.position, Step.id)
    ).all()


def step_of(session: Session, deal_id: int, step_id: int) -> AnyRow:
    """Give a step of a deal, with what it comes to as ``worth``.

    :raises InvalidError: at ``step_id``, where the deal has no such step.
    """
    for row in steps_of(session, deal_id):
        if row.id == step_id:
            return row
    message = _("The deal has no such step.")
    raise InvalidError(message, {"step_id": message})


def worth_of_steps(steps: Iterable[Any], amount: Decimal) -> Mapping[int, Decimal]:
    """Give what steps come to, by their ids.

    Percentages are rounded together: those that make a whole come to the whole amount.

    :param steps: all of a deal, in their order.
    :param amount: of the deal.
    """
    found: dict[int, Decimal] = {}
    reached, given = NOUGHT, NOUGHT
    for step in steps:
        if step.percent is None:
            found[step.id] = step.amount
            continue
        reached += step.percent
        so_far = rounded(amount * reached / WHOLE)
        found[step.id], given = so_far - given, so_far
    return found


def planned_steps(session: Session, deal_id: int, amount: Decimal) -> list[PlannedStep]:
    """Give the schedule of a deal with how far each step is, in two statements."""
    steps = steps_of(session, deal_id)
    worth = worth_of_steps(steps, amount)
    done = _billed(session, [one.id for one in steps]) if steps else {}
    return [_planned(one, worth[one.id], done.get(one.id)) for one in steps]


def _billed(session: Session, step_ids: Sequence[int]) -> dict[int, Any]:
    sums = (
        whole_sum(counted_column()).label("counted"),
        whole_sum(Invoice.amount).label("amount"),
        whole_sum(Invoice.paid).label("paid"),
    )
    holding = (Invoice.state != CANCELLED, Invoice.deleted_at.is_(None))
    rows = session.execute(
        sa.select(Invoice.step_id, *sums)
        .where(Invoice.step_id.in_(step_ids), *holding)
        .group_by(Invoice.step_id)
    )
    return {row.step_id: row for row in rows}


def _planned(step: AnyRow, worth: Decimal, done: Any) -> PlannedStep:
    billed = hundredths(done.counted) if done is not None else NOUGHT
    paid = hundredths(done.paid) if done is not None else NOUGHT
    asked = hundredths(done.amount) if done is not None else NOUGHT
    still = billed < worth or paid < asked
    names = ("id", "title", "percent", "amount", "due_on")
    return PlannedStep(
        **{name: getattr(step, name) for name in names},
        worth=worth,
        billed=billed,
        paid=paid,
        open=still,
    )
