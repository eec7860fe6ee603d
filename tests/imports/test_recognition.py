"""What the page says of a file before anything is mapped, and how a person corrects it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from .conftest import Upload, chosen, words

pytestmark = pytest.mark.usefixtures("forms_without_proof")

DEALS = "Deal;Opened on;Closed on;Amount\r\nBoilers;{};04.03.2026;{}\r\n"


def test_page_says_what_a_text_was_taken_for(browser: FlaskClient, upload: Upload) -> None:
    page = browser.get(upload("Компания;Телефон\r\nОмега;1\r\n".encode("cp1251"), "clients"))

    assert chosen(page, "encoding") == "recognised: Windows-1251"
    assert chosen(page, "delimiter") == "recognised: “;” semicolon"
    assert chosen(page, "dates") == "by column"


def test_rows_are_counted_before_anything_is_tried(browser: FlaskClient, upload: Upload) -> None:
    place = upload("Company\r\nOmega\r\n\r\nAlpha\r\n", "clients")

    assert words(browser.get(f"{place}/found")) == (
        "2 rows to bring in, 1 blank row is passed over"
    )


@pytest.mark.parametrize(
    ("opened_on", "amount", "told"),
    [
        (
            "31.12.2025",
            "45 000,50",
            [
                "dates: 31.12.2026, day first",
                "comma, as 45 000,50; thousands are parted by spaces",
            ],
        ),
        (
            "12/31/2025",
            "45,000.50",
            [
                "dates: 12/31/2026, month first",
                "point, as 45,000.50; thousands are parted by commas",
            ],
        ),
        ("2025-12-31", "1000", ["dates: without a doubt", "none to be seen"]),
        ("2025-12-31", "1.054", ["none to be seen; thousands are parted by points"]),
        ("03/04/2025", "1000", ["dates: day and month cannot be told apart"]),
    ],
)
def test_dates_and_amounts_are_told_by_column(
    browser: FlaskClient, upload: Upload, opened_on: str, amount: str, told: list[str]
) -> None:
    said = words(browser.get(f"{upload(DEALS.format(opened_on, amount))}/found"))

    assert [one for one in told if one not in said] == []


def test_order_that_a_person_chooses_is_taken(browser: FlaskClient, upload: Upload) -> None:
    place = upload(DEALS.format("03/04/2025", "1000"))

    browser.post(place, data={"action": "read", "dates": "mdy"})

    assert chosen(browser.get(place), "dates") == "12/31/2026, month first"
    said = browser.get(f"{place}/found")
    assert "Opened on – dates: 12/31/2026, month first (chosen)" in words(said)
    assert "Worth a look" not in said.text


def test_delimiter_that_a_person_corrects_cuts_the_columns_anew(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Company, Ltd;Phone\r\nOmega, Alpha;1\r\n", "clients")
    assert "Company, Ltd" in browser.get(place).text

    browser.post(place, data={"action": "read", "delimiter": ","})

    page = browser.get(place)
    assert chosen(page, "delimiter") == "“,” comma"
    assert chosen(page, "column-0") == "Name"
    assert "Ltd;Phone" in page.text


def test_encoding_that_a_person_corrects_is_read(browser: FlaskClient, upload: Upload) -> None:
    place = upload("Компания;Телефон\r\nОмега;1\r\n".encode("cp866"), "clients")
    assert "Омега" not in browser.get(place).text

    browser.post(place, data={"action": "read", "encoding": "cp866"})

    page = browser.get(place)
    assert "Омега" in page.text
    assert chosen(page, "column-0") == "Name"


def test_encoding_that_cannot_be_is_refused_at_its_field(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload("Компания;Телефон\r\nОмега;1\r\n".encode("cp1251"), "clients")

    answer = browser.post(place, data={"action": "read", "encoding": "utf-8-sig"})

    assert answer.status_code == 422
    assert 'id="wrong-encoding"' in answer.text
    assert chosen(answer, "encoding") == "UTF-8"
    assert chosen(browser.get(place), "encoding") == "recognised: Windows-1251"


def test_what_is_not_offered_is_refused(browser: FlaskClient, upload: Upload) -> None:
    place = upload("Company\r\nOmega\r\n", "clients")

    assert browser.post(place, data={"action": "read", "delimiter": "ab"}).status_code == 422
    assert browser.post(place, data={"action": "read", "encoding": "a\0b"}).status_code == 422


def test_break_in_the_middle_of_a_file_is_said_where_its_rows_are_counted(
    browser: FlaskClient, upload: Upload
) -> None:
    place = upload('Company;Note\r\nOmega;1\r\nAlpha;"2\r\n', "clients")

    assert "opens a quotation mark that is not closed" in words(browser.get(f"{place}/found"))
