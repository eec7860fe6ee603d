"""The list of deals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.routes import requires
from salesman_core.db import AnyRow
from salesman_core.deals import rates, standing
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.board import as_board
from salesman_core.deals.listed import LISTED, weighted
from salesman_core.deals.lists import DEALS
from salesman_core.deals.totals import Total, totals, worth_total
from salesman_core.deals.views import blueprint
from salesman_core.i18n import texts
from salesman_core.records.list_narrowing import narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.services.company import company
from salesman_core.web.addresses import address_of
from salesman_core.web.formats import all_whole
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

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
    summed = totals(listed.query)
    return render(
        "core/deals/index.html",
        listed=listed,
        totals=summed,
        worth=worth_total(listed.query, summed),
        with_filter=_with_filter(listed),
        weighted=weighted,
        amount_title=AMOUNT,
        whole=_whole(listed.rows, summed),
        standing=standing,
        rates=rates,
        own=company().currency,
        board=as_board(listed),
    )


def _with_filter(listed: ListPage) -> Callable[..., str]:
    """Give what makes the address of those of the list that pass a further filter."""

    def address(**further: Any) -> str:
        return address_of("deals.index", {**listed.here, **further})

    return address


def _listed() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS)


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


def _whole(rows: Sequence[AnyRow], summed: Sequence[Total]) -> dict[str, bool]:
    """Tell which columns of money do without hundredths, their totals included."""
    return {
        name: all_whole(getattr(one, name) for one in (*rows, *summed))
        for name in ("amount", "cost", "margin")
    }
