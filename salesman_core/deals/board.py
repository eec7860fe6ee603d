"""The board: the open deals of a pipeline, a column for each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import request
from markupsafe import Markup

from salesman_core.access.colleagues import colleagues
from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.access.routes import requires
from salesman_core.db import reading
from salesman_core.deals import queries, standing
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.answers import asked_number, flat, unread
from salesman_core.deals.figures import chosen_currency, currencies_of, first_pipeline
from salesman_core.deals.models import Deal
from salesman_core.deals.views import blueprint
from salesman_core.deals.worth import any_foreign, worth_by_stage
from salesman_core.errors import InvalidError
from salesman_core.services.company import company
from salesman_core.web.forms import whole_number
from salesman_core.web.templating import render
from salesman_hookspecs import Text

ME: Final = "me"
_MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """What the board shows, as its address says.

    :param owner: a user's id, ``me``, or an empty string for all owners.
    :param currency: whose sums the heads of the columns show; empty for the usual one.
    """

    pipeline_id: int
    owner: str = ""
    currency: str = ""

    def args(self) -> dict[str, Any]:
        """Give the filter as an address holds it."""
        return flat(
            {"pipeline_id": self.pipeline_id, "owner_id": self.owner, "currency": self.currency}
        )

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Give the filter as SQL, without the pipeline."""
        if not self.owner:
            return []
        owner_id = current_person().id if self.owner == ME else int(self.owner)
        return [Deal.owner_id == owner_id]


def asked() -> Filter:
    """Read the filter from the address.

    :raises InvalidError: for a pipeline or owner that is no number.
    """
    pipeline_id = asked_number("pipeline_id") or first_pipeline(reading())
    owner = request.args.get("owner_id", "")
    if owner != ME:
        owner = str(asked_number("owner_id") or "")
    return Filter(pipeline_id, owner, request.args.get("currency", "").upper()[:3])


@blueprint.get("/board")
@requires("core.deal.view")
def board() -> Markup:
    """Show the board; of a filter that cannot be read it says so, and shows no deals."""
    unreadable: list[Text] = []
    try:
        wanted = asked()
    except InvalidError as error:
        wanted, unreadable = Filter(first_pipeline(reading())), unread(error)
    return render(
        "core/deals/board.html",
        unreadable=unreadable,
        pipelines=queries.pipelines(reading()),
        colleagues=colleagues(),
        **_drawn(wanted),
    )


@blueprint.get("/board/changed")
@requires("core.deal.view")
def board_changed() -> Markup:
    """Give the columns that some changed deals left or came to.

    The address names the deals (``deal``) and the columns that they stood in (``shown``), each as
    often as needed, beside the board's filter.
    """
    wanted = asked()
    drawn = _drawn(wanted)
    stale = set(request.args.getlist("shown", type=whole_number))
    stale |= _stages_now(request.args.getlist("deal", type=whole_number))
    columns = [one for one in drawn["columns"] if one.figures.stage_id in stale]
    return render("core/deals/board/columns.html", **drawn | {"columns": columns})


def _drawn(wanted: Filter) -> dict[str, Any]:
    session = reading()
    conditions = wanted.conditions()
    base = [visible("deal"), Deal.pipeline_id == wanted.pipeline_id, Deal.outcome.is_(None)]
    currencies = currencies_of(session, [*base, *conditions])
    currency = wanted.currency or chosen_currency(currencies)
    return {
        "wanted": wanted,
        "currency": currency,
        "currencies": currencies,
        "columns": queries.board(session, wanted.pipeline_id, currency, conditions),
        "worth": worth_by_stage(session, [*base, *conditions]) if any_foreign(currencies) else {},
        "own": company().currency,
        "amount_title": AMOUNT,
        "editable": _reached(base, "core.deal.edit"),
        "freezable": _reached(base, "core.deal.freeze"),
        "standing": standing,
    }


def _reached(conditions: Sequence[sa.ColumnElement[bool]], permission: str) -> frozenset[int]:
    """Give the deals of the board with which the person may do this: move them, freeze them."""
    reached = sa.select(Deal.id).where(*conditions, visible("deal", permission))
    return frozenset(reading().scalars(reached))


def _stages_now(deal_ids: Sequence[int]) -> set[int]:
    stages = sa.select(Deal.stage_id).where(
        Deal.id.in_(deal_ids[:_MOST_AT_ONCE]), visible("deal"), Deal.outcome.is_(None)
    )
    return set(reading().scalars(stages))
