"""The funnel as a page: stages, outcomes and reasons, each figure with the way to its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from flask import Blueprint, request
from markupsafe import Markup

from salesman_core.access.colleagues import known_teams
from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.deals import figures, forms, queries
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.answers import unread
from salesman_core.deals.counted import Days
from salesman_core.deals.funnel_charts import flow_chart, standing_chart
from salesman_core.deals.funnel_filter import PERIODS, Asked, read_asked
from salesman_core.deals.models import Deal
from salesman_core.deals.worth import Worth, any_foreign, funnel_worth
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

blueprint = Blueprint("funnel", __name__, url_prefix="/reports/funnel")


@dataclass(frozen=True, slots=True)
class WorthLine:
    """What some of the deals of the report are worth in the company's currency.

    :param url: the list of those whose rate is known: the line counts no others.
    :param lacking_url: the list of the others.
    """

    title: Text
    worth: Worth
    url: str
    lacking_url: str

    @property
    def count(self) -> int:
        """How many deals the amount is made of."""
        return self.worth.count - self.worth.lacking


@blueprint.get("")
@requires("core.report.funnel")
def index() -> Markup:
    """Show the funnel; of a filter that cannot be read it says so, and shows no figures."""
    unreadable: list[Text] = []
    try:
        asked = read_asked(request.args)
    except InvalidError as error:
        asked, unreadable = read_asked({}), unread(error)
    session = reading()
    counted = figures.funnel(
        session,
        asked.pipeline_id,
        currency=asked.currency,
        since=asked.since,
        until=asked.until,
        owner_id=asked.owner_id,
        team_id=asked.team_id,
    )
    return render(
        "core/deals/funnel.html",
        asked=asked,
        unreadable=unreadable,
        funnel=counted,
        worth=list(_worth(asked, counted)),
        own=company().currency,
        chart=standing_chart(asked, counted),
        flow_chart=flow_chart(asked, counted),
        amount_title=AMOUNT,
        periods=PERIODS,
        pipelines=queries.pipelines(session),
        owners=_owners(),
        teams=known_teams(),
        written=forms.written,
    )


def _worth(asked: Asked, counted: figures.Funnel) -> Iterator[WorthLine]:
    """Give what it is all worth in the company's currency, where some is in another one."""
    if not any_foreign(counted.currencies):
        return
    days = Days(asked.since, asked.until)
    found = funnel_worth(reading(), asked.pipeline_id, days, asked.owner_id, asked.team_id)
    yield _worth_line(_("In work"), found.in_work, asked.in_work)
    yield _worth_line(_("Frozen"), found.frozen, asked.frozen)
    yield _worth_line(_("Won"), found.won, partial(asked.closed, state="won"))
    yield _worth_line(_("Lost"), found.lost, partial(asked.closed, state="lost"))


def _worth_line(title: Text, worth: Worth, address: Callable[..., str]) -> WorthLine:
    """Give a line of it.

    :param address: gives that of its list, of all currencies and with further filters.
    """
    known = {"rate_missing": "false"} if worth.lacking else {}
    return WorthLine(title, worth, address(None, **known), address(None, rate_missing="true"))


def _owners() -> list[tuple[int, str]]:
    """Give the owners of the deals that the report may count."""
    owned = sa.select(Deal.owner_id).where(visible("deal"), visible("deal", "core.report.funnel"))
    people = sa.select(User.id, User.name).where(User.id.in_(owned)).order_by(User.search_name)
    return [(row.id, row.name) for row in reading().execute(people)]
