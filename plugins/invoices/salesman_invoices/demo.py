"""The invoices of the demo company: what was billed for its deals, and who has paid."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from salesman_catalogue.toolkit import rounded
from salesman_requisites.toolkit import company_choices

from salesman_core.toolkit import AnyRow, Deal, Stage, company, reading
from salesman_hookspecs import Demo
from salesman_invoices.acts.service import issue_act, make_act
from salesman_invoices.payments.service import enter_payment
from salesman_invoices.schedule.service import replace_steps
from salesman_invoices.service import issue_invoice, make_invoice

WON: Final = 60
"""So many won deals, the last ones, were billed and paid."""
OPEN: Final = 30
"""So many open deals that come to their end are billed at most."""
BILLED_FROM: Final = 60
"""From this progress on deals are billed."""
VAT: Final = Decimal(20)
SHARE: Final = Decimal("0.3")
DUE: Final = timedelta(days=10)


def tell(demo: Demo) -> None:
    """Bill the last won deals and those that are nearly there."""
    if not company_choices(reading()):
        return
    chance = random.Random(f"invoices {demo.seed}")  # noqa: S311  # a story, not a secret
    for deal in _won(demo):
        _bill_and_pay(demo, deal, chance)
    for deal in _nearly_there(demo):
        _bill(demo, deal, chance)


def _deals(demo: Demo) -> sa.Select[*tuple[int, Decimal, date | None]]:
    return (
        sa.select(Deal.id, Deal.amount, Deal.closed_on)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(
            Deal.id.in_(demo.deal_ids[-600:]),
            Deal.amount > 0,
            Deal.client_id.is_not(None),
            Deal.currency == company().currency,
        )
    )


def _won(demo: Demo) -> Sequence[AnyRow]:
    won = _deals(demo).where(Deal.outcome == "won", Deal.closed_on <= demo.today)
    return reading().execute(won.order_by(Deal.closed_on.desc(), Deal.id).limit(WON)).all()


def _nearly_there(demo: Demo) -> Sequence[AnyRow]:
    still = _deals(demo).where(Deal.outcome.is_(None), Stage.percent >= BILLED_FROM)
    return reading().execute(still.order_by(Deal.id.desc()).limit(OPEN)).all()


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def _bill_and_pay(demo: Demo, deal: AnyRow, chance: random.Random) -> None:
    """Bill a won deal and confirm what was done; most clients have paid since."""
    closed = deal.closed_on or demo.today
    head = demo.people["head"]
    with demo.at(_at(closed), head):
        invoice_id = _issued(deal.id, closed)
        issue_act(make_act({"invoice_id": invoice_id, "day": closed}))
    paid_on = closed + timedelta(days=chance.randint(0, 14))
    if paid_on <= demo.today and chance.random() < 0.9:  # noqa: PLR2004  # nine of ten
        with demo.at(_at(paid_on), head):
            enter_payment({"amount": deal.amount, "invoice_id": invoice_id, "day": paid_on})


def _bill(demo: Demo, deal: AnyRow, chance: random.Random) -> None:
    """Plan the payments of an open deal, and bill what is to be paid ahead."""
    billed = demo.today - timedelta(days=chance.randint(1, 25))
    ahead = rounded(deal.amount * SHARE)
    ru = demo.language == "ru"
    steps = [
        {"title": "Предоплата 30 %" if ru else "30 % ahead", "percent": SHARE * 100},
        {"title": "После поставки" if ru else "After delivery", "percent": 100 - SHARE * 100},
    ]
    dues = (billed + DUE, demo.today + timedelta(days=40))
    with demo.at(_at(billed), demo.people["head"]):
        replace_steps(
            deal.id, [{**step, "due_on": due} for step, due in zip(steps, dues, strict=True)]
        )
        invoice_id = _issued(deal.id, billed, share=ahead, purpose=str(steps[0]["title"]))
        if chance.random() < 0.4:  # noqa: PLR2004  # two of five
            enter_payment({"amount": ahead, "invoice_id": invoice_id, "day": billed})


def _issued(deal_id: int, day: date, **values: object) -> int:
    said = {"deal_id": deal_id, "due_on": day + DUE, "vat_percent": VAT}
    invoice_id = make_invoice({**said, **values})
    issue_invoice(invoice_id, day)
    return invoice_id
