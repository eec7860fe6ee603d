"""Every read of acts, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, Client, Deal, ListQuery, MissingError, count, visible
from salesman_invoices.acts.lists import ACTS, NAMED, SOURCE
from salesman_invoices.models import ACT, KIND, Act, ActLine, Invoice
from salesman_invoices.texts import texts

_ = texts.lazy

LINE: Final = (
    ActLine.id,
    ActLine.act_id,
    ActLine.invoice_line_id,
    ActLine.article,
    ActLine.name,
    ActLine.unit,
    ActLine.quantity,
    ActLine.price,
    ActLine.discount_percent,
    ActLine.discount_amount,
    ActLine.vat_percent,
    ActLine.vat_on_top,
    ActLine.net,
    ActLine.vat,
    ActLine.amount,
)
"""What a line of an act is: what it cost is the invoice's to tell."""


def acts(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the acts that the person reaches."""
    return sa.select(*columns).select_from(SOURCE).where(visible(ACT))


def one_act(session: Session, act_id: int) -> AnyRow:
    """Give an act, with what its card shows beside it.

    :raises MissingError: where there is none that the person may see.
    """
    columns = (
        *NAMED,
        Act.snapshot,
        sa.and_(Client.id.is_not(None), visible("client")).label("sees_client"),
        sa.and_(Invoice.id.is_not(None), visible(KIND)).label("sees_invoice"),
        sa.exists().where(Deal.id == Act.deal_id, visible("deal")).label("sees_deal"),
    )
    row = session.execute(acts(columns).where(Act.id == act_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such act, or you may not see it."))
    return row


def lines_of(session: Session, act_ids: Sequence[int]) -> Mapping[int, list[AnyRow]]:
    """Give the lines of some acts that were read through access."""
    found: dict[int, list[AnyRow]] = {id_: [] for id_ in act_ids}
    wanted = sa.select(*LINE).where(ActLine.act_id.in_(act_ids))
    for row in session.execute(wanted.order_by(ActLine.position, ActLine.id)):
        found[row.act_id].append(row)
    return found


def count_acts(session: Session, query: ListQuery) -> int:
    """Count the acts of all pages of a list."""
    return count(session, ACTS, query, visible(ACT))


def acts_of(session: Session, column: Any, record_id: int, limit: int) -> Sequence[AnyRow]:
    """Give the acts of an invoice or a deal that the person sees, the newest first.

    :param column: of ``Act`` that refers to it.
    """
    own = acts().where(column == record_id).order_by(Act.id.desc())
    return session.execute(own.limit(limit)).all()
