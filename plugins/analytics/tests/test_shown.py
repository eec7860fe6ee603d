"""How figures of a report are shown: beside the period before, in the order of the chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from salesman_analytics import files, shown
from salesman_analytics.asked import Asked
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import DeclaredReport

from salesman_core.testing.people import Make

MARCH = Asked("last_month", date(2026, 3, 1), date(2026, 3, 31), currency="RUB")


def rows(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    if asked["since"] == date(2026, 3, 1):
        return [
            {"name": "Anna", "sum": Decimal(150), "share": Decimal("37.5"), "days": 4},
            {"name": "Boris", "sum": Decimal(0), "share": None, "days": None},
            {"line": "total", "share": Decimal(40)},
        ]
    return [{"name": "Anna", "sum": Decimal(50), "share": Decimal(40), "days": 4}]


@pytest.fixture
def found(app: Flask, make: Make) -> Counted:
    """A report of two rows, one of which there was before."""
    report = DeclaredReport.told(
        "sample",
        {
            "id": "sample.sums",
            "title": "Sums",
            "question": "How much?",
            "group": "money",
            "permission": "core.deal.view",
            "count": rows,
            "columns": (
                {"name": "name", "title": "Name", "kind": "text"},
                {"name": "sum", "title": "Sum", "kind": "money"},
                {"name": "share", "title": "Share", "kind": "percent"},
                {"name": "days", "title": "Days", "kind": "days", "compared": False},
            ),
            "chart": {"kind": "lines", "columns": ("days", "sum")},
        },
    )
    with make.acting(make.user("head")):
        return counted(report, MARCH)


def test_figures_stand_beside_what_they_were(found: Counted) -> None:
    anna, boris, total = shown.lines(found)
    assert [one.difference for one in anna.figures] == ["+₽100", "−2.5 pp", ""]
    assert [one.before for one in anna.figures] == ["₽50", "40.0%", ""]
    assert [one.is_nothing for one in boris.figures] == [True, True, True]
    assert [one.difference for one in boris.figures] == ["", "", ""]
    assert (total.name.text, total.figures[0].text, total.figures[1].text) == (
        "In all",
        "₽150",
        "40.0%",
    )


def test_tiles_say_what_all_come_to(found: Counted) -> None:
    assert [(one.column.name, one.difference) for one in shown.tiles(found)] == [
        ("sum", "+₽100"),
        ("share", ""),
    ]


def test_chart_draws_the_columns_in_the_order_in_which_it_names_them(found: Counted) -> None:
    drawn = shown.chart(found)
    assert drawn is not None
    assert drawn["names"] == ["Anna", "Boris"]
    assert [(one["name"], one["values"]) for one in drawn["series"]] == [
        ("Days", [4, None]),
        ("Sum", [150.0, 0.0]),
    ]


def test_report_without_a_period_before_compares_nothing(found: Counted, make: Make) -> None:
    with make.acting(make.user("head")):
        open_end = counted(found.report, replace(MARCH, until=None))
        alone = counted(replace(found.report, compared=False), MARCH)
    for one in (open_end, alone):
        assert one.compared_with is None
        assert all(not figure.difference for figure in shown.lines(one)[0].figures)


def test_shares_have_no_more_digits_in_files_than_anybody_needs(found: Counted, make: Make) -> None:
    def thirds(_asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        shares = {"Anna": Decimal(100) / 3, "Boris": 200 / 3, "Clara": None}
        return [{"name": name, "share": share} for name, share in shares.items()]

    with make.acting(make.user("head")):
        told = counted(replace(found.report, count=thirds), MARCH)
        lines = (
            files.content_of("csv", *files.table_of_counted(told)).decode("utf-8-sig").splitlines()
        )
    assert lines == ["Name,Share", "Anna,33.33", "Boris,66.67", "Clara,"]


def test_filter_offers_what_is_asked_for_though_nobody_sees_it_any_more(
    app: Flask, make: Make
) -> None:
    make.client(source="site")
    asked = Asked(source="fair", currency="EUR")
    with make.acting(make.user("head")):
        offered = shown.options(("source", "currency"), asked)
    assert offered["source"] == [("fair", "fair"), ("site", "site")]
    assert offered["currency"] == [("EUR", "EUR"), ("RUB", "RUB")]
