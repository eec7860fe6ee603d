"""Whom one may choose: nobody whose name one may not read."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.colleagues import colleagues, holders, known_teams
from salesman_core.access.models import Role
from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.people.permissions import VIEW
from salesman_core.people.roles import change_grants, copy_role
from salesman_core.people.service import change_user
from salesman_core.testing.people import Make, browser_of
from salesman_hookspecs import Scope


@pytest.fixture
def alone(make: Make) -> int:
    """A seller who may not see colleagues, in a team of their own beside another."""
    make.team("Polar")
    preset = reading().scalars(sa.select(Role.id).where(Role.preset == "seller")).one()
    role = copy_role(preset, "Sellers alone")
    change_grants(role, {VIEW: Scope.NONE})
    user_id = make.user("seller", name="Anna Alone", team_id=make.team("South"))
    make.user("seller", name="Boris Hidden")
    change_user(user_id, {"role_ids": [role]})
    return user_id


def test_colleagues_are_all_who_work_here_for_whoever_may_see_them(make: Make) -> None:
    make.user("seller", name="Anna")
    with make.acting(make.user("seller", name="Boris")):
        names = [name for _id, name in colleagues()]

    assert {"Anna", "Boris"} <= set(names)


def test_colleagues_are_nobody_else_for_whoever_may_not_see_them(make: Make, alone: int) -> None:
    with make.acting(alone):
        assert colleagues() == [(alone, "Anna Alone")]


def test_colleague_whom_a_record_names_may_be_chosen_again(make: Make, alone: int) -> None:
    boris = make.user("seller", name="Boris")
    with make.acting(alone):
        assert colleagues(also=[boris]) == [(alone, "Anna Alone"), (boris, "Boris")]


def test_teams_are_ones_own_for_whoever_may_not_see_colleagues(make: Make, alone: int) -> None:
    with make.acting(alone):
        assert [name for _id, name in known_teams()] == ["South"]


def test_pages_with_choices_of_people_name_nobody_who_is_hidden(app: Flask, alone: int) -> None:
    browser = browser_of(app, alone)
    pages = ("/clients", "/deals", "/deals/board", "/reports/funnel")

    told = "".join(browser.get(address).text for address in pages)

    assert ("Anna Alone" in told, "Boris Hidden" in told, "Polar" in told) == (True, False, False)


def test_participant_whom_one_may_not_know_of_cannot_be_named(make: Make, alone: int) -> None:
    boris = make.user("seller", name="Boris")
    client = make.client(owner_id=alone)

    with make.acting(alone), pytest.raises(InvalidError) as refused:
        change_client(client, {"participants": [{"user_id": boris}]})

    assert list(refused.value.fields) == ["participants"]


def test_holders_are_those_one_of_whose_roles_names_the_permission(make: Make) -> None:
    seller = make.user("seller")
    make.user("lawyer")
    make.user("administrator")

    assert list(reading().scalars(holders("core.deal.create"))) == [seller]
