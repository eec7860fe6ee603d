"""What other plugins are given of own companies, for papers that survive them."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from salesman_requisites.companies import service
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.testing import ACCOUNT, SIGNER, own_company
from salesman_requisites.toolkit import company_choices, company_snapshot

from salesman_core.errors import InvalidError, MissingError
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading


def test_snapshot_holds_all_that_a_paper_says_as_plain_data(app: Flask) -> None:
    company_id = own_company(short_name="ООО «Ромашка»", inn="7707083893", kpp="773601001")
    account = ACCOUNTS.add(company_id, ACCOUNT)
    signer = SIGNERS.add(company_id, SIGNER)

    snapshot = company_snapshot(reading(), company_id)

    assert json.loads(json.dumps(snapshot)) == snapshot
    assert (snapshot["inn"], snapshot["short_name"]) == ("7707083893", "ООО «Ромашка»")
    assert snapshot["account"] == {"id": account, **ACCOUNT}
    said = {name: value for name, value in SIGNER.items() if name != "feminine"}
    said |= {"id": signer, "name": "Иванова Анна Петровна", "acting": "действующей"}
    assert snapshot["signer"] == said


def test_genitive_that_nobody_entered_is_the_nominative(app: Flask, company_id: int) -> None:
    SIGNERS.add(company_id, SIGNER | {"name_genitive": "", "feminine": False})

    signer = company_snapshot(reading(), company_id)["signer"]

    assert (signer["name_genitive"], signer["acting"]) == ("Иванова Анна Петровна", "действующего")


def test_company_without_account_and_signer_has_none(app: Flask, company_id: int) -> None:
    snapshot = company_snapshot(reading(), company_id)

    assert (snapshot["account"], snapshot["signer"]) == (None, None)


def test_chosen_account_and_signer_are_those_of_the_company_in_use(
    app: Flask, company_id: int
) -> None:
    first, second = (ACCOUNTS.add(company_id, ACCOUNT | {"bank": name}) for name in "АБ")
    stranger = ACCOUNTS.add(own_company(name="Other"), ACCOUNT)
    session = reading()

    assert company_snapshot(session, company_id)["account"]["bank"] == "А"
    chosen = company_snapshot(session, company_id, account_id=second)
    assert chosen["account"]["bank"] == "Б"
    ACCOUNTS.retire(company_id, first)
    for account in (first, stranger):
        with pytest.raises(InvalidError) as refused:
            company_snapshot(session, company_id, account_id=account)
        assert list(refused.value.fields) == ["account_id"]


def test_choices_are_what_is_in_use_the_main_ones_first(make: Make, company_id: int) -> None:
    rubles = ACCOUNTS.add(company_id, ACCOUNT)
    euros = ACCOUNTS.add(company_id, ACCOUNT | {"currency": "EUR"})
    ACCOUNTS.make_main(company_id, euros)
    SIGNERS.add(company_id, SIGNER)
    service.archive_company(own_company(name="Archived"))
    service.delete_company(own_company(name="Deleted"))

    with make.acting(make.user("seller")):  # who makes a paper need not see the page
        (choice,) = company_choices(reading())

    assert (choice.id, choice.name) == (company_id, "Ромашка")
    assert [id_ for id_, _words in choice.accounts] == [euros, rubles]
    assert choice.signers[0][1] == "Иванова Анна Петровна, Директор"
    assert choice.currencies == {rubles: "RUB", euros: "EUR"}


def test_archived_company_makes_no_papers(app: Flask, company_id: int) -> None:
    service.archive_company(company_id)

    with pytest.raises(MissingError):
        company_snapshot(reading(), company_id)
