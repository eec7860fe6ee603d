"""Who gets a lead that nobody is responsible for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, service
from salesman_leads.distribution.again import distribute_lead
from salesman_leads.distribution.models import Decision
from salesman_leads.distribution.queries import decisions_of
from salesman_leads.distribution.service import add_absence, change_rule
from salesman_leads.models import Lead

from salesman_core.people.service import change_user
from salesman_core.services.models import Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import InvalidError, reading, writing

RuleOf = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]

pytestmark = pytest.mark.usefixtures("clock")


def owners(*lead_ids: int) -> list[int | None]:
    reading().rollback()
    found = dict(reading().execute(sa.select(Lead.id, Lead.owner_id)).all())
    return [found[one] for one in lead_ids]


def lead(**values: object) -> int:
    return intake.create_lead({"name": "Dora", **values})


def many(count: int) -> list[int]:
    made = intake.create_leads([{"name": f"Lead {number}"} for number in range(count)])
    return [one for one in made if isinstance(one, int)]


def decided(lead_id: int) -> Decision:
    reading().rollback()
    return decisions_of(reading(), lead_id)[0]


def skipped(lead_id: int) -> list[tuple[int, str]]:
    return [(one["user_id"], one["why"]) for one in decided(lead_id).skipped]


def test_company_begins_with_a_rule_that_gives_leads_to_nobody(app: Flask) -> None:
    lead_id = lead()

    assert owners(lead_id) == [None]
    assert (decided(lead_id).rule_name, decided(lead_id).method) == ("All others", "first_come")


def told() -> list[tuple[int, str, str]]:
    rows = reading().execute(sa.select(Notice.user_id, Notice.text, Notice.address))
    return sorted((row.user_id, row.text, row.address) for row in rows)


def test_all_who_may_take_a_lead_are_told_where_no_rule_names_anybody(
    make: Make, sellers: list[int]
) -> None:
    caller, head = make.user("telemarketer"), make.user("head")
    away = make.user("telemarketer")
    day = date(2026, 11, 30)
    add_absence({"user_id": away, "first_day": day, "last_day": day})

    lead_id = lead()

    news = ("Whoever is first takes it: Dora", f"/leads/{lead_id}")
    assert told() == [(caller, *news), (head, *news)]
    assert sellers


def test_who_may_take_leads_is_told_once_of_a_whole_list(make: Make) -> None:
    caller = make.user("telemarketer")

    with make.acting(make.user("marketer")):
        many(700)

    news = ("700 leads for whoever takes them first", "/leads?nobodys=true&status=open")
    assert told() == [(caller, *news)]


def test_leads_go_in_turn(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("in_turn", *sellers)

    found = owners(*(lead() for _ in range(4)))

    assert found == [*sellers, sellers[0]]


def test_list_of_leads_goes_in_turn_as_single_ones_do(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("in_turn", *sellers)
    lead()

    assert owners(*many(4)) == [*sellers[1:], *sellers[:2]]


def test_who_is_responsible_by_name_stays_so(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("in_turn", sellers[0])
    lead_id = lead(owner_id=sellers[2])

    assert owners(lead_id) == [sellers[2]]
    assert decisions_of(reading(), lead_id) == []


def test_seller_keeps_what_they_enter_themselves(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    rule_of("in_turn", sellers[0])
    with make.acting(sellers[1]):
        lead_id = lead()

    assert owners(lead_id) == [sellers[1]]


def test_least_loaded_gets_the_lead(rule_of: RuleOf, sellers: list[int]) -> None:
    for owner, leads in zip(sellers, (2, 1, 3), strict=True):
        for _ in range(leads):
            lead(owner_id=owner)
    rule_of("least_loaded", *sellers)

    assert owners(*many(5)) == [sellers[1], sellers[0], sellers[1], sellers[2], sellers[0]]


def test_finished_leads_are_no_load(
    rule_of: RuleOf, sellers: list[int], result_of: Callable[[str], int]
) -> None:
    first, second = sellers[:2]
    service.close_lead(lead(owner_id=first), result_of("spam"))
    service.delete_lead(lead(owner_id=first))
    lead(owner_id=second)
    rule_of("least_loaded", first, second)

    assert owners(lead()) == [first]


def test_leads_that_wait_to_become_clients_or_are_kept_apart_are_no_load(
    rule_of: RuleOf, sellers: list[int]
) -> None:
    first, second = sellers[:2]
    service.find_interest(lead(owner_id=first))
    intake.create_lead({"name": "Junk", "owner_id": first}, suspicion="link in the name")
    lead(owner_id=second)
    rule_of("least_loaded", first, second)

    assert owners(lead()) == [first]


def test_whatever_else_is_given_in_the_same_list_is_a_load(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    by_name, by_client, in_turn = sellers
    make.client(owner_id=by_client, emails=["dora@example.com"])
    rule_of("in_turn", in_turn, sources=["fair"])
    rule_of("least_loaded", *sellers)

    made = intake.create_leads(
        [
            {"name": "A", "emails": ["dora@example.com"]},
            {"name": "B", "source": "fair"},
            *({"name": name} for name in "CD"),
            *({"name": name, "owner_id": by_name} for name in "EF"),
        ]
    )

    found = owners(*(one for one in made if isinstance(one, int)))
    assert found == [by_client, in_turn, by_client, in_turn, by_name, by_name]


def test_lead_that_is_dealt_anew_is_no_load_of_whose_it_was(
    rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("least_loaded", *sellers)
    dealt = [lead(owner_id=one) for one in sellers][-1]

    distribute_lead(dealt)

    assert owners(dealt) == [sellers[-1]]


def test_weights_are_kept(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("weights", (sellers[0], 5), (sellers[1], 3), (sellers[2], 2))

    assert Counter(owners(*many(100))) == dict(zip(sellers, (50, 30, 20), strict=True))


def test_coordinator_gets_all(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("coordinator", coordinator_id=sellers[1])

    assert owners(lead(), lead()) == [sellers[1], sellers[1]]


@pytest.mark.parametrize(
    ("condition", "fits", "fits_not"),
    [
        ({"sources": ["Site"]}, {"source": "site"}, {"source": "site 2"}),
        ({"products": ["boiler"]}, {"products": ["Boiler KX-300"]}, {"products": ["Lathe"]}),
        ({"regions": ["Омск", "Tomsk"]}, {"region": "омск"}, {"region": ""}),
        ({"languages": ["pt"]}, {"language": "pt-BR"}, {"language": "en"}),
        ({"languages": ["ru", "PT-br"]}, {"language": "pt_BR"}, {"language": "pt"}),
        ({"languages": ["RU"]}, {"language": "ru"}, {"language": "rue"}),
        ({"languages": ["r"]}, None, {"language": "ru"}),
        ({"hours": "working"}, {}, None),
        ({"hours": "resting"}, None, {}),
    ],
)
def test_rule_holds_for_what_it_asks(
    rule_of: RuleOf,
    sellers: list[int],
    condition: dict[str, object],
    fits: dict[str, object] | None,
    fits_not: dict[str, object] | None,
) -> None:
    rule_of("in_turn", sellers[0], **condition)

    for values, expected in (fits, sellers[0]), (fits_not, None):
        if values is not None:
            assert owners(lead(**values)) == [expected]


def test_first_rule_that_fits_decides(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("in_turn", sellers[0], sources=["site"])
    rule_of("in_turn", sellers[1])
    asleep = rule_of("in_turn", sellers[2], regions=["Omsk"])
    change_rule(asleep, {"active": False})

    assert owners(lead(source="site"), lead(), lead(region="Omsk")) == [
        sellers[0],
        sellers[1],
        sellers[1],
    ]


def test_absent_person_is_skipped_and_the_ledger_says_so(
    rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)
    day = date(2026, 11, 30)
    add_absence({"user_id": sellers[0], "first_day": day, "last_day": day})

    lead_id = lead()

    assert owners(lead_id) == [sellers[1]]
    assert skipped(lead_id) == [(sellers[0], "absent")]


def test_day_of_an_absence_is_one_of_the_company_s_zone(
    rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule_of("in_turn", sellers[0], coordinator_id=sellers[1])
    day = date(2026, 12, 1)
    add_absence({"user_id": sellers[0], "first_day": day, "last_day": day})

    found = []
    for hour in (20, 22):  # 23:00 and 01:00 in Moscow
        clock.set(datetime(2026, 11, 30, hour, tzinfo=UTC))
        found += owners(lead())

    assert found == sellers[:2]


def test_who_left_or_may_not_see_leads_is_skipped(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    lawyer = make.user("seller")
    rule_of("in_turn", lawyer, *sellers)
    change_user(lawyer, {"role_ids": ["lawyer"]})
    change_user(sellers[0], {"active": False})

    lead_id = lead()

    assert owners(lead_id) == [sellers[1]]
    assert skipped(lead_id) == [(lawyer, "no_access"), (sellers[0], "left")]


def test_coordinator_gets_what_nobody_else_can_take(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    head = make.user("head")
    rule_of("in_turn", sellers[0], coordinator_id=head)
    change_user(sellers[0], {"active": False})

    assert owners(lead()) == [head]


def test_known_client_s_owner_goes_before_all_rules(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    client = make.client(owner_id=sellers[2])
    make.contact(client, phones=["+7 916 123-45-67"])
    rule_of("in_turn", sellers[0])

    lead_id = lead(phones=["8 (916) 1234567"])

    assert owners(lead_id) == [sellers[2]]
    assert (decided(lead_id).method, decided(lead_id).client_id) == ("known", client)


def test_known_client_s_owner_who_is_absent_is_skipped(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    make.client(owner_id=sellers[2], emails=["dora@example.com"])
    day = date(2026, 11, 30)
    add_absence({"user_id": sellers[2], "first_day": day, "last_day": day})
    rule_of("in_turn", sellers[0])

    lead_id = lead(emails=["Dora@example.com"])

    assert owners(lead_id) == [sellers[0]]
    assert skipped(lead_id) == [(sellers[2], "absent")]


def test_person_is_told_once_of_all_that_they_got(rule_of: RuleOf, sellers: list[int]) -> None:
    rule_of("in_turn", *sellers[:2])

    many(5)
    one = many(1)[0]

    told = reading().execute(
        sa.select(Notice.user_id, Notice.text, Notice.address).order_by(Notice.id)
    )
    assert [tuple(row) for row in told] == [
        (sellers[0], "3 leads for you", "/leads?owner_id=me&status=open"),
        (sellers[1], "2 leads for you", "/leads?owner_id=me&status=open"),
        (sellers[1], "A lead for you: Lead 0", f"/leads/{one}"),
    ]


def test_second_list_of_a_transaction_costs_no_statement_to_tell_nobody(
    rule_of: RuleOf, sellers: list[int], statements: Statements
) -> None:
    rule_of("in_turn", *sellers)

    with statements() as sent, writing():
        many(2)
        many(2)

    told = "SELECT leads_lead.id, leads_lead.title, leads_lead.owner_id"
    assert len([one for one in sent if one.startswith(told)]) == 1


def test_whoever_may_take_it_first_is_told(rule_of: RuleOf, sellers: list[int], make: Make) -> None:
    caller = make.user("telemarketer")
    rule_of("first_come", caller, sellers[0])

    lead_id = lead()

    told = reading().execute(sa.select(Notice.user_id, Notice.text)).all()
    assert [tuple(row) for row in told] == [(caller, "Whoever is first takes it: Dora")]
    assert skipped(lead_id) == [(sellers[0], "unseen")]


def test_item_that_does_not_fit_hinders_no_other_and_takes_no_turn(
    rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers)

    made = intake.create_leads([{"name": "Anna"}, {"text": "who?"}, {"name": "Boris"}])

    first, refused, last = made
    assert isinstance(refused, InvalidError)
    assert isinstance(first, int)
    assert isinstance(last, int)
    assert owners(first, last) == sellers[:2]


def test_key_that_a_lead_has_is_refused_also_within_one_list(app: Flask) -> None:
    lead(external_ids={"site": "1"})

    made = intake.create_leads(
        [{"external_ids": {"site": key}, "name": "Anna"} for key in ("1", "2", "2")]
    )

    assert [isinstance(one, int) for one in made] == [False, True, False]


def test_statements_do_not_grow_with_the_leads(
    rule_of: RuleOf, sellers: list[int], statements: Statements
) -> None:
    rule_of("in_turn", *sellers)
    many(1)
    counts = []
    for count in 15, 30:
        with statements() as sent:
            many(count)
        counts.append(len(sent))

    assert counts[0] == counts[1]
