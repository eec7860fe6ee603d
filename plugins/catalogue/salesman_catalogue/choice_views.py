"""The administrator's page of price levels and VAT rates."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_catalogue import choosing, defaults
from salesman_catalogue.choices_service import LEVELS, RATES
from salesman_catalogue.lines.recounting import differing
from salesman_catalogue.permissions import MANAGE_PRICING
from salesman_catalogue.texts import texts
from salesman_catalogue.views import Page, blueprint
from salesman_core.toolkit import (
    NEW_ROW,
    CompanyList,
    CompanyListPage,
    FormState,
    MissingError,
    company,
    order_version,
    reading,
    render,
    requires,
)

_ = texts.lazy

LISTS: Final = {"levels": LEVELS, "vat-rates": RATES}
"""The lists by the word in their address."""


@blueprint.get("/choices")
@requires(MANAGE_PRICING)
def choices() -> Markup:
    """Show the price levels and VAT rates."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
    session = reading()
    rows = {"levels": choosing.levels(session), "vat-rates": choosing.vat_rates(session)}
    return render(
        "catalogue/choices.html",
        lists=rows,
        orders={word: order_version(one.id for one in some) for word, some in rows.items()},
        refused=refused,
        nothing=FormState(),
        new=NEW_ROW,
        differing=differing(session),
        without=company().vat == "without",
    )


PAGE: Final = CompanyListPage("catalogue.choices", _page)


@blueprint.post("/choices/usual")
@requires(MANAGE_PRICING)
def make_usual_choices() -> Response:
    """Make the usual price levels and VAT rates, each where there are none."""
    defaults.make_choices(company().language)
    return PAGE.back()


@blueprint.post("/choices/<word>")
@requires(MANAGE_PRICING)
def add_choice(word: str) -> Page:
    """Add the level or rate that was typed."""
    return PAGE.add(_list(word), (word, NEW_ROW))


@blueprint.post("/choices/<word>/<int:choice_id>")
@requires(MANAGE_PRICING)
def change_choice(word: str, choice_id: int) -> Page:
    """Change a level or rate to what was typed."""
    return PAGE.change(_list(word), choice_id, (word, choice_id))


@blueprint.post("/choices/<word>/<int:choice_id>/move")
@requires(MANAGE_PRICING)
def move_choice(word: str, choice_id: int) -> Response:
    """Let a level or rate change places with its neighbour."""
    return PAGE.move(_list(word), choice_id)


def _list(word: str) -> CompanyList:
    """Give a list by the word in its address.

    :raises MissingError: for a word that is none.
    """
    if word not in LISTS:
        raise MissingError(_("There is no such list."))
    return LISTS[word]
