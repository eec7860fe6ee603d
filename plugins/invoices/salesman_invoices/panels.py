"""What invoices show on the cards of deals and clients."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import (
    ClientCard,
    DealCard,
    RecordCard,
    current_person,
    reading,
    render,
)
from salesman_invoices import forms, offering, queries
from salesman_invoices.models import KIND
from salesman_invoices.payments import queries as payment_queries
from salesman_invoices.permissions import CHANGE_PAYMENTS, CREATE, SEE_PAYMENTS
from salesman_invoices.schedule.queries import planned_steps
from salesman_invoices.views import shown_words

SHOWN: Final = 8


def slot_context(key: str) -> RecordCard:
    """Give the context for a panel that the browser asks for after the page."""
    row = queries.one_invoice(reading(), int(key))
    return RecordCard(KIND, row.id, client_id=row.client_id, deal_id=row.deal_id)


def of_deal(card: DealCard) -> str | None:
    """Give the invoices of a deal, its schedule, and the dialog that makes another invoice."""
    session = reading()
    rows = queries.invoices_of(session, "deal", card.id, SHOWN)
    makes = current_person().may(CREATE) and card.outcome != "lost"
    steps = planned_steps(session, card.id, card.amount)
    if not rows and not makes and not steps and not card.may_edit:
        return None
    to_bill = forms.deal_to_bill(session, card.id) if makes else None
    shown = {} if to_bill is None else forms.choices(session, to_bill)
    return render(
        "invoices/of_deal.html",
        card=card,
        rows=rows,
        totals=queries.totals_of(session, "deal", card.id),
        steps=steps,
        bills=to_bill is not None and to_bill.left > 0,
        billed_up=to_bill is not None and to_bill.left <= 0,
        form=forms.new_form(session, to_bill, _next_step(to_bill)),
        offer=offering.offer_of(session, card.id),
        **shown,
        **shown_words(),
    )


def _next_step(to_bill: forms.ToBill | None) -> int | None:
    """Give the step of the schedule that is billed next, if there is one."""
    return to_bill.steps[0].id if to_bill is not None and to_bill.steps else None


def of_client(card: ClientCard) -> str | None:
    """Give the invoices of a client, what they come to, and what it has paid ahead."""
    session, person = reading(), current_person()
    rows = queries.invoices_of(session, "client", card.id, SHOWN)
    paid = payment_queries.totals_of_client(session, card.id) if person.may(SEE_PAYMENTS) else []
    if not rows and not paid:
        return None
    return render(
        "invoices/of_client.html",
        card=card,
        rows=rows,
        totals=queries.totals_of(session, "client", card.id),
        paid=paid,
        may_pay=person.may(CHANGE_PAYMENTS),
        **shown_words(),
    )
