"""What reports with pages of their own tell outside of these, of the parameters of an address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from salesman_analytics import charts
from salesman_analytics.calibrating.counting import calibration
from salesman_analytics.declared import Values
from salesman_analytics.funnel import passages
from salesman_analytics.losses import losses
from salesman_analytics.past.asking import read_asked
from salesman_analytics.past.charts import by_month
from salesman_analytics.past.counting import past
from salesman_analytics.report import AskedReport
from salesman_core.toolkit import reading

FUNNEL, LOSSES, CALIBRATION = "analytics.funnel", "analytics.losses", "analytics.calibration"


def draw_funnel(args: Values) -> dict[str, Any] | None:
    """Draw how far closed deals came; None where there are none."""
    report = AskedReport(FUNNEL, args)
    if not report.closed.counted:
        return None
    return charts.of_passages(report, passages(reading(), report.query, report.closed))


def draw_losses(args: Values) -> dict[str, Any] | None:
    """Draw where deals were lost; None where none was."""
    report = AskedReport(LOSSES, args)
    if not report.closed.lost.count:
        return None
    return charts.of_losses(report, losses(reading(), report.closed))


def draw_promises(args: Values) -> dict[str, Any] | None:
    """Draw what stages promise beside what came of it; None of no closed deals."""
    report = AskedReport(CALIBRATION, args)
    if not report.closed.counted:
        return None
    found = calibration(reading(), report.query, report.closed)
    return charts.of_promises(report, found.stages)


def draw_day(args: Values) -> dict[str, Any] | None:
    """Draw the forecast as it was at the end of a day; None where no deal was open."""
    asked = read_asked(args)
    found = past(reading(), asked.day, asked.pipeline_id, asked.currency)
    if not found.counted:
        return None
    return by_month(replace(asked, pipeline_id=found.pipeline_id, currency=found.currency), found)
