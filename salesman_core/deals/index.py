"""The list of deals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals import card as cards
from salesman_core.deals import forms, queries
from salesman_core.deals.lists import DEALS, MARGIN, STATES
from salesman_core.deals.models import CloseReason, Deal, Stage
from salesman_core.deals.views import blueprint
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.people.colleagues import colleagues
from salesman_core.records import lists
from salesman_core.records.list_page import Column, ListPage
from salesman_core.records.lists import ListQuery
from salesman_core.web.addresses import safe_next
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

_TYPED: Final = ("amount__gte", "amount__lte", "expected_on__gte", "expected_on__lte")


COLUMNS: Final = (
    Column("name", _("Deal"), "name"),
    Column("client", _("Client"), "client_id", usual=False),
    Column("progress", _("Progress"), "stage_id"),
    Column("amount", _("Amount"), "amount", numeric=True),
    Column("weighted", _("Forecast"), numeric=True, usual=False),
    Column("cost", _("Cost"), "cost", numeric=True, usual=False),
    Column("margin", _("Margin"), "margin", numeric=True, usual=False),
    Column("owner", _("Owner"), "owner_id"),
    Column("expected_on", _("Expected on"), "expected_on"),
    Column("days", _("Days in stage"), "stage_since", numeric=True),
    Column("state", _("State"), "outcome", usual=False),
    Column("reason", _("Reason"), usual=False),
    Column("opened_on", _("Opened on"), "opened_on", usual=False),
    Column("closed_on", _("Closed on"), "closed_on", usual=False),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
)

READ: Final = (
    Deal.id,
    Deal.name,
    Deal.client_id,
    Client.name.label("client_name"),
    Deal.stage_id,
    Stage.name.label("stage_name"),
    Stage.percent.label("progress"),
    Stage.planned_days,
    Deal.amount,
    Deal.cost,
    MARGIN.label("margin"),
    Deal.currency,
    Deal.owner_id,
    User.name.label("owner_name"),
    Deal.outcome,
    CloseReason.name.label("reason_name"),
    Deal.opened_on,
    Deal.expected_on,
    Deal.closed_on,
    Deal.stage_since,
    Deal.updated_at,
)


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of all that the filter finds, in one currency.

    :param weighted: the forecast: each amount times its progress.
    """

    currency: str
    count: int
    amount: Decimal
    weighted: Decimal
    margin: Decimal


VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("All"), {}),
    (_("In work"), {"state": "open"}),
    (_("Mine in work"), {"state": "open", "owner_id": "me"}),
    (_("Needs attention"), {"attention": "true"}),
    (_("Won"), {"state": "won"}),
    (_("Lost"), {"state": "lost"}),
)


@blueprint.get("")
@requires("core.deal.view")
def index() -> Markup:
    """Show the list of deals as the address filters and sorts it."""
    listed, session = _listed(), reading()
    pipelines = queries.pipelines(session)
    return render(
        "core/deals/index.html",
        listed=listed,
        totals=_totals(listed.query),
        pipelines=pipelines,
        pipeline_names=[(one["id"], one["name"]) for one in pipelines],
        colleagues=colleagues(),
        reasons=queries.close_reasons(session),
        states=STATES,
        given=request.args,
        days_since=cards.days_since,
        pace_of=cards.pace_of,
        is_overdue=cards.is_overdue,
    )


def _listed() -> ListPage:
    return ListPage(DEALS, "deals.index", READ, columns=COLUMNS, views=VIEWS)


@blueprint.get("/filter")
@requires("core.deal.view")
def narrow() -> Response:
    """Turn what was typed into the filter's form into the address of the list."""
    typed: dict[str, Any] = {name: value for name, value in request.args.items() if value.strip()}
    for name in _TYPED:
        if name in typed:
            typed[name] = _in_address(name, typed[name])
    return redirect(url_for("deals.index", **typed))


def _in_address(name: str, typed: str) -> str:
    field = name.partition("__")[0]
    try:
        return str(forms.READERS[field](typed))
    except ValueError as error:
        raise InvalidError(str(error), {name: str(error)}) from error


@blueprint.post("/columns")
@requires("core.deal.view")
def choose_columns() -> Response:
    """Keep which columns the person wants to see; none of them for the usual ones."""
    _listed().keep_columns(request.form.getlist("column"))
    return redirect(safe_next(request.form.get("next"), url_for("deals.index")))


def _totals(query: ListQuery) -> list[Total]:
    amount = sa.type_coerce(Deal.amount, sa.BigInteger)
    sums = (
        sa.func.count(Deal.id).label("number"),
        sa.func.sum(amount).label("amount"),
        sa.func.sum(amount * Stage.percent).label("weighted"),
        sa.func.sum(sa.type_coerce(MARGIN, sa.BigInteger)).label("margin"),
    )
    rows = lists.totals(reading(), sums, DEALS, query, visible("deal"), by=(Deal.currency,))
    found = [
        Total(
            currency=row.currency,
            count=row.number,
            amount=_hundredths(row.amount),
            weighted=_hundredths(round(Decimal(row.weighted) / 100)),
            margin=_hundredths(row.margin),
        )
        for row in rows
    ]
    return sorted(found, key=lambda total: -total.count)


def _hundredths(units: int | Decimal) -> Decimal:
    return Decimal(int(units)).scaleb(-2)
