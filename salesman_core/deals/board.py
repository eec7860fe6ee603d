"""The board: the open deals of a pipeline, a column for each stage, with the filter of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.deals import queries, standing
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.asking import ASKS_OF_OPEN, options
from salesman_core.deals.badges import badges_of
from salesman_core.deals.columns import columns
from salesman_core.deals.figures import first_pipeline
from salesman_core.deals.lists import DEALS
from salesman_core.deals.models import Deal
from salesman_core.deals.open_figures import chosen_currency, open_deals
from salesman_core.deals.views import blueprint
from salesman_core.deals.worth import any_foreign, worth_by_stage
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records import lists
from salesman_core.records.list_narrowing import narrowed
from salesman_core.records.list_page import ListPage
from salesman_core.services.company import company
from salesman_core.web.addresses import address_of
from salesman_core.web.forms import whole_number
from salesman_core.web.templating import render
from salesman_hookspecs import Text

_ = texts.lazy

_MOST_AT_ONCE: Final = 200

VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("All"), {}),
    (_("Mine"), {"owner_id": "me"}),
    (_("Needs attention"), {"attention": "true"}),
    (_("Frozen"), {"frozen": "true"}),
)


class Board(ListPage):
    """The page of the board: its address is that of the list, read by the same parser.

    Beside the filter it may name the currency of the sums (``sums``). The order of the list stays
    in it, for the way back.
    """

    own: ClassVar[Sequence[str]] = (*ListPage.own, "sums")
    passing: ClassVar[Sequence[str]] = ("deal", "shown")
    default_view = 0  # that of the list may show closed deals

    def __init__(self) -> None:
        super().__init__(DEALS, "deals.board", (), asks=ASKS_OF_OPEN, options=options)
        self._views = [(title, {**self._in_pipeline, **filters}) for title, filters in VIEWS]

    @property
    def _in_pipeline(self) -> dict[str, str]:
        """What of the filter chooses the pipeline alone."""
        chosen = {one.parameter: one.text for one in self.query.filters}
        return {name: chosen[name] for name in ("pipeline_id",) if name in chosen}

    @property
    def clear(self) -> str:
        """The address of the board of the same pipeline without any filter."""
        return self._usual(self._in_pipeline)

    @cached_property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What the board shows, as SQL over deals alone: access and filter, all pipelines."""
        found = lists.conditions(DEALS, self.query)
        if len(sa.select(Deal.id).where(*found).get_final_froms()) > 1:
            found = [Deal.id.in_(lists.narrowed_to((Deal.id,), DEALS, self.query, sa.true()))]
        return [visible("deal"), *found]

    @cached_property
    def pipelines(self) -> list[dict[str, Any]]:
        """The pipelines that the filter leaves to choose from, with their stages."""
        every = queries.pipelines(reading())
        named = [
            one.value if one.operator == "in" else (one.value,)
            for one in self.query.filters
            if one.parameter in {"pipeline_id", "pipeline_id__in"}
        ]
        return [one for one in every if all(one["id"] in values for values in named)]

    @cached_property
    def pipeline_id(self) -> int:
        """The pipeline that is shown: the first in which the filter finds an open deal."""
        ids: list[int] = [one["id"] for one in self.pipelines] or [first_pipeline(reading())]
        if len(ids) == 1 or not (self.query.filters or self.query.q):
            return ids[0]
        held = sa.select(Deal.pipeline_id).where(*self.conditions, Deal.outcome.is_(None))
        found = set(reading().scalars(held.distinct()))
        return next((one for one in ids if one in found), ids[0])

    @property
    def sums(self) -> str:
        """The currency that the address chooses for the sums, or an empty string."""
        return request.args.get("sums", "").upper()[:3]

    def beside(self, name: str) -> dict[str, str]:
        """Give what a form that chooses one parameter leaves as it is."""
        return {other: text for other, text in self.here.items() if other != name}

    @property
    def changes(self) -> str:
        """The address from which the columns come again that have changed."""
        return address_of("deals.board_changed", self.here | {"pipeline_id": self.pipeline_id})

    @property
    def choices_of_pipeline(self) -> list[tuple[int, str]]:
        """The pipelines as one chooses among them."""
        return [(one["id"], one["name"]) for one in self.pipelines]

    def as_list(self, **further: Any) -> str:
        """Give the address of the list of the same deals, or of those that pass further filters."""
        here = self.beside("sums")
        usual = {"state": "open", "pipeline_id": self.pipeline_id}
        return address_of("deals.index", {**usual, **here, **further})


def as_board(listed: ListPage) -> str:
    """Give the address of the board with the filter of a list."""
    args = listed.here
    if args.get("state") == "open":  # as all that it shows
        del args["state"]
    return address_of("deals.board", args)


@blueprint.get("/board")
@requires("core.deal.view")
def board() -> Markup:
    """Show the board; of a filter that cannot be read it says so, and shows no deals."""
    shown = Board()
    return render("core/deals/board.html", board=shown, **_drawn(shown))


@blueprint.get("/board/filter")
@requires("core.deal.view")
def narrow_board() -> Response:
    """Lead from the dialog of filters to the board as it asks for it."""
    return narrowed(DEALS, "deals.board")


@blueprint.get("/board/changed")
@requires("core.deal.view")
def board_changed() -> Markup:
    """Give the columns that some changed deals left or came to.

    The address names the deals (``deal``) and the columns that they stood in (``shown``), each as
    often as needed, beside the board's filter.

    :raises InvalidError: for a filter that cannot be read.
    """
    shown = Board()
    if shown.refused is not None:
        raise InvalidError(shown.refused, shown.unreadable)
    drawn = _drawn(shown)
    stale = set(request.args.getlist("shown", type=whole_number))
    stale |= _stages_now(request.args.getlist("deal", type=whole_number))
    some = [one for one in drawn["columns"] if one.figures.stage_id in stale]
    return render("core/deals/board/columns.html", board=shown, **drawn | {"columns": some})


def _drawn(shown: Board) -> dict[str, Any]:
    if shown.refused is not None:
        return {"columns": [], "choices_of_sums": ()}
    session, seen = reading(), shown.conditions
    found = open_deals(session, shown.pipeline_id, seen)
    currency = shown.sums or chosen_currency(found.currencies)
    among = [*seen, Deal.pipeline_id == shown.pipeline_id]
    drawn = columns(session, found, currency, among)
    return {
        "currency": currency,
        "choices_of_sums": [(code, code) for code in found.currencies],
        "columns": drawn,
        "badges": badges_of([row.id for column in drawn for row in column.cards]),
        "worth": worth_by_stage(session, among) if any_foreign(found.currencies) else {},
        "own": company().currency,
        "amount_title": AMOUNT,
        "standing": standing,
    }


def _stages_now(deal_ids: Sequence[int]) -> set[int]:
    stages = sa.select(Deal.stage_id).where(
        Deal.id.in_(deal_ids[:_MOST_AT_ONCE]), visible("deal"), Deal.outcome.is_(None)
    )
    return set(reading().scalars(stages))
