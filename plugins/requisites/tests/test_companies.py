"""Own companies: entered, changed, archived, deleted and brought back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_requisites.companies import queries, service
from salesman_requisites.companies.models import KIND
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.numbering.issuing import take_number
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company

from salesman_core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    StaleError,
)
from salesman_core.records.models import Audit
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, writing

FIRM = {
    "name": "Публичное акционерное общество «Ромашка»",
    "short_name": "ПАО «Ромашка»",
    "code": "РМ",
    "inn": "77 07 083893",
    "kpp": "773601001",
    "ogrn": "1027700132195",
    "email": "Office@Example.com",
}


def one(company_id: int) -> Any:
    return queries.one_company(reading(), company_id)


def names() -> list[str]:
    return [row.short_name for row in queries.companies(reading())]


def test_company_is_kept_with_its_numbers_without_spaces(app: Flask) -> None:
    row = one(own_company(**FIRM))

    assert (row.inn, row.kpp, row.ogrn, row.country) == (
        "7707083893",
        "773601001",
        "1027700132195",
        "RU",
    )
    assert row.email == "office@example.com"


def test_company_without_a_short_name_is_called_by_its_name(app: Flask) -> None:
    assert one(own_company(name="Ромашка")).short_name == "Ромашка"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        (
            {"inn": "7707083894", "kpp": "1", "ogrn": "2", "email": "x"},
            ["email", "inn", "kpp", "ogrn"],
        ),
        ({"country": "DE", "vat_number": "136695979"}, ["vat_number"]),
        ({"country": "XX"}, ["country"]),
    ],
)
def test_everything_wrong_is_told_at_once_and_nothing_is_kept(
    app: Flask, values: dict[str, str], wrong: list[str]
) -> None:
    with pytest.raises(InvalidError) as refused:
        own_company(**values)

    assert sorted(refused.value.fields) == wrong
    assert names() == []


def test_name_of_nothing_but_spaces_is_refused(app: Flask) -> None:
    company_id = own_company()
    with pytest.raises(InvalidError) as refused:
        service.change_company(company_id, {"name": " \u00a0"})

    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("second", "field"),
    [
        ({"inn": "7707083893", "kpp": "773601001"}, "inn"),
        ({"code": "РМ"}, "code"),
        ({"country": "DE", "vat_number": "DE136695976"}, "vat_number"),
    ],
)
def test_second_company_with_the_same_number_is_refused_and_names_the_first(
    app: Flask, second: dict[str, str], field: str
) -> None:
    own_company(**FIRM)
    own_company(name="Daisy", country="DE", vat_number="136695976")

    with pytest.raises(InvalidError, match=r"has the same\.") as refused:
        own_company(**second)

    assert list(refused.value.fields) == [field]


def test_branch_has_the_inn_of_its_firm_and_another_kpp(app: Flask) -> None:
    own_company(**FIRM)

    own_company(name="Branch", inn=FIRM["inn"], kpp="780101001")

    assert len(names()) == 2


def test_what_is_not_said_stays_and_the_history_tells_what_changed(app: Flask) -> None:
    company_id = own_company(**FIRM)

    assert service.change_company(company_id, {"phone": "8 495 1234567"})
    assert not service.change_company(company_id, {"phone": "8 495 1234567"})

    row = one(company_id)
    assert (row.phone, row.inn) == ("8 495 1234567", "7707083893")
    (entry,) = reading().execute(
        sa.select(Audit.changes).where(Audit.kind == KIND, Audit.action == "changed")
    )
    assert entry.changes == {"phone": ["", "8 495 1234567"]}


def test_numbers_of_the_former_country_go_with_it(app: Flask) -> None:
    company_id = own_company(**FIRM)

    service.change_company(company_id, {"country": "BY", "vat_number": "200988541"})

    row = one(company_id)
    assert (row.inn, row.kpp, row.ogrn, row.vat_number) == ("", "", "", "200988541")


def test_first_company_is_offered_first_until_another_one_is(app: Flask) -> None:
    first, second = own_company(name="Б"), own_company(name="А")
    assert names() == ["Б", "А"]

    service.make_main(second)
    assert (names(), one(first).main) == (["А", "Б"], False)

    service.archive_company(second)
    assert (names(), one(first).main) == (["Б", "А"], True)
    with pytest.raises(ConflictError, match="take it back first"):
        service.make_main(second)

    service.take_back_company(second)
    assert names() == ["Б", "А"]


def test_company_without_papers_goes_into_the_bin_and_comes_back(app: Flask) -> None:
    company_id = own_company(**FIRM)

    service.delete_company(company_id)
    assert names() == []
    with pytest.raises(MissingError):
        one(company_id)

    service.restore_company(company_id)
    assert one(company_id).main


def test_company_stays_in_the_bin_where_another_has_its_number_by_now(app: Flask) -> None:
    company_id = own_company(**FIRM)
    service.delete_company(company_id)
    own_company(**FIRM)

    with pytest.raises(InvalidError, match="has the same"):
        service.restore_company(company_id)


def test_company_that_made_papers_is_archived_and_not_deleted(
    app: Flask, company_id: int, paper: str, clock: FrozenClock
) -> None:
    with writing() as session:
        take_number(session, paper, company_id, clock.now().date())

    with pytest.raises(ConflictError, match="archive it instead"):
        service.delete_company(company_id)
    service.archive_company(company_id)

    assert not one(company_id).active


def test_account_is_judged_against_its_bank(app: Flask, company_id: int) -> None:
    with pytest.raises(InvalidError) as refused:
        ACCOUNTS.add(company_id, ACCOUNT | {"bic": "044525593"})

    assert sorted(refused.value.fields) == ["account", "correspondent"]
    with pytest.raises(InvalidError, match="no such currency"):
        ACCOUNTS.add(company_id, ACCOUNT | {"currency": "eur"})
    assert queries.accounts(reading(), [company_id]) == {}


def parts(company_id: int) -> list[tuple[int, bool, bool]]:
    found = queries.accounts(reading(), [company_id])[company_id]
    return [(row.id, row.main, row.active) for row in found]


def test_one_of_the_accounts_in_use_is_always_the_main_one(app: Flask, company_id: int) -> None:
    first = ACCOUNTS.add(company_id, ACCOUNT)
    second = ACCOUNTS.add(company_id, ACCOUNT | {"currency": "EUR"})
    assert parts(company_id) == [(first, True, True), (second, False, True)]

    ACCOUNTS.make_main(company_id, second)
    assert parts(company_id) == [(second, True, True), (first, False, True)]

    ACCOUNTS.retire(company_id, second)
    assert parts(company_id) == [(first, True, True), (second, False, False)]
    with pytest.raises(InvalidError, match="Take it back"):
        ACCOUNTS.make_main(company_id, second)

    ACCOUNTS.retire(company_id, first)
    ACCOUNTS.take_back(company_id, second)
    assert parts(company_id) == [(second, True, True), (first, False, False)]


def test_history_tells_of_the_account_and_the_signer_whole(app: Flask, company_id: int) -> None:
    account = ACCOUNTS.add(company_id, ACCOUNT)
    ACCOUNTS.change(company_id, account, ACCOUNT | {"bank": "Сбер"})
    SIGNERS.add(company_id, SIGNER)

    rows = reading().execute(
        sa.select(Audit.changes).where(Audit.action == "changed").order_by(Audit.id)
    )
    numbers = "044525225, 40702810938000000001, 30101810400000000225, RUB"
    genitive = SIGNER["name_genitive"]
    assert [row.changes for row in rows] == [
        {"account": [None, f"Сбербанк, {numbers}"]},
        {"account": [f"Сбербанк, {numbers}", f"Сбер, {numbers}"]},
        {
            "signer": [
                None,
                f"Иванова Анна Петровна, {genitive}, ♀, Директор, директора, Устав, Устава",
            ]
        },
    ]


def test_account_of_another_company_is_not_there(app: Flask, company_id: int) -> None:
    account = ACCOUNTS.add(company_id, ACCOUNT)
    other = own_company(name="Other")

    with pytest.raises(MissingError, match="no such bank account"):
        ACCOUNTS.change(other, account, ACCOUNT)


def test_change_of_an_account_is_refused_to_whoever_saw_the_company_before(
    app: Flask, company_id: int
) -> None:
    seen = one(company_id).version
    account = ACCOUNTS.add(company_id, ACCOUNT, seen)

    with pytest.raises(StaleError):
        ACCOUNTS.change(company_id, account, ACCOUNT | {"bank": "Сбер"}, seen)


@pytest.mark.parametrize("role", ["seller", "lawyer", "assistant", "head"])
def test_only_administrators_change_own_companies(make: Make, company_id: int, role: str) -> None:
    with make.acting(make.user(role)):
        for act in (
            lambda: own_company(name="Mine"),
            lambda: service.change_company(company_id, {"phone": "1"}),
            lambda: service.archive_company(company_id),
            lambda: service.delete_company(company_id),
            lambda: ACCOUNTS.add(company_id, ACCOUNT),
        ):
            with pytest.raises((ForbiddenError, MissingError)):
                act()
