"""Which figures in a text are telephone numbers, and which are dates, sums and other numbers."""

from __future__ import annotations

import pytest
from flask import Flask
from salesman_leads.figures import without_figures
from salesman_leads.pasting import phones_in, taken_apart

pytestmark = pytest.mark.databases("sqlite")

PHONE = "8 916 123-45-67"

DATES = [
    "30.11.2026 10:00, Анна Петрова пишет:",
    "30.11.2026",
    "1.9.2026 в 9:05",
    "30.11.26 10:00",
    "30.11.2026 г. 10.00",
    "30-11-2026 10.00",
    "30 ноября 2026 г. 10:00",
    "пн, 30 нояб. 2026 10:00",
    "с 9:00 до 18:00 01.12.2026 12.12.2026",
    "2026-11-30 10:00",
    "2026-11-30T10:00:59",
    "2026/11/30 10:00",
    "11/30/2026 10:00 AM",
    "30/11/2026 10:00",
    "On Mon, Nov 30, 2026 at 10:00 AM Anna wrote:",
    "30 November 2026 10:00",
    "November 30th, 2026",
]
SUMS = [
    "1 200 000 руб.",
    "9 161 234 567 рублей",
    "9 161 234 567 р.",
    "9161234567 ₽",
    "9 161 234 567,50 руб.",
    "9.161.234.567 EUR",
    "$ 9 161 234 567",
    "8 916 123 456 тенге",
]
NUMBERS = [
    "ИНН 7707083893",
    "ИНН 9102012345",
    "ИНН: 9102012345, КПП 910201001",
    "ИНН/КПП 9102012345/910201001",
    "ИНН 770708389312",
    "инн 910201234512",
    "ОГРН 1027700132195",
    "ОГРНИП № 304770000123456",
    "р/с 40702810400000000001",
    "БИК 044525225",
    "Договор № 9161234567",
    "Invoice no. 9161234567",
]


@pytest.mark.parametrize("text", [*DATES, *SUMS, *NUMBERS])
def test_what_is_no_telephone_number_is_none(app: Flask, text: str) -> None:
    assert phones_in(text) == []


@pytest.mark.parametrize("text", [*DATES, *SUMS, *NUMBERS])
def test_number_beside_it_is_still_found(app: Flask, text: str) -> None:
    assert phones_in(f"{text} {PHONE}") == [PHONE]
    assert phones_in(f"{PHONE}, {text}") == [PHONE]
    assert phones_in(f"{text}\n{PHONE}\n{text}") == [PHONE]


@pytest.mark.parametrize(
    "phone",
    [
        "8 916 123-45-67",
        "+7 (916) 123-45-67",
        "89161234567",
        "9161234567",
        "916 123 45 67",
        "8.495.123.45.67",
        "495-123-45-67",
        "(495) 123 45 67",
        "(3522) 41-12-26",
        "(3522) 12-11-26",
        "+7\u00a0916\u00a0123\u2011\u206045\u201167".replace("\u2060", ""),
        "+49 30 901820",
        "+1 212 555 2026",
        "+7 495 120-10-20",
    ],
)
def test_telephone_number_is_one_however_it_is_written(app: Flask, phone: str) -> None:
    assert phones_in(f"Анна, {phone}, жду звонка") == [phone]
    assert phones_in(f"Звоните: {phone}.") == [phone]


def test_numbers_of_two_lines_are_two(app: Flask) -> None:
    assert phones_in(f"Дом 12\n{PHONE}\n+7 495 123-45-67") == [PHONE, "+7 495 123-45-67"]


def test_pasted_line_with_a_date_gives_the_phone_alone(app: Flask) -> None:
    found = taken_apart(f"Анна\t30.11.2026 10:00\t{PHONE}\tИНН 9102012345")

    assert (found["name"], found["phones"]) == ("Анна", [PHONE])
    assert found["company"] == "30.11.2026 10:00, ИНН 9102012345"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ["1", "123 ", "1:", "12.12.", "1,234", "янв ", "ИНН ", " ", "$ 1"])
def test_text_of_figures_alone_takes_no_long_time(part: str) -> None:
    without_figures(part * (20_000 // len(part)))
