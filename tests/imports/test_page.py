"""The page that brings files in, as a browser asks for it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from salesman_core.access.models import User
from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.testing.people import Make

from .conftest import words, work

pytestmark = pytest.mark.usefixtures("forms_without_proof")

BrowserFor = Callable[[str], FlaskClient]

ROOT = Path(__file__).resolve().parents[2]
OPPORTUNITIES = ROOT / "../shared/data/opportunities/sales_pipeline.csv"

CLIENTS = "Company;Phone;Colour\r\nOmega;+7 495 123-45-67;red\r\nAlpha;;blue\r\n"
DEALS = "ID,Deal,Client,Amount,Stage\n1,Boilers,Omega,1000,Negotiation\n2,Pipes,Omega,5,Nowhere\n"


def send(browser: FlaskClient, record: str, text: str, mapping: str = "") -> TestResponse:
    """Upload a file; gives the answer."""
    form: dict[str, object] = {
        "record": record,
        "file": FileStorage(io.BytesIO(text.encode()), f"{record}.csv"),
    }
    if mapping:
        form["mapping"] = FileStorage(io.BytesIO(mapping.encode()), "mapping.toml")
    boundary, body = encode_multipart(form)  # all at once: the client leaves a large file open
    return browser.post(
        "/admin/import", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )


def names(model: type[Client | Deal | User]) -> list[str]:
    reading().rollback()
    return list(reading().scalars(sa.select(model.name).order_by(model.name)))


@pytest.mark.parametrize("record", ["clients", "deals"])
def test_lists_lead_whoever_may_import_to_the_page_for_files(
    browser_for: BrowserFor, make: Make, record: str
) -> None:
    place = f'href="/admin/import?record={record}"'
    empty = browser_for("head").get(f"/{record}").text
    owner_id = make.user_of("seller")
    make.deal(client_id=make.client(name="Omega", owner_id=owner_id), owner_id=owner_id)

    assert place in empty
    assert place in browser_for("head").get(f"/{record}").text
    assert "/admin/import" not in browser_for("seller").get(f"/{record}").text


def test_upload_leads_to_the_columns_with_what_they_were_taken_for(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    page = browser.get(send(browser, "clients", CLIENTS).location)

    assert 'name="column-0"' in page.text
    assert re.search(r'name="column-0".*?value="name" selected', page.text, re.DOTALL)
    assert re.search(r'name="column-1".*?value="phones" selected', page.text, re.DOTALL)
    assert re.search(r'name="column-2".*?value="" selected', page.text, re.DOTALL)
    assert "red · blue" in page.text


def test_try_shows_what_would_become_of_the_rows_and_keeps_nothing(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location

    browser.post(place, data={"action": "try"})
    assert "Trying the rows" in words(browser.get(place))
    work()

    page = words(browser.get(place))
    assert "What would become of the rows" in page
    assert "Created 2" in page
    assert "Kept with the records, because no field holds it: Colour" in page
    assert names(Client) == []


def test_import_writes_the_rows_and_says_so(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location

    browser.post(place, data={"action": "import"})
    work()

    assert "What became of the rows" in words(browser.get(place))
    assert names(Client) == ["Alpha", "Omega"]
    assert reading().scalars(sa.select(Client.imported).where(Client.name == "Omega")).one() == {
        "Colour": "red"
    }


def test_import_is_taken_back_by_a_button_that_says_what_goes(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "import"})
    work()
    page = browser.get(place)
    assert "Records that it created: 2" in words(page)

    browser.post(f"{place}/undo")
    assert "Taking the import back" in words(browser.get(place))
    work()

    after = browser.get(place)
    assert "Records removed 2 Records as before 0 Records that stay 0" in words(after)
    assert "Take the import back" not in words(after)
    assert names(Client) == []


def test_record_that_stays_is_named_with_the_reason_and_its_card(
    browser_for: BrowserFor, make: Make
) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "import"})
    work()
    omega = reading().scalars(sa.select(Client.id).where(Client.name == "Omega")).one()
    make.deal(client_id=omega)

    browser.post(f"{place}/undo")
    work()

    page = browser.get(place)
    assert f'<a href="/clients/{omega}">Omega</a></td><td>it was changed since</td>' in page.text
    assert names(Client) == ["Omega"]


def test_import_of_somebody_else_cannot_be_taken_back(browser_for: BrowserFor) -> None:
    place = send(browser_for("head"), "clients", CLIENTS).location

    assert browser_for("marketer").post(f"{place}/undo").status_code == 404


def test_import_that_brought_nothing_cannot_be_taken_back(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location

    assert browser.post(f"{place}/undo").status_code == 409


def test_column_fills_what_was_chosen_for_it(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location

    browser.post(place, data={"action": "import", "column-2": "source"})
    work()

    reading().rollback()
    assert set(reading().scalars(sa.select(Client.source))) == {"red", "blue"}


def test_two_columns_for_one_field_are_refused_beside_the_choice(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location

    answer = browser.post(place, data={"action": "import", "column-2": "name"})

    assert answer.status_code == 422
    assert "both fill name" in words(answer)
    assert re.search(r'name="column-2".*?value="name" selected', answer.text, re.DOTALL)


def test_refused_rows_show_their_reason_and_come_as_a_file(
    browser_for: BrowserFor, make: Make
) -> None:
    make.client(name="Omega")
    browser = browser_for("head")
    place = send(browser, "deals", DEALS).location

    browser.post(place, data={"action": "import"})
    work()

    page = words(browser.get(place))
    assert "There is no such stage" in page
    with browser.get(f"{place}/refused.csv") as file:
        assert file.headers["Content-Disposition"].startswith("attachment")
        lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "ID;Deal;Client;Amount;Stage;Reason"
    assert lines[1].startswith("2;Pipes;Omega;5;Nowhere;")
    assert names(Deal) == ["Boilers"]


def test_rows_worth_a_look_come_as_a_file(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(
        browser, "clients", "Company;Email\nOmega;info@omega.com\nAlpha;info at alpha"
    ).location

    browser.post(place, data={"action": "import"})
    work()

    assert "Rows worth a look as a file" in words(browser.get(place))
    with browser.get(f"{place}/worth-a-look.csv") as file:
        assert file.headers["Content-Disposition"].startswith("attachment")
        lines = file.data.decode("utf-8-sig").splitlines()
    assert (lines[0], lines[1][:10]) == ("Row;Worth a look;Company;Email", "3;emails: ")
    assert lines[1].endswith(";Alpha;info at alpha")
    assert len(lines) == 2


def test_import_without_warnings_has_no_file_of_them(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "import"})
    work()

    assert browser.get(f"{place}/worth-a-look.csv").status_code == 404


def test_mapping_file_decides_the_columns(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    mapping = "[columns]\nCompany = 'name'\nColour = 'source'\n"
    place = send(browser, "clients", CLIENTS, mapping).location

    browser.post(place, data={"action": "import"})
    work()

    reading().rollback()
    assert set(reading().scalars(sa.select(Client.source))) == {"red", "blue"}


def test_missing_clients_are_made_where_that_is_ticked(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "deals", DEALS).location

    browser.post(place, data={"action": "import", "create_missing": "client"})
    work()

    assert names(Client) == ["Omega"]


def test_import_acts_with_the_rights_of_whoever_began_it(
    browser_for: BrowserFor, make: Make
) -> None:
    browser = browser_for("marketer")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "import"})
    work()

    reading().rollback()
    owners = set(reading().scalars(sa.select(Client.owner_id)))
    assert owners == {make.user_of("marketer")}


def test_file_that_is_no_table_is_refused_at_its_field(browser_for: BrowserFor) -> None:
    answer = send(browser_for("head"), "clients", "%PDF-1.7 no table")

    assert answer.status_code == 422
    assert "no spreadsheet" in words(answer)


def test_nothing_is_offered_to_people_who_may_import_nothing(browser_for: BrowserFor) -> None:
    assert browser_for("lawyer").get("/admin/import").status_code == 403


def test_marketer_may_import_clients_but_no_deals(browser_for: BrowserFor) -> None:
    assert send(browser_for("marketer"), "deals", DEALS).status_code == 403


def test_imports_of_others_are_not_there(browser_for: BrowserFor) -> None:
    place = send(browser_for("head"), "clients", CLIENTS).location

    assert browser_for("marketer").get(place).status_code == 404
    assert browser_for("administrator").get(place).status_code == 200


def test_second_start_while_it_waits_is_refused(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "import"})

    assert browser.post(place, data={"action": "import"}).status_code == 409


def test_progress_asks_for_a_new_page_once_it_is_over(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "import"})

    assert "HX-Refresh" not in browser.get(f"{place}/progress").headers
    work()
    assert browser.get(f"{place}/progress").headers["HX-Refresh"] == "true"


def test_import_tells_whoever_began_it_what_came_of_it(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    place = send(browser, "clients", CLIENTS).location
    browser.post(place, data={"action": "try"})
    work()
    browser.post(place, data={"action": "import"})
    work()
    page = browser.get("/notices").text
    said = re.findall(r'<a href="([^"]+)">(“clients.csv”[^<]*)</a>', page)
    assert said == [
        (place, "“clients.csv”: created 2, updated 0, refused 0."),
        (place, "“clients.csv” was tried: created 2, updated 0, refused 0."),
    ]


@pytest.mark.usefixtures("real_files")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("rows", "created", "clients", "owners", "won", "turnover"),
    [
        (400, 400, 83, 30, 276, 575_577),
        pytest.param(8800, 8800, 85, 30, 4238, 10_005_534, marks=pytest.mark.soak),
    ],
)
def test_opportunities_come_in_through_the_page(  # what comes of how many rows
    browser_for: BrowserFor,
    rows: int,
    created: int,
    clients: int,
    owners: int,
    won: int,
    turnover: int,
) -> None:
    browser = browser_for("administrator")
    text = "".join(OPPORTUNITIES.read_text().splitlines(keepends=True)[: rows + 1])
    mapping = (ROOT / "tests/mappings/opportunities.toml").read_text()
    before = len(names(User))
    place = send(browser, "deals", text, mapping).location

    browser.post(place, data={"action": "import", "create_missing": ["client", "owner"]})
    work()

    assert f"Created {created:,} Updated 0 Unchanged 0 Refused 0" in words(browser.get(place))
    assert (len(names(Client)), len(names(User)) - before) == (clients, owners)
    figures = sa.select(sa.func.count(), sa.func.sum(Deal.amount)).where(Deal.outcome == "won")
    assert tuple(reading().execute(figures).one()) == (won, Decimal(turnover))
