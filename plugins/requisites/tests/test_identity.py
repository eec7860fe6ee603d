"""What a firm is in law, and where it keeps its money: numbers judged against each other."""

from __future__ import annotations

from typing import Any

import pytest
from salesman_requisites.banking import judged_account
from salesman_requisites.identity import judged_identity

from salesman_core.toolkit import InvalidError

FIRM = {"inn": "7707083893", "kpp": "773601001", "ogrn": "1027700132195"}
ENTREPRENEUR = {"inn": "500100732259", "ogrn": "304500116000157"}


def refused(country: str, **typed: str) -> dict[str, str]:
    with pytest.raises(InvalidError) as error:
        judged_identity(country, typed)
    return {name: str(message) for name, message in error.value.fields.items()}


def test_numbers_of_a_firm_are_kept_without_spaces() -> None:
    typed = FIRM | {"inn": "77 07 083893", "vat_number": "DE136695976"}

    assert judged_identity("RU", typed) == FIRM | {"vat_number": ""}


def test_entrepreneur_has_no_kpp() -> None:
    assert judged_identity("RU", ENTREPRENEUR)["ogrn"] == ENTREPRENEUR["ogrn"]
    assert refused("RU", **ENTREPRENEUR, kpp="773601001") == {
        "kpp": "An entrepreneur, whose INN has 12 digits, has no KPP."
    }


def test_inn_and_ogrn_are_both_of_a_firm_or_both_of_an_entrepreneur() -> None:
    assert refused("RU", inn=FIRM["inn"], ogrn=ENTREPRENEUR["ogrn"]) == {
        "ogrn": "To an INN of 10 digits belongs an OGRN of 13, that of a firm."
    }
    assert refused("RU", inn=ENTREPRENEUR["inn"], ogrn=FIRM["ogrn"]) == {
        "ogrn": "To an INN of 12 digits belongs an OGRN of 15, that of an entrepreneur."
    }


def test_each_wrong_number_is_told_at_its_field() -> None:
    assert set(refused("RU", inn="1", kpp="2", ogrn="3")) == {"inn", "kpp", "ogrn"}


def test_firm_abroad_has_the_number_of_its_country() -> None:
    known = judged_identity("DE", FIRM | {"vat_number": "136 695 976"})

    assert known == {"inn": "", "kpp": "", "ogrn": "", "vat_number": "DE136695976"}
    assert set(refused("DE", vat_number="1")) == {"vat_number"}


def test_nothing_typed_is_nothing_wrong() -> None:
    assert set(judged_identity("RU", {"inn": " ", "kpp": ""}).values()) == {""}


RUSSIAN = {
    "bic": "044525225",
    "account": "40702810938000000001",
    "correspondent": "30101810400000000225",
}
ABROAD = {"bic": "DEUTDEFF500", "account": "DE89370400440532013000", "correspondent": ""}


@pytest.mark.parametrize("account", [RUSSIAN, ABROAD])
def test_bank_account_is_kept_as_it_is(account: dict[str, str]) -> None:
    spaced = {name: " ".join(value) for name, value in account.items()}

    assert judged_account(spaced) == account


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"bic", "account"}),
        ({"bic": "044525225"}, {"account"}),
        ({"account": RUSSIAN["account"]}, {"bic"}),
        (RUSSIAN | {"bic": "044525593"}, {"account", "correspondent"}),
        (RUSSIAN | {"bic": "04452522"}, {"bic"}),
        (ABROAD | {"bic": "DEUT"}, {"bic"}),
        (ABROAD | {"account": "DE89370400440532013001"}, {"account"}),
    ],
)
def test_bank_and_account_are_judged_against_each_other(
    typed: dict[str, Any], wrong: set[str]
) -> None:
    with pytest.raises(InvalidError) as error:
        judged_account(typed)

    assert set(error.value.fields) == wrong
