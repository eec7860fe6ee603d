"""Specifications of others, read into the lines of a deal, and lines written into files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from salesman_catalogue.lines import queries
from salesman_catalogue.lines.service import replace_lines
from werkzeug.datastructures import MultiDict

from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]
Sell = Callable[..., int]


CELL = re.compile(
    r'<input[^>]* name="(id|product_id|name|unit|quantity|price|discount|cost)" value="([^"]*)"'
    r'|<select[^>]* name="(level_id|vat)"'
    r'|<option value="([^"]*)" selected>'
)


def token_of(page: str) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]


def form_of(page: str) -> MultiDict[str, Any]:
    """Give what a browser would send of the form of lines."""
    body = page[page.index("data-lines") : page.index("</tbody>", page.index("data-lines"))]
    form: MultiDict[str, Any] = MultiDict({"csrf_token": token_of(page)})
    form["version"] = re.findall(r'name="version" value="(\d+)"', page)[0]
    for row in body.split("<tr data-line>")[1:]:
        cells = {"level_id": "", "vat": ""}
        chosen = ""
        for name, value, select, option in CELL.findall(row):
            if name:
                cells[name] = value.replace("&#34;", '"')
            elif select:
                chosen = select
            else:
                cells[chosen] = option
        for name, value in cells.items():
            form.add(name, value)
    return form


@pytest.mark.parametrize("name", ["speca.csv", "speca.xlsx"])
def test_specification_becomes_the_lines_of_a_deal(
    real_files: Path, browser_for: BrowserFor, make: Make, name: str
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    sent = {
        "csrf_token": token_of(browser.get(path).text),
        "file": (io.BytesIO((real_files / name).read_bytes()), name),
        "vat": "inside",
    }

    shown = browser.post(f"{path}/file", data=sent)

    assert shown.status_code == HTTPStatus.OK
    assert "and so do these lines" in shown.text
    assert queries.lines_of(reading(), deal) == []
    saved = browser.post(path, data=form_of(shown.text))
    assert saved.status_code == HTTPStatus.FOUND
    lines = queries.lines_of(reading(), deal)
    total = queries.sums_of_rows(lines)
    assert (len(lines), total.amount, total.cost) == (6, Decimal("359790.00"), Decimal("311828.40"))
    assert {one.vat_percent for one in lines} == {Decimal(18)}
    assert lines[0].unit == "шт."


def test_what_cannot_be_read_is_told_by_row_and_cell(browser_for: BrowserFor, make: Make) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    file = "Product;Quantity;Price;VAT\nRack;many;100;20\nTape;2;5;none\nTotal;;;\n"
    sent = {
        "csrf_token": token_of(browser.get(path).text),
        "file": (io.BytesIO(file.encode()), "lines.csv"),
    }

    shown = browser.post(f"{path}/file", data=sent).text

    assert "Row 2" in shown
    assert "many" in shown
    assert browser.post(path, data=form_of(shown)).status_code == 422
    assert queries.lines_of(reading(), deal) == []


def test_percentages_of_a_sheet_are_read_as_they_are_shown_there(
    browser_for: BrowserFor, make: Make
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet, percent = book.add_worksheet(), book.add_format({"num_format": "0%"})
        sheet.write_row(0, 0, ["Product", "Quantity", "Price", "VAT", "Discount"])
        sheet.write_row(1, 0, ["Rack", 1, 120])
        sheet.write_row(1, 3, [0.2, 0.1], percent)
    file.seek(0)

    sent = {"csrf_token": token_of(browser.get(path).text), "file": (file, "lines.xlsx")}
    shown = browser.post(f"{path}/file", data=sent).text

    assert form_of(shown)["vat"] == "20.00:inside"
    assert "read as 0.10%. A sheet keeps 10.00%" in shown


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "nothing in it"), (b"a;b\n1;2\n", "No column fills"), (b"%PDF-1.7", "no spreadsheet")],
)
def test_file_that_is_no_specification_is_refused_with_a_word_why(
    browser_for: BrowserFor, make: Make, content: bytes, told: str
) -> None:
    deal, browser = make.deal(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    sent = {
        "csrf_token": token_of(browser.get(path).text),
        "file": (io.BytesIO(content), "lines.csv"),
    }

    answer = browser.post(f"{path}/file", data=sent)

    assert answer.status_code == 422
    assert told in answer.text


def test_product_of_an_article_is_found(browser_for: BrowserFor, make: Make, sell: Sell) -> None:
    deal, rack, browser = make.deal(), sell(), browser_for("head")
    path = f"/catalogue/deals/{deal}/lines"
    file = "Article;Product;Quantity\nR-1;Our rack;2\n"
    sent = {
        "csrf_token": token_of(browser.get(path).text),
        "file": (io.BytesIO(file.encode()), "lines.csv"),
    }

    browser.post(path, data=form_of(browser.post(f"{path}/file", data=sent).text))

    (line,) = queries.lines_of(reading(), deal)
    assert (line.product_id, line.name, line.price) == (rack, "Our rack", Decimal(100))


def test_lines_are_written_into_a_file_that_is_read_as_the_same_again(
    browser_for: BrowserFor, make: Make
) -> None:
    deal, other, browser = make.deal(), make.deal(), browser_for("head")
    line = {"name": "=Rack", "unit": "pc", "vat_percent": Decimal(20), "cost": Decimal(60)}
    line |= {"quantity": Decimal("2.5"), "price": Decimal("99.90")}
    replace_lines(deal, [{**line, "discount_percent": Decimal("7.5")}])
    path = f"/catalogue/deals/{other}/lines"

    answer = browser.get(f"/catalogue/deals/{deal}/lines/file/csv")
    sent = {
        "csrf_token": token_of(browser.get(path).text),
        "file": (io.BytesIO(answer.data), "lines.csv"),
    }
    browser.post(path, data=form_of(browser.post(f"{path}/file", data=sent).text))

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 2
    columns = ("name", "unit", "quantity", "price", "discount_percent", "amount", "cost_amount")
    both = [queries.lines_of(reading(), one)[0] for one in (deal, other)]
    assert [getattr(both[0], name) for name in columns] == [
        getattr(both[1], name) for name in columns
    ]


def test_costs_stand_in_no_file_of_whoever_may_not_see_them(
    browser_for: BrowserFor, make: Make
) -> None:
    deal = make.deal()
    line = {"name": "Rack", "quantity": Decimal(1), "price": Decimal(99), "cost": Decimal("61.07")}
    replace_lines(deal, [line])

    answer = browser_for("marketer").get(f"/catalogue/deals/{deal}/lines/file/csv")

    assert "Rack" in answer.text
    assert "61.07" not in answer.text
