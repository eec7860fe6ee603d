"""What a client is in law: judged, shown, found, brought in by files, and known as a double."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_requisites.clients.extension import EMPTY_COUNTRY
from salesman_requisites.clients.models import ClientRequisites
from salesman_requisites.testing import own_company

from salesman_core.clients.models import Client
from salesman_core.db import reading
from salesman_core.i18n import speaking
from salesman_core.records.imports.mapping import ColumnMapping, mapping_of
from salesman_core.records.imports.result import ImportResult
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]
BroughtIn = Callable[..., ImportResult]

SBER = {
    "full_name": "ПАО «Сбербанк»",
    "inn": "7707083893",
    "kpp": "773601001",
    "ogrn": "1027700132195",
    "bic": "044525225",
    "correspondent": "30101810400000000225",
}
GOOD: list[dict[str, str]] = [
    SBER,
    {"inn": "500100732259"},
    {"country": "DE", "vat_number": "DE136695976"},
    {"bic": "044525225"},
    {"country": "DE", "bic": "DEUTDEFF", "account": "DE89370400440532013000"},
]
BAD: list[tuple[dict[str, str], str]] = [
    ({"inn": "7707083894"}, "inn"),
    ({"inn": "12345"}, "inn"),
    ({"kpp": "77"}, "kpp"),
    ({"ogrn": "1027700132196"}, "ogrn"),
    ({"inn": "500100732259", "kpp": "773601001"}, "kpp"),
    ({"vat_number": "DE136695976"}, "vat_number"),
    ({"country": "DE", "vat_number": "DE136695977"}, "vat_number"),
    ({"country": "DE", "inn": "7707083893"}, "inn"),
    ({"bic": "123"}, "bic"),
    ({"account": "40702810900000000001"}, "bic"),
    ({"bic": "044525225", "account": "40702810900000000001"}, "account"),
    ({"bic": "044525225", "correspondent": "30101810400000000226"}, "correspondent"),
    ({"country": "XX"}, "country"),
]


@pytest.fixture
def api(app: Flask, api_for: ApiFor) -> Api:
    return api_for("head")


@pytest.fixture
def brought_in(app: Flask, tmp_path: Path) -> BroughtIn:
    """Give what imports a CSV file of clients, by a mapping where one is given."""

    def run(text: str, mapping: str = "") -> ImportResult:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        type_ = import_type("clients")
        read = mapping_of(mapping, type_.fields) if mapping else ColumnMapping()
        found = import_run(type_, path, read).apply()
        reading().rollback()
        reading().expire_all()
        return found

    return run


def sent(own: dict[str, str], name: str = "Elk") -> dict[str, Any]:
    return {"name": name, "extensions": {"requisites": own}}


def kept() -> list[tuple[str, str, str]]:
    columns = (Client.name, ClientRequisites.inn, ClientRequisites.kpp)
    rows = sa.select(*columns).join(ClientRequisites).order_by(Client.id)
    return [tuple(row) for row in reading().execute(rows)]


@pytest.mark.parametrize("own", GOOD)
def test_requisites_are_kept_as_they_are_written_on_paper(api: Api, own: dict[str, str]) -> None:
    made = api.post("/clients", sent(own))

    assert made.status_code == 201, made.text
    held = made.json["extensions"]["requisites"]
    assert {name: held[name] for name in own} == own


def test_number_is_kept_without_the_spaces_between_its_parts(api: Api) -> None:
    made = api.post("/clients", sent({"inn": " 77 07 083893 ", "bic": "04 45 25 225"}))

    held = made.json["extensions"]["requisites"]
    assert (held["inn"], held["bic"]) == ("7707083893", "044525225")


@pytest.mark.parametrize(("own", "field"), BAD)
def test_what_cannot_be_right_is_refused_at_its_field(
    api: Api, own: dict[str, str], field: str
) -> None:
    refused = api.post("/clients", sent(own))

    assert refused.status_code == 422, refused.text
    assert list(refused.json["errors"]) == [f"extensions.requisites.{field}"]


def test_account_is_judged_by_the_bank_that_is_there_already(api: Api) -> None:
    made = api.post("/clients", sent({"bic": "044525225"})).json["id"]

    change = {"extensions": {"requisites": {"account": "40702810900000000001"}}}
    refused = api.patch(f"/clients/{made}", change)

    assert list(refused.json["errors"]) == ["extensions.requisites.account"]


def test_client_is_found_by_its_inn_everywhere(api: Api, browser_for: BrowserFor) -> None:
    for name, inn in (("Elk", "7707083893"), ("Fir", "7707083893"), ("Oak", "7736050003")):
        api.post("/clients", sent({"inn": inn, "full_name": f"ООО «{name}»"}, name))
    browser = browser_for("head")

    for page in ("/search?q=7707083893", "/clients?q=77070838"):
        text = browser.get(page).text
        assert "Elk" in text
        assert "Oak" not in text
    for question in ("extensions.requisites.inn=7736050003", "q=7736050003", "q=ООО Oak"):
        assert [one["name"] for one in api.get(f"/clients?{question}").json["items"]] == ["Oak"]


def test_same_inn_and_kpp_make_a_double_while_one_types(api: Api) -> None:
    api.post("/clients", sent(SBER, "Sber"))

    other = {"inn": "77 07 083893", "kpp": "773601001"}
    found = api.post("/clients/similar", {"name": "Bank", **sent(other, "Bank")}).json["items"]

    assert [(one["name"], one["reasons"]) for one in found] == [
        ("Sber", ["the same INN and KPP: 7707083893"])
    ]
    branch = sent(other | {"kpp": "540602001"}, "Branch")
    assert api.post("/clients/similar", branch).json["items"] == []


def test_number_of_the_union_is_the_same_without_the_letters_of_its_country(api: Api) -> None:
    api.post("/clients", sent({"country": "DE", "vat_number": "136695976"}, "Kraft"))

    for number in ("DE136695976", "de 136 695 976", "136695976"):
        typed = sent({"country": "DE", "vat_number": number}, "Kraft & Co")
        found = api.post("/clients/similar", typed).json["items"]
        assert [one["name"] for one in found] == ["Kraft"]


def test_columns_of_a_file_are_found_by_what_people_call_them(brought_in: BroughtIn) -> None:
    result = brought_in(
        "Название,ИНН,КПП,ОГРН,БИК,Р/с,К/с,Юридический адрес\n"
        "Сбер,7707083893,773601001,1027700132195,044525225,,30101810400000000225,Москва\n"
    )

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    assert kept() == [("Сбер", "7707083893", "773601001")]


def test_row_finds_its_client_by_inn_and_kpp_whatever_it_is_called(brought_in: BroughtIn) -> None:
    brought_in("Название,ИНН,КПП\nСбер,7707083893,773601001\n")

    result = brought_in(
        "Название,ИНН,КПП\nПАО Сбербанк,7707083893,773601001\nФилиал,7707083893,540602001\n"
    )

    assert result.last_line == "created 1, updated 1, unchanged 0, refused 0"
    assert [name for name, _inn, _kpp in kept()] == ["ПАО Сбербанк", "Филиал"]


def test_namesake_with_another_inn_is_another_client(brought_in: BroughtIn) -> None:
    text = "Название,ИНН,КПП\nРомашка,{},773601001\n"
    brought_in(text.format("7707083893"))

    result = brought_in(text.format("7736050003"))

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    assert [inn for _name, inn, _kpp in kept()] == ["7707083893", "7736050003"]


def test_two_rows_of_one_inn_are_one_client(brought_in: BroughtIn) -> None:
    row = "{},7707083893,773601001\n"
    result = brought_in("Название,ИНН,КПП\n" + row.format("Сбер") + row.format("Сбербанк"))

    assert result.last_line == "created 1, updated 1, unchanged 0, refused 0"


def test_inn_with_a_slip_refuses_no_row_and_stays_readable(brought_in: BroughtIn) -> None:
    result = brought_in("Название,ИНН,КПП\nСбер,7707083894,773601001\n")

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 0"
    assert kept() == [("Сбер", "", "773601001")]
    assert reading().scalars(sa.select(Client.imported)).all() == [{"INN": "7707083894"}]


def test_country_is_read_by_its_name(brought_in: BroughtIn) -> None:
    with speaking("ru"):
        brought_in("Название,Страна,Номер НДС\nMüller,Германия,DE136695976\n")

    held = reading().execute(sa.select(ClientRequisites.country, ClientRequisites.vat_number))
    assert held.one() == ("DE", "DE136695976")


def test_who_sells_nothing_sees_no_requisites(api: Api, make: Make, api_for: ApiFor) -> None:
    marketer = api_for("marketer")
    client_id = api.post("/clients", sent(SBER)).json["id"]

    shown = marketer.get(f"/clients/{client_id}")

    assert shown.status_code in {200, 404}
    assert shown.json.get("extensions", {}) == {}
    assert marketer.get("/clients?extensions.requisites.inn=7707083893").status_code == 403


def test_no_country_is_that_of_the_main_own_company(api: Api) -> None:
    foreign = {"vat_number": "DE136695976"}
    unsaid = {"name": "Wald GmbH", "extensions": {"requisites": foreign}}
    assert api.post("/clients", unsaid).status_code == 422

    own_company(name="Nordlager GmbH", country="DE")

    made = api.post("/clients", unsaid).json
    assert made["extensions"]["requisites"]["vat_number"] == "DE136695976"
    kept = sa.select(ClientRequisites.tax_key).where(ClientRequisites.client_id == made["id"])
    assert reading().scalar(kept) == "DE/DE136695976"
    russian = {"name": "ПАО «Сбербанк»", "extensions": {"requisites": SBER}}
    assert api.post("/clients", russian).status_code == 201  # its numbers say where it is
    assert str(EMPTY_COUNTRY) == "Empty means Germany."
