"""An import with a mistake, in a browser: seen before it is written, corrected, and taken back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from salesman_core.access.models import User
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.jobs import Worker
from salesman_core.records.imports import keeping
from salesman_core.testing.people import Make

from .conftest import Counted

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]

PageFor = Callable[[str], Counted]

DEALS = (
    "ID;Deal;Client;Sum;Opened;Stage\n"
    "1;Boilers;Omega;1 000,50;03/04/2026;Negotiation\n"
    "2;Pipes;Omega;a lot;05/06/2026;Negotiation\n"
    "3;Pumps;Omega Ltd;70;07/08/2026;Negotiation\n"
)


@pytest.fixture(autouse=True)
def worker(app: Flask) -> Iterator[None]:
    """Somebody who does the jobs."""
    worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
    yield
    worker.stop()


def upload(page: Page, text: str, name: str = "deals.csv") -> None:
    """Choose deals and a file, and send it."""
    page.get_by_label("Deals").check(force=True)
    file = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Show the columns").click()


def names() -> list[str]:
    reading().rollback()
    return sorted(reading().scalars(sa.select(Deal.name)))


def test_import_with_a_mistake_is_corrected_and_taken_back(make: Make, page_for: PageFor) -> None:
    kept = make.deal(name="Here before", client_id=make.client(name="Omega"))
    make.client(name="Omega Ltd")
    before = reading().scalars(sa.select(sa.func.count()).select_from(Client)).one()
    counted = page_for("head")
    counted.begin("/admin/import")
    page = counted.page

    # The file is told as it was recognised: its dates could be read either way.
    upload(page, DEALS)
    expect(page.get_by_label("Encoding")).to_contain_text("recognised: UTF-8")
    expect(page.locator("[aria-live]").filter(has_text="3 rows to bring in")).to_be_visible()
    expect(page.get_by_text("Day and month cannot be told apart")).to_be_visible()

    # The mistake: the stage is mapped to the note, and the dates are left as they are.
    page.locator("select").and_(page.get_by_label("Stage", exact=True)).select_option("note")
    page.get_by_role("button", name="Try all rows, keep nothing").click()
    reasons = page.get_by_role("table", name="Why rows are refused")
    expect(reasons).to_contain_text("Day and month cannot be told apart")
    page.get_by_text("Refused rows: 3").click()
    cells = page.get_by_role("row").filter(has_text="Amount").filter(has_text="a lot")
    expect(cells.last).to_contain_text("3")
    assert names() == ["Here before"]

    # Corrected: the order of dates, and what the column fills.
    page.get_by_label("Order of dates").select_option("dmy")
    page.locator("select").and_(page.get_by_label("Stage", exact=True)).select_option("stage")
    page.get_by_role("button", name="Try all rows, keep nothing").click()
    expect(reasons).not_to_contain_text("Day and month")
    expect(reasons).to_contain_text("An amount is expected")

    # Written, with the one bad row as a file.
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()
    assert names() == ["Boilers", "Here before", "Pumps"]
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows as a file").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert [row[:2] for row in rows] == [["ID", "Deal"], ["2", "Pipes"]]
    assert "An amount is expected" in rows[1][-1]

    # Taken back as a whole.
    page.get_by_role("button", name="Take the import back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="The import was taken back")).to_be_visible()
    assert names() == ["Here before"]
    assert reading().get(Deal, kept) is not None
    assert reading().scalars(sa.select(sa.func.count()).select_from(Client)).one() == before
    assert counted.problems == []


def test_what_holds_for_all_rows_and_what_values_mean_is_said_by_keyboard(
    make: Make, page_for: PageFor
) -> None:
    make.user("seller", name="Vera Stone")
    counted = page_for("head")
    counted.page.set_viewport_size({"width": 390, "height": 800})
    counted.begin("/admin/import?record=clients")
    page = counted.page
    text = "Company;Source\nOmega;1\nAlpha;2\nBeta;2\n"
    file = {"name": "clients.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Show the columns").click()

    owner = page.get_by_role("group", name="The same for all rows").get_by_label("Owner")
    expect(owner).to_contain_text("whoever imports it")
    owner.focus()
    page.keyboard.type("Vera")
    page.get_by_role("button", name="What the values mean: Source").focus()
    page.keyboard.press("Enter")
    page.get_by_label("1 1 time").fill("Fair")
    page.get_by_label("1 1 time").press("Enter")
    expect(owner).to_have_value("Vera Stone")
    expect(page.get_by_text("“1” means “Fair”")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()

    reading().rollback()
    rows = reading().execute(
        sa.select(User.name, Client.source).join(Client, Client.owner_id == User.id)
    )
    told = sorted(tuple(row) for row in rows)
    assert told == [("Vera Stone", one) for one in ("2", "2", "Fair")]
    assert counted.problems == []


def test_spelling_is_chosen_by_keyboard_and_joined(page_for: PageFor) -> None:
    counted = page_for("head")
    counted.begin("/admin/import")
    page = counted.page
    text = "Company;Source\nOmega;GTX Pro\nAlpha;GTXPro\nBeta;GTXPro\n"
    page.locator("[name=record][value=clients]").check(force=True)
    file = {"name": "clients.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Show the columns").click()
    page.get_by_role("button", name="Try all rows, keep nothing").click()

    ways = page.get_by_role("group", name="Source")
    expect(ways.get_by_label("GTXPro")).to_be_checked()
    ways.get_by_label("GTXPro").focus()
    page.keyboard.press("ArrowRight")
    expect(ways.get_by_label("GTX Pro")).to_be_checked()
    page.get_by_role("button", name="Join as chosen, and try again").press("Enter")

    expect(page.get_by_text("“GTXPro” means “GTX Pro”")).to_be_visible()
    expect(page.get_by_text("Written in several ways")).to_have_count(0)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="What became of the rows")).to_be_visible()
    reading().rollback()
    assert set(reading().scalars(sa.select(Client.source))) == {"GTX Pro"}
    assert counted.problems == []


def test_file_that_is_too_large_is_not_even_sent(
    page_for: PageFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGEST", 1 << 20)  # a browser takes half a minute for 25 MB
    counted = page_for("head")
    counted.begin("/admin/import")
    page = counted.page
    loads = counted.loads

    upload(page, "a" * (keeping.LARGEST + 1))

    field = page.locator("[name=file]")
    said = field.evaluate("field => field.validationMessage")
    assert (said, counted.loads) == ("A file may have at most 1 MB.", loads)
    assert counted.problems == []
