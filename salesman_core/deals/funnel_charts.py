"""What ``chart.js`` draws of the funnel: bars, each of which opens the deals that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.figures import Funnel
from salesman_core.deals.flow import StageFlow
from salesman_core.deals.funnel_filter import Asked
from salesman_core.deals.open_figures import StageFigures
from salesman_core.i18n import texts
from salesman_core.web import formats
from salesman_hookspecs import Text

_ = texts.lazy


def standing_chart(asked: Asked, counted: Funnel) -> dict[str, Any]:
    """Give the open deals by stage.

    Where no open deal has an amount, how many there are still tells the funnel's form.
    """
    currency, stages = counted.currency, counted.stages
    with_amounts = any(stage.amount for stage in stages)
    label = (
        _("Open deals by stage, %(currency)s", currency=currency)
        if with_amounts
        else _("Open deals by stage")
    )
    links = [asked.in_work(currency, stage_id=stage.stage_id) for stage in stages]
    return {
        "label": str(label),
        "names": _names(stages),
        "series": (
            _amounts(stages, currency, links)
            if with_amounts
            else [_counts(_("Deals"), [stage.count for stage in stages], links)]
        ),
    }


def _amounts(
    stages: Sequence[StageFigures], currency: str, links: Sequence[str]
) -> list[dict[str, Any]]:
    columns = {
        str(AMOUNT): [stage.amount for stage in stages],
        str(_("Forecast")): [stage.weighted for stage in stages],
    }
    return [
        {
            "name": name,
            "values": [float(amount) for amount in amounts],
            "texts": [formats.money(amount, currency, whole=True) for amount in amounts],
            "links": links,
        }
        for name, amounts in columns.items()
    ]


def flow_chart(asked: Asked, counted: Funnel) -> dict[str, Any]:
    """Give what entered each stage, left it forward and was lost there."""
    currency, stages = counted.currency, counted.flow
    ids = [stage.stage_id for stage in stages]
    return {
        "label": str(_("What happened at the stages")),
        "names": _names(stages),
        "series": [
            _counts(
                _("Entered"),
                [stage.entered.count for stage in stages],
                [asked.passed(currency, "entered", id_) for id_ in ids],
            ),
            _counts(
                _("Left forward"),
                [stage.forward.count for stage in stages],
                [asked.passed(currency, "forward", id_) for id_ in ids],
            ),
            _counts(
                _("Lost"),
                [stage.lost.count for stage in stages],
                [asked.lost_at(currency, id_) for id_ in ids],
            ),
        ],
    }


def _names(stages: Sequence[StageFigures] | Sequence[StageFlow]) -> list[str]:
    return [f"{formats.percent(stage.percent)} {stage.name}" for stage in stages]


def _counts(name: Text, counts: Sequence[int], links: Sequence[str]) -> dict[str, Any]:
    """Give a series of numbers of deals.

    :param links: the list of deals behind each of them.
    """
    return {
        "name": str(name),
        "values": counts,
        "texts": [formats.number(count) for count in counts],
        "links": links,
    }
