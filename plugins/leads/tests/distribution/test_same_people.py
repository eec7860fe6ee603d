"""Leads of the same people, though no client is known that they are: one person works on them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.distribution.queries import decisions_of
from salesman_leads.distribution.words import told
from salesman_leads.intake import create_lead, create_leads
from salesman_leads.models import Lead
from salesman_leads.service import close_lead

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.db import db
from salesman_core.people.service import change_user
from salesman_core.toolkit import reading

RuleOf = Callable[..., int]
ResultOf = Callable[[str], int]

PHONE, SAME_PHONE = "+7 916 123-45-67", "8 (916) 1234567"

pytestmark = pytest.mark.usefixtures("clock")


def owners() -> list[int | None]:
    reading().rollback()
    return list(reading().scalars(sa.select(Lead.owner_id).order_by(Lead.id)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"phones": [PHONE]}, {"phones": ["8 495 000-00-01", SAME_PHONE]}),
        ({"emails": ["anna@example.com"]}, {"emails": ["Anna@Example.com"]}),
    ],
)
def test_second_lead_goes_to_whoever_works_on_the_first(
    rule_of: RuleOf, sellers: list[int], first: dict[str, object], second: dict[str, object]
) -> None:
    rule_of("in_turn", *sellers)
    create_lead(first)
    create_lead({"name": "Somebody else"})
    lead_id = create_lead(second)
    create_lead({"name": "Another one"})

    assert owners() == [sellers[0], sellers[1], sellers[0], sellers[2]]
    (decision,) = decisions_of(reading(), lead_id)
    assert (decision.method, decision.client_id) == ("known", None)
    said = told(decision, {sellers[0]: "Anna"})
    assert said == "It goes to Anna, who knows them already."


def test_leads_that_come_together_go_to_one_person(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("in_turn", *sellers)

    create_leads([{"phones": [PHONE]}, {"name": "Somebody"}, {"phones": [SAME_PHONE]}])

    assert owners() == [sellers[0], sellers[1], sellers[0]]


def test_who_may_work_on_it_no_more_or_has_closed_it_gets_no_second_one(
    rule_of: RuleOf, sellers: list[int], result_of: ResultOf
) -> None:
    rule_of("in_turn", *sellers)
    close_lead(create_lead({"phones": [PHONE]}), result_of("not_our_customer"))
    create_lead({"phones": [PHONE]})
    change_user(sellers[1], {"role_ids": ["lawyer"]})
    create_lead({"phones": [PHONE]})

    assert owners() == [sellers[0], sellers[1], sellers[2]]


@pytest.mark.databases("sqlite", "postgresql")
def test_leads_of_one_phone_that_come_at_once_go_to_one_person(
    app: Flask, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)
    together = Barrier(5)

    def come_in(_number: int) -> None:
        with app.app_context(), acting_as(SYSTEM):
            together.wait(30)
            create_lead({"phones": [PHONE]})
            db.session.remove()

    reading().rollback()
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(come_in, range(5)))

    assert owners() == [sellers[0]] * 5
