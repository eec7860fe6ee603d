"""Who is in a group, and why."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from salesman_leads.intake import create_lead
from salesman_leads.models import Lead
from salesman_mailing.groups import imports, queries, service
from salesman_mailing.groups.models import ITS_CONTACTS, ITS_PRIMARY, Member
from salesman_mailing.jobs import tidy

from salesman_core.clients.merging import merge_clients
from salesman_core.plugins import switches
from salesman_core.testing.people import Make
from salesman_core.toolkit import InvalidError, MissingError, create_contact, reading, writing


def test_group_names_records_of_each_kind_that_can_be_written_to(
    make: Make, group: Any, in_group: Any
) -> None:
    client = make.client(emails=["Sales@Example.com"])
    contact = create_contact({"client_id": client, "name": "Anna", "emails": ["anna@example.com"]})
    lead = create_lead({"name": "Boris", "emails": ["boris@example.com"]})
    group_id = group()

    with make.acting(make.user_of("marketer")):
        assert service.add_records(group_id, "client", [client]) == 1
        assert service.add_records(group_id, "contact", [contact]) == 1
        assert service.add_records(group_id, "leads.lead", [lead]) == 1
        assert service.add_records(group_id, "leads.lead", [lead]) == 0

    assert in_group(group_id) == [
        ("client", client, "sales@example.com"),
        ("contact", contact, "anna@example.com"),
        ("leads.lead", lead, "boris@example.com"),
    ]


def test_address_of_several_records_is_met_once_as_the_person_who_has_it(
    make: Make, group: Any, in_group: Any
) -> None:
    client = make.client(emails=["anna@example.com"])
    contact = create_contact({"client_id": client, "name": "Anna", "emails": ["ANNA@example.com"]})
    group_id = group()
    with make.acting(make.user_of("marketer")):
        service.add_records(group_id, "client", [client])
        service.add_records(group_id, "contact", [contact])
        counted = queries.counted(reading(), group_id)

    assert in_group(group_id) == [("contact", contact, "anna@example.com")]
    assert counted == queries.Counted(records=2, addresses=1, writable=1)


def test_first_valid_address_of_a_record_counts(make: Make, group: Any, in_group: Any) -> None:
    client = make.client(emails=["not an address", "first@example.com", "second@example.com"])
    group_id = group()
    with make.acting(make.user_of("marketer")):
        service.add_records(group_id, "client", [client])

    assert in_group(group_id) == [("client", client, "first@example.com")]


def test_group_follows_a_filter_as_it_is_at_the_moment(
    make: Make, group: Any, in_group: Any
) -> None:
    group_id = group()
    old = make.client(emails=["old@example.com"], tags=["fair"])
    make.client(emails=["other@example.com"], tags=["web"])
    with make.acting(make.user_of("marketer")):
        service.follow(group_id, "client", "tag=fair")
    new = make.client(emails=["new@example.com"], tags=["fair"])

    assert in_group(group_id) == [
        ("client", old, "old@example.com"),
        ("client", new, "new@example.com"),
    ]


def test_filter_of_clients_may_mean_the_people_there(make: Make, group: Any, in_group: Any) -> None:
    client = make.client(emails=["office@example.com"], tags=["fair"])
    anna = create_contact({"client_id": client, "name": "Anna", "emails": ["anna@example.com"]})
    boris = create_contact({"client_id": client, "name": "Boris", "emails": ["boris@example.com"]})
    everybody, first = group("Everybody"), group("First")
    with make.acting(make.user_of("marketer")):
        service.follow(everybody, "client", "tag=fair", ITS_CONTACTS)
        service.follow(first, "client", "tag=fair", ITS_PRIMARY)

    assert [one[1] for one in in_group(everybody)] == [anna, boris]
    assert [one[1] for one in in_group(first)] == [anna]


def test_whoever_is_kept_out_is_in_the_group_neither_by_name_nor_by_filter(
    make: Make, group: Any, in_group: Any
) -> None:
    group_id = group()
    named = make.client(emails=["named@example.com"])
    found = make.client(emails=["found@example.com"], tags=["fair"])
    with make.acting(make.user_of("marketer")):
        service.add_records(group_id, "client", [named])
        service.follow(group_id, "client", "tag=fair")
        assert service.keep_out(group_id, "client", named, "A competitor")
        assert service.keep_out(group_id, "client", found)
    assert in_group(group_id) == []

    with make.acting(make.user_of("marketer")):
        service.let_in(group_id, "client", named)
        service.let_in(group_id, "client", found)
    assert [one[1] for one in in_group(group_id)] == [named, found]


def test_members_of_a_group_are_added_to_another_in_one_statement(
    make: Make, group: Any, in_group: Any, statements: Any
) -> None:
    following, fixed = group("Following"), group("Fixed")
    for number in range(30):
        make.client(emails=[f"c{number}@example.com"], tags=["fair"])
    with make.acting(make.user_of("marketer")):
        service.follow(following, "client", "tag=fair")
        with statements() as sent:
            assert service.add_members_of(fixed, following) == 30
        assert service.add_members_of(fixed, following) == 0

    assert len([one for one in sent if "INSERT INTO mailing_member" in str(one)]) == 1
    assert len(in_group(fixed)) == 30


def test_myself_in_a_filter_stays_whoever_made_it(make: Make, group: Any) -> None:
    marketer = make.user_of("marketer")
    group_id = group()
    with make.acting(marketer):
        service.follow(group_id, "client", "owner_id=me")
        (one,) = queries.filters_of(reading(), group_id)

    assert one.args == {"owner_id": str(marketer)}


def test_filter_that_the_list_does_not_know_is_refused(make: Make, group: Any) -> None:
    group_id = group()
    with make.acting(make.user_of("marketer")), pytest.raises(InvalidError):
        service.follow(group_id, "client", "colour=red")


def test_nobody_meets_in_a_group_whom_they_may_not_see(make: Make, group: Any) -> None:
    group_id = group()
    make.client(emails=["hidden@example.com"], tags=["fair"])
    with make.acting(make.user_of("marketer")):
        service.follow(group_id, "client", "tag=fair")

    with make.acting(make.user_of("seller")), pytest.raises(MissingError):
        queries.counted(reading(), group_id)


def test_merged_clients_are_in_the_group_once(make: Make, group: Any, in_group: Any) -> None:
    group_id = group()
    ids = [make.client(name="Pumps", emails=[f"{word}@example.com"]) for word in ("a", "b")]
    with make.acting(make.user_of("marketer")):
        service.add_records(group_id, "client", ids)
    merge_clients(ids[0], [ids[1]])

    assert [one[1] for one in in_group(group_id)] == [ids[0]]


def test_file_of_clients_says_in_which_groups_they_are(
    make: Make, group: Any, in_group: Any
) -> None:
    group_id = group("Spring fair")
    rows = {1: {"mailing.groups": "spring FAIR"}, 2: {"mailing.groups": "Unknown"}}
    client = make.client(emails=["pumps@example.com"])
    with make.acting(make.user_of("marketer")):
        judged = imports.PARTS[0].judge(rows)
        assert judged[1] == [group_id]
        assert isinstance(judged[2], InvalidError)
        assert imports.PARTS[0].write({client: judged[1]}) == {client: None}
        assert imports.PARTS[0].write({client: judged[1]}) == {}

    assert [one[1] for one in in_group(group_id)] == [client]


def test_group_whose_filter_cannot_be_asked_finds_nobody(
    make: Make, group: Any, in_group: Any
) -> None:
    group_id = group()
    create_lead({"name": "Boris", "emails": ["boris@example.com"], "source": "fair"})
    with make.acting(make.user_of("marketer")):
        service.follow(group_id, "leads.lead", "source=fair")
    assert len(in_group(group_id)) == 1

    switches.suspend("leads")
    switches.follow_now()
    assert in_group(group_id) == []


def test_lead_that_is_gone_for_good_leaves_its_group(make: Make, group: Any) -> None:
    group_id = group()
    lead = create_lead({"name": "Boris", "emails": ["boris@example.com"]})
    with make.acting(make.user_of("marketer")):
        service.add_records(group_id, "leads.lead", [lead])
    tidy()
    assert members_named() == [lead]
    with writing() as session:
        session.execute(sa.delete(Lead).where(Lead.id == lead))
    tidy()

    assert members_named() == []


def members_named() -> list[int]:
    """Give the numbers of the records of plugins that groups name."""
    return list(reading().scalars(sa.select(Member.record_id)))
