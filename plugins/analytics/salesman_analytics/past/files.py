"""The deals of a day as a file for spreadsheets."""

from __future__ import annotations

from decimal import Decimal

from werkzeug.wrappers import Response

from salesman_analytics.files import Table, as_file
from salesman_analytics.past.counting import Past
from salesman_analytics.past.rows import IN_A_FILE, Narrower, rows_of
from salesman_analytics.texts import texts
from salesman_core.toolkit import AMOUNT, forecast, reading

_ = texts.lazy


def of_deals(kind: str, past: Past, narrower: Narrower) -> Response:
    """Give the deals of a day.

    :raises MissingError: for a kind of file that there is not.
    """
    return as_file(kind, f"deals-on-{past.day:%Y-%m-%d}", *table_of_deals(past, narrower))


def table_of_deals(past: Past, narrower: Narrower) -> Table:
    """Give a row for each deal, the largest first."""
    headings = (
        _("Number"),
        _("Deal"),
        _("Client"),
        _("Progress in percent"),
        _("Stage"),
        _("Frozen"),
        AMOUNT,
        _("Currency"),
        _("Forecast"),
        _("Expected"),
        _("Owner"),
        _("Stage now"),
        _("Amount now"),
        _("Outcome"),
    )
    stages = {one.id: one for one in past.stages}
    rows = [
        (
            row.id,
            row.name,
            row.client or "",
            stages[row.stage_id].percent,
            stages[row.stage_id].name,
            _("yes") if row.frozen else "",
            row.amount,
            row.currency,
            Decimal(0) if row.frozen else forecast(row.amount, stages[row.stage_id].percent),
            row.expected_on or "",
            past.people.get(row.owner_id, ""),
            row.stage_now,
            row.amount_now,
            {"won": _("Won"), "lost": _("Lost")}.get(row.outcome, ""),
        )
        for row in rows_of(reading(), past, narrower, IN_A_FILE)
    ]
    return headings, rows
