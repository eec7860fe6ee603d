"""For how long what is to be paid is overdue, in spans of thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_hookspecs import Text
from salesman_invoices.models import Invoice
from salesman_invoices.standing import IS_OPEN, company_day
from salesman_invoices.texts import texts

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Age:
    """Invoices that have been overdue for some days.

    :param first: how many days at least; None for what is not due yet.
    :param last: how many days at most; None for no end.
    """

    title: Text
    first: int | None
    last: int | None

    def holds(self, today: date) -> sa.ColumnElement[bool]:
        """Give the condition of the invoices that are to be paid and of this age.

        One that has no day on which it is due is never overdue.
        """
        due: Any = Invoice.due_on
        if self.first is None:
            return sa.and_(IS_OPEN, sa.or_(due.is_(None), due >= today))
        late = [due <= today - timedelta(days=self.first)]
        if self.last is not None:
            late.append(due >= today - timedelta(days=self.last))
        return sa.and_(IS_OPEN, *late)


AGES: Final[Mapping[str, Age]] = {
    "not_due": Age(_("Not due yet"), None, None),
    "to_30": Age(_("1–30 days"), 1, 30),
    "to_60": Age(_("31–60 days"), 31, 60),
    "to_90": Age(_("61–90 days"), 61, 90),
    "over_90": Age(_("Over 90 days"), 91, None),
}
"""Together they are all that is to be paid, and no invoice has two of them."""

TITLES: Final = {name: age.title for name, age in AGES.items()}


def of_age(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the filter of the list by how long invoices are overdue."""
    names = value if isinstance(value, tuple) else (value,)
    return sa.or_(*(AGES[name].holds(company_day()) for name in names))
