"""Members, their names and tags go out to a list, after it was shown what would change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import ONE_CLICK, REFUSED
from salesman_mailing.groups import service as groups
from salesman_mailing.services import linking, queries
from salesman_mailing.services.working import synchronise

from salesman_core.testing.people import Make
from salesman_core.toolkit import ConflictError, InvalidError, bans, change_client, reading, writing

from .conftest import Linked
from .standin import Contact, StandIn

Links = Callable[..., Linked]
ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"


def in_list(unisender: StandIn) -> set[str]:
    return {address for address, one in unisender.contacts.items() if "17" in one.lists}


def test_nothing_goes_out_before_it_was_shown(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA, BORIS)
    assert link.compare() == {"add": 2}
    assert unisender.calls["importContacts"] == 0

    link.carry_out()

    assert in_list(unisender) == {ANNA, BORIS}
    assert (link.row.state, link.compare()) == ("idle", {})


def test_names_and_tags_go_out_and_follow_what_changes(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    link = linked(ANNA, kind="person", tags=["fair", "north"])
    link.synchronise()
    told = unisender.contacts[ANNA]
    assert told.tags == ["fair", "north"]
    assert told.fields["Name"] == told.fields["Company"] == f"Client {ANNA}"
    assert unisender.fields == ["Name", "FirstName", "Company"]

    make.client(name="Other", emails=[BORIS])
    change_client(1, {"tags": ["fair"]})
    assert link.compare() == {"update": 1}
    link.carry_out()
    assert unisender.contacts[ANNA].tags == ["fair"]


def test_many_go_out_five_hundred_at_a_time(unisender: StandIn, linked: Links) -> None:
    link = linked(*(f"client{n}@example.com" for n in range(501)))
    link.synchronise()
    assert unisender.calls["importContacts"] == 2
    assert len(in_list(unisender)) == 501


def test_who_is_in_the_group_no_more_leaves_the_list(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    unisender.contacts["stranger@example.com"] = Contact(lists={"17"})
    link = linked(ANNA, BORIS)
    link.synchronise()
    with make.acting(make.user_of("marketer")):
        groups.take_out(link.group_id, "client", 2)

    assert link.compare() == {"take_out": 1}
    link.carry_out()

    assert in_list(unisender) == {ANNA, "stranger@example.com"}
    assert link.row.others == 1
    assert unisender.contacts[BORIS].unsubscribed == set()


def test_who_refused_here_is_unsubscribed_there(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA, BORIS)
    link.synchronise()
    with writing() as session:
        bans.ban(session, bans.MAILING, "Said so", addresses=[ANNA])

    assert link.compare() == {"unsubscribe": 1}
    link.carry_out()

    assert unisender.contacts[ANNA].unsubscribed == {"17"}
    assert in_list(unisender) == {BORIS}


def test_who_refuses_after_it_was_shown_does_not_go_out(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA, BORIS)
    link.compare()
    with writing() as session:
        record(session, [ANNA], About(group_id=link.group_id), REFUSED, Proof(ONE_CLICK))

    link.carry_out()

    assert in_list(unisender) == {BORIS}


def test_what_the_service_does_not_take_is_told(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA, BORIS)
    link.compare()
    unisender.lists = {"18": "Another"}  # the list was deleted meanwhile
    link.carry_out()
    assert in_list(unisender) == set()
    assert "there is no such list" in {one.refused for one in queries.changes(reading(), link.id)}


@pytest.mark.parametrize("trouble", ["drop", "500", "retry_later", "429"])
def test_service_that_fails_is_asked_again_later(
    unisender: StandIn, linked: Links, trouble: str
) -> None:
    link = linked(ANNA)
    link.compare()
    unisender.trouble.extend([trouble] * 2)

    link.carry_out()

    assert link.row.state == "carrying"
    assert link.row.failures >= 1
    link.work()
    assert in_list(unisender) == {ANNA}
    assert (link.row.state, link.row.failures, link.row.problem) == ("idle", 0, "")


@pytest.mark.parametrize("trouble", ["invalid_api_key", "access_denied", "garbage", "unspecified"])
def test_service_that_refuses_is_not_asked_again(
    unisender: StandIn, linked: Links, trouble: str
) -> None:
    link = linked(ANNA)
    link.compare()
    unisender.trouble.append(trouble)

    link.carry_out()

    assert link.row.state == "planned"
    assert "UniSender" in link.row.problem


def test_limit_of_calls_a_minute_is_waited_for(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    unisender.minute["async/getTaskResult"] = 20
    with_limit = link.compare()
    assert with_limit == {}
    unisender.minute.clear()
    link.work(6)
    assert link.planned() == {"add": 1}


def test_service_that_keeps_failing_is_given_up(unisender: StandIn, linked: Links) -> None:
    link = linked(ANNA)
    link.compare()
    unisender.trouble.extend(["500"] * 9)
    link.carry_out()
    link.work(10)
    assert (link.row.state, len(unisender.trouble)) == ("planned", 0)
    assert link.row.problem == "UniSender does not answer."


def test_list_has_one_group_and_a_group_one_list(
    make: Make, linked: Links, group: Callable[..., int]
) -> None:
    link, other = linked(ANNA), group(BORIS)
    with make.acting(make.user_of("marketer")):
        with pytest.raises(ConflictError):
            linking.link_group(link.group_id, "unisender", "17")
        with pytest.raises(InvalidError):
            linking.link_group(other, "unisender", "17")
        with pytest.raises(InvalidError):
            linking.link_group(other, "unisender", "404")


def test_new_list_is_made_for_a_group(
    make: Make, unisender: StandIn, group: Callable[..., int]
) -> None:
    group_id = group(ANNA)
    with make.acting(make.user_of("marketer")):
        linking.link_group(group_id, "unisender")
    assert unisender.lists == {"17": "News", "18": "Spring"}


def test_much_of_a_list_does_not_leave_it_by_the_clock(
    make: Make, unisender: StandIn, linked: Links
) -> None:
    link = linked(*(f"client{n}@example.com" for n in range(30)))
    link.synchronise()
    with make.acting(make.user_of("marketer")):
        linking.change_link(link.id, automatic=True)
        for n in range(25):
            groups.take_out(link.group_id, "client", n + 1)
    synchronise()
    link.work()

    assert (link.row.state, link.planned()) == ("planned", {"take_out": 25})
    assert "25" in link.row.problem
    assert len(in_list(unisender)) == 30
