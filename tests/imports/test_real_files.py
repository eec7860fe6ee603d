"""Files that nobody on this project wrote: their headings, their rows and their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salesman_core.clients.imports import CLIENT_FIELDS
from salesman_core.deals.imports import DEAL_FIELDS
from salesman_core.records.imports import (
    ColumnMapping,
    ImportRun,
    UnreadableFileError,
    mapping_of,
    open_sheet,
    read_mapping,
)
from salesman_core.records.imports.cells import text_of
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data"
MAPPINGS = ROOT / "tests/mappings"

pytestmark = [
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("real_files", "application"),
]


def read(
    file: str, fields: Sequence[ImportField], mapping: ColumnMapping | None = None
) -> tuple[list[Any], Any]:
    """Give the rows that the owner of the records would get, and what came of them."""
    rows: list[Any] = []

    def apply(batch: ImportBatch) -> list[ImportOutcome]:
        rows.extend(batch.rows)
        return [ImportOutcome("created") for _row in batch.rows]

    import_type = ImportType("records", "Records", "core.record.create", tuple(fields), apply)
    result = ImportRun(import_type, open_sheet(DATA / file), mapping or ColumnMapping()).rehearse()
    return rows, result


def total(rows: Iterable[Any], field: str) -> Decimal:
    """Give the sum of a field."""
    return sum((row.get(field, Decimal(0)) for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("file", "description", "columns", "rows", "blank"),
    [
        ("opportunities/sales_pipeline.csv", "CSV, utf-8, “,”", 8, 8800, 0),
        ("opportunities/accounts.csv", "CSV, utf-8, “,”", 7, 85, 0),
        ("opportunities/products.csv", "CSV, utf-8, “,”", 3, 7, 0),
        ("opportunities/sales_teams.csv", "CSV, utf-8, “,”", 3, 35, 0),
        ("opportunities/data_dictionary.csv", "CSV, utf-8, “,”", 14, 7, 3),
        ("receivables/invoices.csv", "CSV, utf-8, “,”", 12, 2466, 0),
        ("leads/leads.csv", "CSV, utf-8, “,”", 38, 9240, 0),
        ("salesman/clients.csv", "CSV, cp1251, “;”", 11, 47, 0),
        ("salesman/clients.xlsx", "XLSX, “clients2000”", 12, 47, 0),
        ("salesman/price.csv", "CSV, cp1251, “;”", 14, 13, 0),
        ("salesman/price.xlsx", "XLSX, “Price”", 14, 13, 0),
        ("salesman/speca.csv", "CSV, utf-8, “;”", 8, 7, 0),
        ("salesman/speca.xlsx", "XLSX, “Спека”", 8, 7, 0),
        ("salesman/leads.xls", "XLS, “leads”", 9, 10, 0),
        ("salesman/deals.xls", "XLS, “Deals”", 25, 40, 0),
        ("salesman/modcatalog-import.xls", "XLS, “Catalog”", 42, 119, 0),
        ("salesman/export-dogs.xlsx", "XLSX, “Данные”", 14, 200, 0),
        ("school/deals.xlsx", "XLSX, “Deals”", 23, 21594, 535),
        ("school/contacts.xlsx", "XLSX, “Contacts”", 8, 18548, 0),
        ("school/spend.xlsx", "XLSX, “Spend”", 8, 20779, 2),
    ],
)
def test_file_is_read_whole(
    file: str, description: str, columns: int, rows: int, blank: int
) -> None:
    sheet = open_sheet(DATA / file)
    blanks = Counter(row.is_blank for row in sheet.rows())

    assert (str(sheet.layout), len(sheet.headings)) == (description, columns)
    assert (blanks[False], blanks[True]) == (rows, blank)


def test_document_is_no_spreadsheet() -> None:
    with pytest.raises(UnreadableFileError):
        open_sheet(DATA / "salesman/templates/kvitancia_sberbank_pd4.docx")


def test_old_encoding_and_workbook_give_equal_clients() -> None:
    dated = (*CLIENT_FIELDS, ImportField("called_on", "Called on", ("дата",), kind="date"))

    from_text, _result = read("salesman/clients.csv", dated)
    from_workbook, _result = read("salesman/clients.xlsx", dated)
    for row in from_workbook:
        del row["unmapped"]["Описание активности"]  # the text file has no such column

    assert len(from_text) == 47
    assert from_text == from_workbook
    assert from_text[0]["name"] == "Тестовый клиент 1"
    assert from_text[0]["address"] == "614030, г.Пермь, ул. Ленина, 1"
    assert from_text[0]["phones"] == ("+7(342)2000000", "+7(912)9000000")
    assert from_text[0]["called_on"] == date(2014, 3, 23)


def test_opportunities_are_read_to_the_last_one() -> None:
    mapping = read_mapping(MAPPINGS / "opportunities.toml", DEAL_FIELDS)

    rows, result = read("opportunities/sales_pipeline.csv", DEAL_FIELDS, mapping)

    assert result.last_line == "created 8800, updated 0, unchanged 0, refused 0"
    assert result.kept == ("product",)
    assert len({row["external_id"] for row in rows}) == 8800
    assert len({row["owner"] for row in rows}) == 30
    assert len({row["client"] for row in rows if "client" in row}) == 85
    assert sum("client" not in row for row in rows) == 1425
    assert Counter(row.get("outcome") for row in rows) == {"won": 4238, "lost": 2473, None: 2089}
    assert Counter(row.get("stage") for row in rows) == {"20 %": 1589, "0 %": 500, None: 6711}
    assert total((row for row in rows if row.get("outcome") == "won"), "amount") == 10_005_534


def test_opportunity_knows_all_of_its_row() -> None:
    mapping = read_mapping(MAPPINGS / "opportunities.toml", DEAL_FIELDS)

    rows, _result = read("opportunities/sales_pipeline.csv", DEAL_FIELDS, mapping)

    assert rows[0] == {
        "external_id": "1C1I7A6R",
        "owner": "Moses Frase",
        "client": "Cancity",
        "outcome": "won",
        "opened_on": date(2016, 10, 20),
        "closed_on": date(2017, 3, 1),
        "amount": Decimal("1054.00"),
        "name": "GTX Plus Basic, Cancity",
        "currency": "USD",
        "unmapped": {"product": "GTX Plus Basic"},
    }


def test_us_dates_are_recognised_without_a_mapping() -> None:
    fields = (
        ImportField("issued_on", "Issued on", ("invoicedate",), kind="date"),
        ImportField("due_on", "Due on", ("duedate",), kind="date"),
        ImportField("settled_on", "Settled on", ("settleddate",), kind="date"),
        ImportField("amount", "Amount", ("invoiceamount",), kind="money"),
    )

    rows, result = read("receivables/invoices.csv", fields)

    assert result.last_line == "created 2466, updated 0, unchanged 0, refused 0"
    assert total(rows, "amount") == Decimal("147703.18")
    issued = [row for row in rows if row["issued_on"].isoformat().startswith("2013-03")]
    settled = [row for row in rows if row["settled_on"].isoformat().startswith("2013-03")]
    assert (total(issued, "amount"), total(settled, "amount")) == (
        Decimal("6438.62"),
        Decimal("6000.16"),
    )


def test_predecessors_deals_are_recognised_by_their_headings() -> None:
    rows, result = read("salesman/export-dogs.xlsx", DEAL_FIELDS)

    assert result.kept == ("Тип", "Направление", "Статус", "Сумма.Факт")
    closed = [row for row in rows if row["unmapped"]["Статус"] == "Закрыта"]
    assert len(closed) == 112
    assert total(closed, "margin") == Decimal("15474888.90")
    assert sum(Decimal(row["unmapped"]["Сумма.Факт"]) for row in closed) == 146_229_060


@pytest.mark.parametrize("file", ["salesman/price.csv", "salesman/price.xlsx"])
def test_price_list_is_read_to_the_kopeck(file: str) -> None:
    fields = (
        ImportField("name", "Name", ("наименование",), required=True),
        ImportField("cost", "Cost", ("закуп",), kind="money"),
        ImportField("price", "Price", ("розница",), kind="money"),
    )

    rows, result = read(file, fields)

    assert (result.counts["created"], result.warned) == (13, 0)
    assert (rows[0]["cost"], rows[0]["price"]) == (Decimal("45000.00"), Decimal("68000.00"))
    assert total(rows, "price") == Decimal("7449721.90")


def test_product_catalogue_keeps_its_markup_as_text() -> None:
    fields = (ImportField("text", "Text", ("описание полное",)),)

    rows, _result = read("salesman/modcatalog-import.xls", fields)

    assert rows[0]["text"].startswith("<h1>О программе</h1>")


def test_school_deals_are_read_with_all_their_dirt() -> None:
    mapping = mapping_of(
        """
        [columns]
        Id = "external_id"
        "Closing Date" = "closed_on"
        "Created Time" = "opened_on"
        "Offer Total Amount" = "amount"
        "Initial Amount Paid" = "cost"
        "Contact Name" = "client_external_id"
        [compose]
        name = "{Id}"
        """,
        DEAL_FIELDS,
    )

    rows, result = read("school/deals.xlsx", DEAL_FIELDS, mapping)

    assert result.blank_rows == 535
    assert result.last_line == "created 21593, updated 0, unchanged 0, refused 1"
    assert [remark.row.number for remark in result.refused_rows] == [21596]  # only a “#REF!”
    assert result.warned == 3  # numbers of which the workbook lost the last digits
    assert (
        Counter(row.get("currency") for row in rows)["EUR"] == 37
    )  # 16 paid and 21 offered, never both
    assert rows[2]["opened_on"] == date(2024, 6, 21)
    assert rows[2]["unmapped"]["SLA"] == "00:26:43"


def test_formulas_of_the_school_give_their_last_results() -> None:
    sheet = open_sheet(DATA / "school/deals.xlsx")
    duration = sheet.headings.index("Course duration")

    found = Counter(
        text_of(row.cells[duration]) for row in sheet.rows() if len(row.cells) > duration
    )

    assert found["6"] + found["11"] == 3587


def test_leads_say_who_wants_no_letters() -> None:
    fields = (ImportField("no_letters", "No letters", ("do not email",), kind="flag"),)

    rows, _result = read("leads/leads.csv", fields)

    assert Counter(row["no_letters"] for row in rows) == {True: 734, False: 8506}
