"""The list of deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.colleagues import colleagues
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.db import AnyRow, reading
from salesman_core.deals import queries, rates, standing
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.listed import LISTED
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.standing import in_work
from salesman_core.deals.views import blueprint
from salesman_core.deals.worth import Worth, any_foreign, worth_columns, worth_of
from salesman_core.i18n import texts
from salesman_core.records import lists
from salesman_core.records.list_narrowing import Options, narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.records.lists import ListQuery
from salesman_core.services.company import company
from salesman_core.web.formats import all_whole, percent
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

ASKS: Final = (
    "state",
    "owner_id",
    "pipeline_id",
    "stage_id",
    "participant_id",
    "frozen",
    "rate_missing",
    "rate_differs",
    "reason_id",
    "amount",
    "opened_on",
    "expected_on",
    "closed_on",
)


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of all that the filter finds, in one currency.

    :param weighted: the forecast: each amount times its progress, of the deals in work alone.
    """

    currency: str
    count: int
    amount: Decimal
    weighted: Decimal
    cost: Decimal
    margin: Decimal


VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("All"), {}),
    (_("In work"), {"state": "open"}),
    (_("Mine in work"), {"state": "open", "owner_id": "me"}),
    (_("Needs attention"), {"attention": "true"}),
    (_("Frozen"), {"frozen": "true"}),
    (_("Won"), {"state": "won"}),
    (_("Lost"), {"state": "lost"}),
)


@blueprint.get("")
@requires("core.deal.view")
def index() -> Markup:
    """Show the list of deals as the address filters and sorts it."""
    listed = _listed()
    totals = _totals(listed.query)
    return render(
        "core/deals/index.html",
        listed=listed,
        totals=totals,
        worth=_worth(listed.query, totals),
        lacking=_lacking(listed.query),
        amount_title=AMOUNT,
        whole=_whole(listed.rows, totals),
        standing=standing,
        rates=rates,
        own=company().currency,
        board=_board(listed.query),
    )


def _lacking(query: ListQuery) -> str:
    """Give the address of those of the list whose rate is missing."""
    args: dict[str, Any] = {**query.args(), "rate_missing": "true"}
    return url_for("deals.index", **args)


def _board(query: ListQuery) -> str:
    """Give the address of the board with the same filter, as far as it has one."""
    wanted = {one.name: one.text for one in query.filters if one.operator == "eq"}
    args: dict[str, Any] = {
        name: wanted[name] for name in ("pipeline_id", "owner_id") if name in wanted
    }
    return url_for("deals.board", **args)


def _listed() -> ListPage:
    return ListPage.of(
        LISTED,
        views=VIEWS,
        asks=ASKS,
        options=_options,
    )


def _options() -> dict[str, Options]:
    """Give what the dialog of filters offers to choose from."""
    session, people = reading(), colleagues()
    pipelines = queries.pipelines(session)
    return {
        "owner_id": people,
        "participant_id": people,
        "pipeline_id": [(one["id"], one["name"]) for one in pipelines],
        "stage_id": {one["name"]: _stages(one) for one in pipelines},
        "reason_id": [(one.id, one.name) for one in queries.close_reasons(session)],
    }


def _stages(pipeline: Mapping[str, Any]) -> list[tuple[int, str]]:
    return [
        (stage["id"], f"{percent(stage['percent'])} {stage['name']}")
        for stage in pipeline["stages"]
    ]


@blueprint.get("/filter")
@requires("core.deal.view")
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(DEALS, "deals.index")


@blueprint.post("/columns")
@requires("core.deal.view")
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order; none for the usual ones."""
    return _listed().columns_chosen()


def _totals(query: ListQuery) -> list[Total]:
    """Sum by currency; times the progress only here, where no number is too large for that."""
    sums = (
        sa.func.count(Deal.id).label("number"),
        sa.func.sum(sa.type_coerce(Deal.amount, sa.BigInteger)).label("amount"),
        sa.func.sum(sa.type_coerce(queries.MARGIN, sa.BigInteger)).label("margin"),
    )
    by = (Deal.currency, Stage.percent, in_work().label("working"))
    found: dict[str, list[AnyRow]] = {}
    for row in lists.totals(reading(), sums, DEALS, query, visible("deal"), by=by):
        found.setdefault(row.currency, []).append(row)
    totals = [_total(currency, rows) for currency, rows in found.items()]
    return sorted(totals, key=lambda total: -total.count)


def _total(currency: str, rows: Sequence[AnyRow]) -> Total:
    amount, margin = (sum(int(getattr(row, name)) for row in rows) for name in ("amount", "margin"))
    weighted = sum(int(row.amount) * row.percent for row in rows if row.working)
    return Total(
        currency=currency,
        count=sum(row.number for row in rows),
        amount=_hundredths(amount),
        weighted=_hundredths(round(Decimal(weighted) / 100)),
        cost=_hundredths(amount - margin),
        margin=_hundredths(margin),
    )


def _worth(query: ListQuery, totals: Sequence[Total]) -> Worth | None:
    """Give what it is all worth in the company's currency, where some is in another one."""
    if not any_foreign(total.currency for total in totals):
        return None
    by = (Stage.percent, in_work().label("working"))
    rows = lists.totals(reading(), worth_columns(), DEALS, query, visible("deal"), by=by)
    found = (worth_of(row, row.percent if row.working else 0) for row in rows)
    return sum(found, Worth())


def _whole(rows: Sequence[AnyRow], totals: Sequence[Total]) -> dict[str, bool]:
    """Tell which columns of money do without hundredths, their totals included."""
    return {
        name: all_whole(getattr(one, name) for one in (*rows, *totals))
        for name in ("amount", "cost", "margin")
    }


def _hundredths(units: int | Decimal) -> Decimal:
    return Decimal(int(units)).scaleb(-2)
