"""Invoices out of another system, counted by plans as an independent sum over the file says."""

from __future__ import annotations

import csv
import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from salesman_analytics.asked import Asked
from salesman_analytics.counted import counted
from salesman_analytics.declared import report_named
from salesman_invoices.models import Allotment, Invoice, InvoiceLine, Payment
from salesman_plans.fulfilment import fulfilment
from salesman_plans.months import period_named
from salesman_plans.whose import THE_COMPANY

from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Api, Make, api_of
from salesman_core.toolkit import SYSTEM, Client, acting_as, reading, writing

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "../shared/data/receivables/invoices.csv"
MAPPING = ROOT / "tests/mappings/receivables.toml"

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("real_files"),
    pytest.mark.plugins,
]

Months = dict[str, Decimal]
Import = Callable[..., list[str]]
Command = Callable[..., list[str]]
SPANS = {"not_due": 0, "to_30": 30, "to_60": 60, "to_90": 90, "over_90": 10_000}
BASES = {"issued": "InvoiceDate", "paid": "SettledDate"}


@pytest.fixture
def database_template() -> Template:
    return UPGRADED


@pytest.fixture
def command(
    database_url: str, tmp_path: Path, command_on: Callable[..., Callable[..., list[str]]]
) -> Command:
    return command_on(database_url, tmp_path)


@pytest.fixture
def bring(command: Command) -> Import:
    """Give what imports the file; it gives what the command said."""

    def bring(*options: str) -> list[str]:
        return command("import", "invoices", str(FILE), "--mapping", str(MAPPING), *options)

    return bring


def summed(column: str) -> Months:
    """Sum the file by the month of a column, without anything of ours."""
    months: Months = defaultdict(Decimal)
    with FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row[column], "%m/%d/%Y").date()  # noqa: DTZ007  # a day has no zone
            months[f"{day:%Y-%m}"] += Decimal(row["InvoiceAmount"])
    return dict(months)


def days_of(month: str) -> dict[str, str]:
    year, number = (int(part) for part in month.split("-"))
    return {"from": f"{month}-01", "to": f"{month}-{monthrange(year, number)[1]:02}"}


def counts() -> list[int]:
    session = reading()
    session.rollback()
    tables = (Invoice, InvoiceLine, Payment, Allotment, Client)
    return [session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in tables]


@pytest.mark.turns(3, among="long")
def test_every_month_of_both_bases_equals_the_file_to_the_cent(
    bring: Import, database_url: str, tmp_path: Path
) -> None:
    assert bring("--dry-run")[-1] == "created 2466, updated 0, unchanged 0, refused 0"
    assert bring()[-1] == "created 2466, updated 0, unchanged 0, refused 0"
    expected = {basis: summed(column) for basis, column in BASES.items()}
    assert expected["issued"]["2013-03"] == Decimal("6438.62")
    assert expected["paid"]["2013-03"] == Decimal("6000.16")

    with running(database_url, tmp_path / "plans") as app:
        assert counts() == [2466, 2466, 2466, 2466, 100]
        api = api_of(app, Make(app).user("administrator"))
        assert by_api(api, expected) == expected
        assert by_widget(expected) == expected
        every = {"from": "2000-01-01", "to": "2099-12-31"}
        for basis in BASES:
            answer = api.get("/plans/facts", query_string={"basis": basis, **every})
            assert answer.json["fact"] == "147703.18"
            assert answer.json["entries"] == 2466
        with writing() as session:  # as if nobody had paid
            session.execute(sa.update(Invoice).values(paid=Decimal(0), paid_on=None))
        app.extensions["salesman_clock"] = FrozenClock(datetime(2013, 12, 2, 12, tzinfo=UTC)).now
        assert receivables_by_report() == receivables_by_file(date(2013, 12, 2))


def receivables_by_report() -> dict[tuple[str, str], Decimal]:
    """Give what each client owes by age, as the report counts it today."""
    with acting_as(SYSTEM):
        found = counted(report_named("invoices.receivables"), Asked(currency="RUB"))
    return {(row["client"], age): row[age] for row in found.rows for age in SPANS if row[age] != 0}


def receivables_by_file(today: date) -> dict[tuple[str, str], Decimal]:
    """Sum the file by customer and days overdue, without anything of ours."""
    owed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["DueDate"], "%m/%d/%Y").date()  # noqa: DTZ007  # a day has no zone
            late = (today - day).days
            age = next(name for name, last in SPANS.items() if late <= last)
            owed[row["customerID"], age] += Decimal(row["InvoiceAmount"])
    return dict(owed)


def by_api(api: Api, expected: dict[str, Months]) -> dict[str, Months]:
    """Ask the JSON API for each month."""

    def fact(basis: str, month: str) -> Decimal:
        answer = api.get("/plans/facts", query_string={"basis": basis, **days_of(month)})
        return Decimal(answer.json["fact"])

    return {
        basis: {month: fact(basis, month) for month in months} for basis, months in expected.items()
    }


def by_widget(expected: dict[str, Months]) -> dict[str, Months]:
    """Ask what the widget asks for each month."""
    with acting_as(SYSTEM):
        return {
            basis: {month: turnover(month, basis) for month in months}
            for basis, months in expected.items()
        }


def turnover(month: str, basis: str) -> Decimal:
    found = fulfilment(reading(), THE_COMPANY, period_named(month), basis=basis)
    (line,) = [one for one in found.lines if one.metric == "turnover"]
    assert line.fact is not None
    return line.fact.value


@pytest.mark.turns(3, among="long")
def test_second_import_changes_nothing_and_what_it_made_is_taken_back(
    bring: Import, command: Command, database_url: str, tmp_path: Path
) -> None:
    said = "\n".join(bring())
    number = re.search(r"import --undo (\d+)", said)
    assert number is not None
    assert bring()[-1] == "created 0, updated 0, unchanged 2466, refused 0"

    command("import", "--undo", number.group(1))

    with running(database_url, tmp_path / "plans"):
        assert counts() == [0, 0, 0, 0, 0]
