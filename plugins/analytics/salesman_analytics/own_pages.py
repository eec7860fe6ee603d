"""What reports with pages of their own tell outside of these, of the parameters of an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from salesman_analytics import charts, files
from salesman_analytics.calibrating.counting import calibration
from salesman_analytics.declared import Values
from salesman_analytics.files import Table
from salesman_analytics.funnel import passages
from salesman_analytics.losses import losses
from salesman_analytics.past.asking import read_asked
from salesman_analytics.past.charts import by_month
from salesman_analytics.past.counting import past
from salesman_analytics.past.files import table_of_deals
from salesman_analytics.past.rows import Narrower
from salesman_analytics.report import AskedReport
from salesman_analytics.texts import texts
from salesman_core.toolkit import InvalidError, reading

_ = texts.lazy

FUNNEL, LOSSES, CALIBRATION = "analytics.funnel", "analytics.losses", "analytics.calibration"
DAY = "analytics.as_of"
"""The ids of the reports, which are the endpoints of their pages, too."""
_OF_A_DAY = frozenset({"day", "pipeline_id", "currency"})


def tell_funnel(args: Mapping[str, str]) -> Values:
    """Tell how far closed deals came."""
    report = AskedReport(FUNNEL, args)

    def table() -> Table:
        stages = passages(reading(), report.query, report.closed)
        return files.table_of_passages(report.closed, stages)

    return {"asked": report.asked, "table": table}


def tell_losses(args: Mapping[str, str]) -> Values:
    """Tell where and why deals were lost."""
    report = AskedReport(LOSSES, args)

    def table() -> Table:
        return files.table_of_losses(report.closed, losses(reading(), report.closed))

    return {"asked": report.asked, "table": table}


def tell_promises(args: Mapping[str, str]) -> Values:
    """Tell what stages promise, and what came of it."""
    report = AskedReport(CALIBRATION, args)

    def table() -> Table:
        return files.table_of_promises(calibration(reading(), report.query, report.closed))

    return {"asked": report.asked, "table": table}


def tell_day(args: Mapping[str, str]) -> Values:
    """Tell the deals that were open at the end of a day, as they stood then."""
    if foreign := sorted(set(args) - _OF_A_DAY):
        message = _("This report does not take %(what)s.", what=", ".join(foreign))
        raise InvalidError(message, dict.fromkeys(foreign, message))
    asked = read_asked(args)

    def table() -> Table:
        found = past(reading(), asked.day, asked.pipeline_id, asked.currency, asked.whose)
        return table_of_deals(found, Narrower())

    return {"asked": asked.parameters, "table": table}


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
    found = past(reading(), asked.day, asked.pipeline_id, asked.currency, asked.whose)
    if not found.counted:
        return None
    return by_month(replace(asked, pipeline_id=found.pipeline_id, currency=found.currency), found)
