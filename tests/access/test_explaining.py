"""Why somebody may, or may not, do something with a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.explaining import explain, read_record
from salesman_core.clients.service import change_client
from salesman_core.db import reading, writing
from salesman_core.deals.models import Deal
from salesman_core.errors import InvalidError
from salesman_core.i18n import speaking
from salesman_core.people import roles
from salesman_core.people import service as people
from salesman_core.plugins import switches
from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Make
from salesman_hookspecs import Scope

SEE = "core.deal.view"
CHANGE = "core.deal.edit"


@pytest.fixture
def database_template(sampled: Template) -> Template:
    return sampled


@pytest.fixture
def app(database_url: str, tmp_path: Path, everything: Sequence[Installed]) -> Iterator[Flask]:
    """An application with the sample plugin, which guards deals and hides secret ones."""
    with running(database_url, tmp_path / "data", installed=everything, lasting=True) as app:
        yield app


@pytest.fixture
def north(make: Make) -> int:
    return make.team("North")


@pytest.fixture
def anna(make: Make, north: int) -> int:
    """A colleague of the team North."""
    return make.user("seller", name="Anna", team_id=north)


@pytest.fixture
def sergei(make: Make) -> int:
    """A seller, who may see and change what is their own."""
    return make.user("seller", name="Sergei")


def said(user_id: int, permission: str, kind: str, record_id: int) -> tuple[bool, list[str]]:
    found = explain(user_id, permission, kind, record_id)
    return found.allowed, [str(reason) for reason in found.reasons]


def test_record_that_there_is_not_is_told(sergei: int) -> None:
    assert said(sergei, CHANGE, "deal", 99999999) == (False, ["There is no record deal:99999999."])


def test_strangers_record_is_told_with_its_owner_and_the_role(
    make: Make, anna: int, sergei: int
) -> None:
    deal = make.deal(owner_id=anna)

    assert said(sergei, CHANGE, "deal", deal) == (
        False,
        [
            "The role Seller grants “Change and move deals”, reach: own.",
            "Its owner is Anna of the team North.",
            "Not reached: neither one's own record nor one with a part in it.",
        ],
    )


def test_preset_role_is_named_in_the_language_of_the_reader(make: Make, sergei: int) -> None:
    deal = make.deal(owner_id=sergei)

    with speaking("ru"):
        _allowed, (role, *_further) = said(sergei, CHANGE, "deal", deal)

    assert "«Продавец»" in role


def test_own_record_is_reached_as_ones_own(make: Make, sergei: int) -> None:
    deal = make.deal(owner_id=sergei)

    assert said(sergei, CHANGE, "deal", deal) == (
        True,
        [
            "The role Seller grants “Change and move deals”, reach: own.",
            "Its owner is Sergei.",
            "Reached as one's own record.",
        ],
    )


def test_participant_reaches_a_record_by_taking_part(make: Make, anna: int, sergei: int) -> None:
    deal = make.deal(owner_id=anna, participants=[{"user_id": sergei}])

    allowed, reasons = said(sergei, SEE, "deal", deal)

    assert (allowed, reasons[-1]) == (
        True,
        "Reached as a participant.",
    )


def test_records_of_the_team_are_reached_through_it(make: Make, north: int) -> None:
    leader = make.user("seller", name="Lev", team_id=north)
    (seller,) = people.roles_of(reading(), leader)
    roles.change_grants(seller, {CHANGE: Scope.TEAM})
    below = make.team("North-East", parent_id=north)
    deal = make.deal(owner_id=make.user("seller", name="Boris", team_id=below))
    stranger = make.deal(owner_id=make.user("seller", name="Vera"))

    assert said(leader, CHANGE, "deal", deal) == (
        True,
        [
            "The role Seller grants “Change and move deals”, reach: team's.",
            "Its owner is Boris of the team North-East.",
            "Reached as a record of one's team.",
        ],
    )
    assert said(leader, CHANGE, "deal", stranger) == (
        False,
        [
            "The role Seller grants “Change and move deals”, reach: team's.",
            "Its owner is Vera.",
            "Not reached: neither a record of one's team nor one with a part in it.",
        ],
    )


def test_reach_of_all_is_told_and_that_nobody_owns_the_record(make: Make) -> None:
    deal = make.deal(owner_id=None)
    with writing() as session:
        session.execute(sa.update(Deal).values(owner_id=None))

    assert said(make.user("administrator"), SEE, "deal", deal) == (
        True,
        [
            "The role Administrator may do everything.",
            "It has no owner.",
            "Reached because the reach is: all.",
        ],
    )


def test_permission_that_no_role_grants_is_told(make: Make, anna: int) -> None:
    deal = make.deal(owner_id=anna)
    marketer = make.user("marketer")

    assert said(marketer, "core.deal.delete", "deal", deal) == (
        False,
        ["The role Marketer does not grant “Put deals into the bin”."],
    )


def test_user_without_a_role_is_told(make: Make) -> None:
    nobody = people.add_user("nobody@example.com", "Nobody")

    assert said(nobody, SEE, "deal", make.deal()) == (False, ["The user has no role."])


def test_deactivated_user_is_told(make: Make, sergei: int) -> None:
    people.deactivate(sergei)

    assert said(sergei, SEE, "deal", make.deal()) == (False, ["The user is deactivated."])


def test_record_in_the_bin_is_told(make: Make, sergei: int, clock: FrozenClock) -> None:
    deal = make.deal(owner_id=sergei)
    with writing() as session:
        session.execute(sa.update(Deal).values(deleted_at=clock.now()))

    allowed, reasons = said(sergei, SEE, "deal", deal)

    assert (allowed, reasons[0]) == (False, f"deal:{deal} is in the bin.")


def test_filter_of_a_plugin_is_told(make: Make, sergei: int) -> None:
    deal = make.deal(name="Secret boilers", owner_id=sergei)

    allowed, reasons = said(sergei, SEE, "deal", deal)

    assert (allowed, reasons[-1]) == (
        False,
        "The plugin sample does not let it through.",
    )


def test_guard_of_a_plugin_that_is_not_active_is_told(make: Make, sergei: int) -> None:
    deal = make.deal(owner_id=sergei)
    switches.suspend("sample")
    switches.follow_now()

    allowed, reasons = said(sergei, SEE, "deal", deal)

    assert not allowed
    assert reasons[-1].startswith("The plugin sample guards such records and is not active: ")


def test_contact_is_explained_by_its_client(make: Make, anna: int, sergei: int) -> None:
    client = make.client(name="Severstal", owner_id=anna)
    contact = make.contact(client)

    assert said(sergei, "core.client.edit", "contact", contact) == (
        False,
        [
            "The role Seller grants “Change clients and their contacts”, reach: own.",
            "Reached through “Severstal”.",
            "Its owner is Anna of the team North.",
            "Not reached: neither one's own record nor one with a part in it.",
        ],
    )
    change_client(client, {"owner_id": sergei})
    assert said(sergei, "core.client.edit", "contact", contact)[0]


@pytest.mark.plugins
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("permission", "kind", "message"),
    [
        ("core.deal.edti", "deal", "no permission core.deal.edti. Did you mean core.deal.edit?"),
        ("quite.another", "deal", "There is no permission quite.another."),
        (SEE, "dael", "There are no records of the kind dael. Did you mean deal?"),
        ("leads.lead.view", "deal", "of the kind leads.lead, not of the kind deal."),
        (SEE, "client", "“See deals” is about records of the kind deal, not of the kind client"),
    ],
)
def test_what_cannot_be_asked_names_the_nearest(
    sergei: int, permission: str, kind: str, message: str
) -> None:
    with pytest.raises(InvalidError, match=re.escape(message)):
        explain(sergei, permission, kind, 1)


@pytest.mark.plugins
@pytest.mark.databases("sqlite")
def test_permission_of_a_suspended_plugin_is_told(sergei: int) -> None:
    switches.suspend("leads")
    switches.follow_now()

    with pytest.raises(InvalidError, match="The plugin leads is not active"):
        explain(sergei, "leads.lead.view", "deal", 1)


@pytest.mark.parametrize("typed", ["deal", "deal:", "deal:x", ":5", "deal:-1", "deal:9" + "9" * 30])
def test_record_is_written_as_kind_and_number(typed: str) -> None:
    with pytest.raises(InvalidError, match="write its kind and number, as deal:214"):
        read_record(typed)

    assert read_record("leads.lead:7") == ("leads.lead", 7)
