"""Every read of the table of rates: its list for the JSON API, and one of them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.db import AnyRow, reading
from salesman_core.deals.rate_table import KIND
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.lists import FieldKind, ListField, ListQuery, ListSpec, select_page
from salesman_core.services.company import company
from salesman_core.services.models import CurrencyRate

_ = texts.lazy

RATES: Final = ListSpec(
    kind=KIND,
    id=CurrencyRate.id,
    fields=(
        ListField("currency", _("Currency"), CurrencyRate.currency, FieldKind.TEXT),
        ListField("day", _("Day"), CurrencyRate.day, FieldKind.DATE),
        ListField("rate", _("Rate"), CurrencyRate.rate, FieldKind.NUMBER),
    ),
    search=CurrencyRate.currency,
    default_sort="-day",
)

COLUMNS: Final = (
    CurrencyRate.id,
    CurrencyRate.currency,
    CurrencyRate.day,
    CurrencyRate.rate,
    CurrencyRate.base.label("company_currency"),
)
NAMES: Final = ("id", "currency", "day", "rate", "company_currency")


def page_of_rates(query: ListQuery) -> tuple[list[dict[str, object]], str | None]:
    """Give a page of the rates to the company's currency, and where the next one begins."""
    own = CurrencyRate.base == company().currency
    page = select_page(reading(), COLUMNS, RATES, query, own)
    return page.dicts(NAMES), page.next_cursor


def one_rate(rate_id: int) -> AnyRow:
    """Give a rate to the company's currency.

    :raises MissingError: where there is none.
    """
    own = CurrencyRate.base == company().currency
    query = sa.select(*COLUMNS).where(CurrencyRate.id == rate_id, own)
    found = reading().execute(query).one_or_none()
    if found is None:
        raise MissingError(_("There is no such rate any more."))
    return found
