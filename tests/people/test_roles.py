"""Roles: copied, granted, deleted; what belongs to an absent plugin is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salesman_core.access.models import RoleGrant
from salesman_core.access.permissions import PRESETS
from salesman_core.access.person import load_person
from salesman_core.db import reading, writing
from salesman_core.errors import ConflictError, InvalidError, StaleError
from salesman_core.people import queries, roles, service
from salesman_hookspecs import Scope

pytestmark = pytest.mark.usefixtures("app")

RoleNamed = Callable[[str], int]


def test_all_presets_are_there_in_their_order() -> None:
    assert [role.preset for role in queries.roles()] == list(PRESETS)


def test_copy_grants_what_the_preset_does(role_named: RoleNamed) -> None:
    seller = role_named("seller")
    copy = roles.copy_role(seller, "Junior seller")
    assert queries.grants(copy) == queries.grants(seller)
    assert queries.role(copy).preset is None


def test_change_of_a_copy_leaves_the_preset(role_named: RoleNamed) -> None:
    seller = role_named("seller")
    copy = roles.copy_role(seller, "Junior seller")
    roles.change_grants(copy, {"core.client.edit": Scope.NONE})
    assert "core.client.edit" not in queries.grants(copy)
    assert queries.grants(seller)["core.client.edit"] == "own"


def test_changed_grant_counts_for_its_holders(sergei: int, role_named: RoleNamed) -> None:
    roles.change_grants(role_named("seller"), {"core.client.view": Scope.TEAM})
    person = load_person(reading(), sergei)
    assert person is not None
    assert person.scope("core.client.view") is Scope.TEAM


def test_widest_of_several_roles_holds(sergei: int, role_named: RoleNamed) -> None:
    both = [role_named("seller"), role_named("head")]
    service.change_user(sergei, {"role_ids": both})
    person = load_person(reading(), sergei)
    assert person is not None
    assert person.scope("core.client.view") is Scope.ALL


def test_grants_of_an_absent_plugin_are_kept_and_shown_apart(role_named: RoleNamed) -> None:
    seller = role_named("seller")
    with writing() as session:
        session.add(RoleGrant(role_id=seller, permission="gone.thing.view", scope=2))
    roles.change_grants(seller, {"core.client.view": Scope.ALL})
    away = queries.matrix(seller)[-1]
    assert (away.owner, away.present) == ("gone", False)
    assert [(line.name, line.scope) for line in away.lines] == [("gone.thing.view", Scope.TEAM)]


@pytest.mark.parametrize(
    ("permission", "scope"),
    [("core.client.fly", Scope.ALL), ("core.client.create", Scope.OWN)],
)
def test_grant_that_cannot_be_is_refused(
    permission: str, scope: Scope, role_named: RoleNamed
) -> None:
    with pytest.raises(InvalidError) as refusal:
        roles.change_grants(role_named("seller"), {permission: scope})
    assert list(refusal.value.fields) == [permission]


def test_role_of_administrators_stays_as_it_is(role_named: RoleNamed) -> None:
    with pytest.raises(ConflictError):
        roles.change_grants(role_named("administrator"), {"core.client.view": Scope.NONE})


def test_preset_is_neither_renamed_nor_deleted(role_named: RoleNamed) -> None:
    with pytest.raises(ConflictError):
        roles.rename_role(role_named("seller"), "Pirate")
    with pytest.raises(ConflictError):
        roles.delete_role(role_named("seller"))


def test_role_that_somebody_has_is_not_deleted(sergei: int, role_named: RoleNamed) -> None:
    copy = roles.copy_role(role_named("seller"), "Junior seller")
    service.change_user(sergei, {"role_ids": [copy]})
    with pytest.raises(ConflictError, match="1 user still has"):
        roles.delete_role(copy)


def test_role_that_nobody_has_is_deleted(role_named: RoleNamed) -> None:
    copy = roles.copy_role(role_named("seller"), "Junior seller")
    roles.delete_role(copy)
    assert all(role.id != copy for role in queries.roles())


@pytest.mark.parametrize(
    "act",
    [
        lambda role, version: roles.rename_role(role, "Other seller", version),
        roles.delete_role,
    ],
)
def test_role_that_somebody_changed_meanwhile_is_left_alone(
    role_named: RoleNamed, act: Callable[[int, int], None]
) -> None:
    copy = roles.copy_role(role_named("seller"), "Junior seller")
    seen = roles.version_of(reading(), copy)
    roles.rename_role(copy, "Young seller")
    reading().rollback()

    with pytest.raises(StaleError):
        act(copy, seen)

    assert queries.role(copy).name == "Young seller"


def test_preset_speaks_the_reader_s_language(role_named: RoleNamed) -> None:
    assert queries.role(role_named("head")).name == "Head of sales"
