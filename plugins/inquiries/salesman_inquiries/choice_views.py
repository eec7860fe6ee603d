"""The administrator's page of the channels and results of inquiries."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

from markupsafe import Markup
from werkzeug.wrappers import Response

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
from salesman_inquiries import choosing, defaults
from salesman_inquiries.choices_service import CHANNELS, FLAGS, RESULTS
from salesman_inquiries.permissions import MANAGE
from salesman_inquiries.texts import texts
from salesman_inquiries.views import Page, blueprint

_ = texts.lazy

LISTS: Final = {"channels": CHANNELS, "results": RESULTS}
"""The lists by the word in their address."""


@blueprint.get("/choices")
@requires(MANAGE)
def choices() -> Markup:
    """Show the channels and results."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
    session = reading()
    rows = {"channels": choosing.channels(session), "results": choosing.results(session)}
    return render(
        "inquiries/choices.html",
        lists=rows,
        orders={word: order_version(one.id for one in some) for word, some in rows.items()},
        flags={word: FLAGS[one.model] for word, one in LISTS.items()},
        refused=refused,
        nothing=FormState(),
        new=NEW_ROW,
    )


PAGE: Final = CompanyListPage("inquiries.choices", _page)


@blueprint.post("/choices/usual")
@requires(MANAGE)
def make_usual_choices() -> Response:
    """Make the usual channels and results, each where there are none."""
    defaults.make_choices(company().language)
    return PAGE.back()


@blueprint.post("/choices/<word>")
@requires(MANAGE)
def add_choice(word: str) -> Page:
    """Add the channel or result that was typed."""
    return PAGE.add(_list(word), (word, NEW_ROW))


@blueprint.post("/choices/<word>/<int:choice_id>")
@requires(MANAGE)
def change_choice(word: str, choice_id: int) -> Page:
    """Change a channel or result to what was typed."""
    return PAGE.change(_list(word), choice_id, (word, choice_id))


@blueprint.post("/choices/<word>/<int:choice_id>/move")
@requires(MANAGE)
def move_choice(word: str, choice_id: int) -> Response:
    """Let a channel or result change places with its neighbour."""
    return PAGE.move(_list(word), choice_id)


def _list(word: str) -> CompanyList:
    """Give a list by the word in its address.

    :raises MissingError: for a word that is none.
    """
    if word not in LISTS:
        raise MissingError(_("There is no such list."))
    return LISTS[word]
