"""What is drawn of reports: bars, each of which opens the deals that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesman_analytics.calibrating.counting import Calibrated
from salesman_analytics.closed import Sum
from salesman_analytics.funnel import Passage
from salesman_analytics.losses import Losses
from salesman_analytics.report import ClosedReport
from salesman_analytics.texts import texts
from salesman_core.toolkit import AnyRow, formats
from salesman_hookspecs import Text

_ = texts.lazy


def of_passages(report: ClosedReport, stages: Sequence[Passage]) -> dict[str, Any]:
    """Give how many deals came as far as each stage, and how many were lost there."""
    return {
        "label": str(_("How far closed deals came")),
        "names": [_name(one.stage) for one in stages],
        "series": [
            _series(
                _("Came so far"),
                [one.reached for one in stages],
                [report.reached(one.stage.percent) for one in stages],
            ),
            _series(
                _("Lost here"),
                [one.lost for one in stages],
                [report.deals(state="lost", stage_id=one.stage.id) for one in stages],
            ),
        ],
    }


def of_losses(report: ClosedReport, found: Losses) -> dict[str, Any]:
    """Give how many deals were lost at each stage."""
    return {
        "label": str(_("Where deals were lost")),
        "names": [_name(one) for one in found.stages],
        "series": [
            _series(
                _("Lost"),
                [found.at(one.id) for one in found.stages],
                [report.deals(state="lost", stage_id=one.id) for one in found.stages],
            )
        ],
    }


def of_promises(report: ClosedReport, stages: Sequence[Calibrated]) -> dict[str, Any]:
    """Give the percent of each stage, and the share of its deals that was won."""
    links = [report.reached(one.stage.percent) for one in stages]
    shares = (
        (_("Progress"), [one.stage.percent for one in stages]),
        (_("Won in the end"), [one.all.winning or 0 for one in stages]),
    )
    return {
        "label": str(_("What stages promise, and what came of it")),
        "names": [_name(one.stage) for one in stages],
        "series": [
            {
                "name": str(name),
                "values": [float(value) for value in values],
                "texts": [formats.percent(value) for value in values],
                "links": links,
            }
            for name, values in shares
        ],
    }


def _name(stage: AnyRow) -> str:
    return f"{formats.percent(stage.percent)} {stage.name}"


def _series(name: Text, sums: Sequence[Sum], links: Sequence[str]) -> dict[str, Any]:
    counts = [one.count for one in sums]
    texts_of = [formats.number(count) for count in counts]
    return {"name": str(name), "values": counts, "texts": texts_of, "links": links}
