"""Approval of documents where two people act at the same time, in a discussion, too."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from salesman_documents import making
from salesman_documents.approval import gate, queries, routes
from salesman_documents.approval import service as approval
from salesman_documents.queries import one_document
from salesman_documents.service import create_document
from salesman_documents.testing import docx_of, type_of
from salesman_requisites.testing import own_company

from salesman_core.testing.people import Make
from salesman_core.toolkit import ConflictError, reading, writing
from tests.records.turns import elsewhere, wait_for_its_turn

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def lawyers(make: Make) -> list[int]:
    return [make.user("lawyer"), make.user("lawyer")]


@pytest.fixture
def document(make: Make, lawyers: list[int]) -> int:
    """A contract that two lawyers are asked about at the same time."""
    own_company(short_name="Ours")
    steps = [{"stage": 1, "user_id": user_id, "days": None} for user_id in lawyers]
    routes.set_route(type_of("Contract"), {"steps": steps})
    deal = make.deal(client_id=make.client())
    document = create_document({"type_id": type_of("Contract"), "deal_id": deal})
    upload(document, "The price is 100")
    approval.begin(document, {})
    return document


def upload(document: int, text: str) -> None:
    making.upload(document, "contract.docx", io.BytesIO(docx_of(text)))


def deciding(make: Make, document: int, lawyer: int, place: int) -> Callable[[], str]:
    """What lets a lawyer approve in their step what is to be approved now."""
    last = queries.last_approval(reading(), document)
    assert last is not None
    step = queries.steps(reading(), [last.id])[last.id][place].id
    values = {"verdict": "approved", "comment": "", "hash": last.hash}

    def decided() -> str:
        with make.acting(lawyer):
            return approval.decide(document, step, values)

    return decided


def anew() -> None:
    reading().rollback()
    reading().expire_all()


def test_nothing_is_approved_while_a_new_version_comes_in(
    app: Flask, make: Make, document: int, lawyers: list[int]
) -> None:
    decides = deciding(make, document, lawyers[0], 0)
    anew()
    with ThreadPoolExecutor() as threads:
        with writing():
            upload(document, "The price is 120")
            second = threads.submit(elsewhere(app, decides))
            wait_for_its_turn(second)
        with pytest.raises(ConflictError):
            second.result(30)
    anew()
    last = queries.last_approval(reading(), document)
    assert last is not None
    assert last.state == "void"
    assert {one.state for one in queries.steps(reading(), [last.id])[last.id]} == {"skipped"}


def test_two_who_approve_at_the_same_time_have_both_approved(
    app: Flask, make: Make, document: int, lawyers: list[int]
) -> None:
    first, second = (deciding(make, document, one, place) for place, one in enumerate(lawyers))
    anew()
    with ThreadPoolExecutor() as threads:
        with writing():
            first()
            other = threads.submit(elsewhere(app, second))
            wait_for_its_turn(other)
        assert other.result(30) == "approved"
    anew()
    assert gate.standing(reading(), one_document(reading(), document)).state == "approved"
