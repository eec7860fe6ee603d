"""Sellers: what each of them sold, and what they have in work. Calls are no figure of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.deals import (
    NOBODY,
    closed_within,
    counted_deals,
    deals_address,
    known_worth,
    margin_columns,
    margin_of,
    of_owner,
    period_filters,
    working,
    working_worth,
)
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    SEE_MARGIN,
    Deal,
    Stage,
    Worth,
    in_work,
    people_names,
    reading,
    worth_columns,
    worth_of,
)

_ = texts.lazy

_NOTHING: Final = Worth()

Values = Mapping[str, Any]


def sellers(asked: Values) -> Iterable[Values]:
    """Count what each owner of deals won in the period and has in work now: two statements."""
    turnover, margin = _won_by_owner(asked)
    working = _working_by_owner(asked)
    names = people_names()
    rows: list[dict[str, Any]] = [
        {
            "seller": names.get(owner_id, str(_("Nobody"))),
            "key": owner_id,
            "turnover": turnover.get(owner_id, _NOTHING).amount,
            "margin": margin.get(owner_id, Decimal(0)),
            "won": turnover.get(owner_id, _NOTHING).count,
            "in_work": working.get(owner_id, _NOTHING).count,
            "amount": working.get(owner_id, _NOTHING).amount,
            "forecast": working.get(owner_id, _NOTHING).weighted,
            "won_lacking": turnover.get(owner_id, _NOTHING).lacking,
            "lacking": working.get(owner_id, _NOTHING).lacking,
        }
        for owner_id in {**turnover, **working}
    ]
    total = {
        "line": "total",
        **{name: sum(one[name] for one in rows) for name in ("won_lacking", "lacking")},
    }
    return [*sorted(rows, key=lambda one: (-one["turnover"], -one["amount"], one["seller"])), total]


def _won_by_owner(asked: Values) -> tuple[Mapping[int, Worth], Mapping[int, Decimal]]:
    counted: Any = sa.select(Deal.owner_id, *worth_columns(), *margin_columns())
    won = [*counted_deals(asked), *closed_within(asked), Deal.outcome == "won"]
    rows = reading().execute(counted.where(*won).group_by(Deal.owner_id)).all()
    keyed = [(row.owner_id or NOBODY, row) for row in rows]
    return {key: worth_of(row) for key, row in keyed}, {key: margin_of(row) for key, row in keyed}


def _working_by_owner(asked: Values) -> Mapping[int, Worth]:
    counted: Any = sa.select(Deal.owner_id, Stage.percent, *worth_columns())
    rows = reading().execute(
        counted.join(Stage, Stage.id == Deal.stage_id)
        .where(*counted_deals(asked), in_work())
        .group_by(Deal.owner_id, Stage.percent)
    )
    found: dict[int, Worth] = {}
    for row in rows:
        owner_id = row.owner_id or NOBODY
        found[owner_id] = found.get(owner_id, _NOTHING) + worth_of(row, row.percent)
    return found


def _won(asked: Values, row: Values, **worth: str) -> str:
    return deals_address(asked, state="won", **period_filters(asked), **of_owner(row), **worth)


def _won_worth(asked: Values, row: Values) -> str:
    return _won(asked, row, **known_worth(row["won_lacking"]))


REPORTS: Final[Sequence[Values]] = (
    {
        "id": "analytics.sellers",
        "title": _("Sellers"),
        "question": _("Who sold how much, at which margin, and who has what in work?"),
        "group": "people",
        "permission": "core.deal.view",
        "filters": ("period", "owner_id", "team_id", "pipeline_id", "source"),
        "period": "this_month",
        "count": sellers,
        "columns": (
            {"name": "seller", "title": _("Seller"), "kind": "text"},
            {
                "name": "turnover",
                "title": _("Turnover"),
                "kind": "money",
                "address": _won_worth,
                "method": _(
                    "The amounts of the deals that were closed as won in the period, each at the"
                    " rate that it keeps. One without a rate is not in it."
                ),
            },
            {
                "name": "margin",
                "title": _("Margin"),
                "kind": "money",
                "address": _won_worth,
                "permission": SEE_MARGIN,
                "method": _("The turnover less the costs that stand in these deals."),
            },
            {
                "name": "won",
                "title": _("Deals won"),
                "kind": "number",
                "address": _won,
                "method": _(
                    "Deals that were closed as won in the period. One that was reopened does not"
                    " count."
                ),
            },
            {
                "name": "in_work",
                "title": _("In work"),
                "kind": "number",
                "compared": False,
                "address": working,
                "method": _("Deals that are open now, whatever the period; frozen ones left out."),
            },
            {
                "name": "amount",
                "title": _("Amount in work"),
                "kind": "money",
                "compared": False,
                "address": working_worth,
                "method": _("What stands in the deals in work, each at the rate that it keeps."),
            },
            {
                "name": "forecast",
                "title": _("Forecast"),
                "kind": "money",
                "compared": False,
                "address": working_worth,
                "method": _("The deals in work, each amount times the progress of its stage."),
            },
        ),
        "chart": {"kind": "bars", "columns": ("turnover", "margin")},
        "order": 10,
        "opens_for": {"everything": 30, "head": 20},
    },
)
