"""Price lists of others, brought in by the core's import and taken back again."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_catalogue import choosing, queries
from salesman_catalogue.models import Category, Price, Product, VatRate

from salesman_core.records.imports import ColumnMapping
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]


def bring(file: Path, import_id: int | None = None) -> str:
    """Import a file; give the last line of what came of it."""
    kept = note_import("products", file.name) if import_id is None else import_id
    run = import_run(import_type("products"), file, ColumnMapping(), journal=Journal(kept))
    return run.apply().last_line


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Give all rows of the tables that a price list touches."""
    found = {}
    for model in (Product, Price, Category, VatRate):
        rows = reading().execute(sa.select(model.__table__)).all()
        found[model.__tablename__] = sorted(tuple(map(str, row)) for row in rows)
    return found


def written(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / f"{random.random()}.csv"  # a name
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["price.csv", "price.xlsx"])
def test_price_list_comes_in_with_its_levels_once(real_files: Path, app: Flask, name: str) -> None:
    first, second = bring(real_files / name), bring(real_files / name)

    assert first == "created 13, updated 0, unchanged 0, refused 0"
    assert second == "created 0, updated 0, unchanged 13, refused 0"
    laptop = queries.found_products(reading(), "222555")[0]
    prices = queries.hanging(reading(), [laptop.id]).prices[laptop.id]
    assert sorted(prices.values()) == [Decimal(60000), Decimal(65000), Decimal(68000)]
    assert (laptop.cost, laptop.unit) == (Decimal(45000), "шт.")
    assert laptop.category_name == "! Оборудование"


def test_price_list_that_is_taken_back_leaves_all_as_it_was(real_files: Path, app: Flask) -> None:
    before = everything()
    import_id = note_import("products", "price.csv")
    bring(real_files / "price.csv", import_id)
    assert everything() != before

    take_back(import_id)

    assert everything() == before


def test_html_in_cells_is_shown_and_does_nothing(
    real_files: Path, app: Flask, browser_for: BrowserFor
) -> None:
    assert bring(real_files / "modcatalog-import.xls").startswith("created 119, updated 0, ")
    product = queries.found_products(reading(), "1000018")[0]

    page = browser_for("head").get(f"/catalogue/{product.id}").text

    assert "&lt;h1&gt;О программе&lt;/h1&gt;" in page
    assert "<h1>О программе" not in page


def test_real_catalogue_over_a_price_list_changes_nothing_the_second_time(
    real_files: Path, app: Flask
) -> None:
    bring(real_files / "price.xlsx")
    first = bring(real_files / "modcatalog-import.xls")

    assert first == "created 108, updated 11, unchanged 0, refused 0"
    again = bring(real_files / "modcatalog-import.xls")
    assert again == "created 0, updated 0, unchanged 119, refused 0"


def test_name_with_doubled_spaces_is_the_same_the_second_time(app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, "Article;Name", "R-1;Rack,  white")

    assert bring(file) == "created 1, updated 0, unchanged 0, refused 0"
    assert bring(file) == "created 0, updated 0, unchanged 1, refused 0"


def test_row_means_the_product_of_its_article_else_of_its_name(app: Flask, tmp_path: Path) -> None:
    bring(written(tmp_path, "Article;Name;Retail", "R-1;Rack;100", ";Tape;5"))

    told = bring(written(tmp_path, "Article;Name;Retail", "r-1;Rack, white;120", ";TAPE;5"))

    assert told == "created 0, updated 2, unchanged 0, refused 0"
    rows = queries.products_by_article(reading(), ["R-1"])
    assert rows["r-1"].name == "Rack, white"


def test_price_of_nought_takes_no_price_away(app: Flask, tmp_path: Path) -> None:
    bring(written(tmp_path, "Name;Retail;Level 1", "Rack;100;90"))

    assert bring(written(tmp_path, "Name;Retail;Level 1", "Rack;100;0,00")).startswith(
        "created 0, updated 0, unchanged 1"
    )


def test_rate_and_category_that_there_are_not_are_made(app: Flask, tmp_path: Path) -> None:
    bring(written(tmp_path, "Name;Category;VAT", "Rack;Tools / Racks;18 %", "Tape;Tools;no VAT"))

    assert [one.path for one in choosing.tree(reading())] == ["Tools", "Tools / Racks"]
    rack = queries.found_products(reading(), "rack")[0]
    tape = queries.found_products(reading(), "tape")[0]
    assert (rack.vat_percent, tape.vat_percent) == (Decimal(18), None)
    assert tape.vat_name == "Without VAT"


def test_share_that_a_sheet_keeps_is_the_rate_that_it_shows(app: Flask, tmp_path: Path) -> None:
    bring(written(tmp_path, "Name;VAT", "Rack;0,2", "Tape;0", "Saw;0,5 %", "Nail;1"))

    rates = {name: queries.found_products(reading(), name)[0].vat_percent
             for name in ("rack", "tape", "saw", "nail")}  # fmt: skip
    assert rates == {"rack": 20, "tape": 0, "saw": Decimal("0.5"), "nail": 1}


def test_what_is_no_rate_refuses_its_row(app: Flask, tmp_path: Path) -> None:
    told = bring(written(tmp_path, "Name;VAT", "Rack;a lot", "Tape;120", "Saw;20"))

    assert told == "created 1, updated 0, unchanged 0, refused 2"


def test_what_is_no_currency_refuses_its_row_and_is_not_cut(app: Flask, tmp_path: Path) -> None:
    rows = ("Rack;100;usd", "Tape;5;USDT", "Saw;7;руб", "Nail;1;")
    told = bring(written(tmp_path, "Name;Retail;Currency", *rows))

    assert told == "created 2, updated 0, unchanged 0, refused 2"
    held = {name: queries.found_products(reading(), name)[0].currency for name in ("rack", "nail")}
    assert held == {"rack": "USD", "nail": "RUB"}


def test_marketer_brings_in_no_costs_and_makes_no_rates(
    app: Flask, make: Make, tmp_path: Path
) -> None:
    with make.acting(make.user_of("marketer")):
        told = bring(written(tmp_path, "Name;Cost;VAT", "Rack;60;", "Tape;;18", "Saw;;20"))

    assert told == "created 1, updated 0, unchanged 0, refused 2"
