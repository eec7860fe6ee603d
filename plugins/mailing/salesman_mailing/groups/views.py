"""The pages of groups: the list, and a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from salesman_core.toolkit import ListPage, colleagues, reading, render, requires
from salesman_hookspecs import Text
from salesman_mailing.consent.purposes import offered_purposes
from salesman_mailing.groups import queries
from salesman_mailing.groups.lists import LISTED
from salesman_mailing.permissions import VIEW
from salesman_mailing.texts import texts
from salesman_mailing.views import blueprint

_ = texts.lazy

ASKS: Final = ("purpose_id", "owner_id", "follows", "created_at")
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("All"), {}),
    (_("Mine"), {"owner_id": "me"}),
)


def _list() -> ListPage:
    options = lambda: {"owner_id": colleagues(), "purpose_id": offered_purposes(reading())}  # noqa: E731
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=options)


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of groups as the address filters and sorts it."""
    return render("mailing/index.html", listed=_list())


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a group."""
    return render("mailing/card.html", group=queries.one_group(reading(), record_id))
