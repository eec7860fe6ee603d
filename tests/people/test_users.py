"""Users: added, changed, invited, deactivated; nobody reaches further than their own roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access import passwords
from salesman_core.access.models import SignedIn, User, UserExternalId
from salesman_core.access.person import load_person
from salesman_core.db import reading, writing
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.people import roles, service
from salesman_core.people.teams import add_team
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make
from salesman_hookspecs import Scope

if TYPE_CHECKING:
    from conftest import AddUser

pytestmark = pytest.mark.usefixtures("app")


def user(user_id: int) -> User:
    return reading().get_one(User, user_id)


def trail() -> list[tuple[str, str]]:
    return [(row.action, row.label) for row in reading().scalars(sa.select(Audit))]


def test_user_is_added_with_roles_and_team() -> None:
    team = add_team("North")
    user_id = service.add_user("Olga@Example.com", "  Olga   Petrova ", ["seller"], team_id=team)
    person = load_person(reading(), user_id)
    assert person is not None
    assert person.name == "Olga Petrova"
    assert person.team_ids == (team,)
    assert person.scope("core.client.view") is Scope.OWN


def test_added_user_is_in_the_audit() -> None:
    service.add_user("olga@example.com", "Olga")
    assert ("created", "Olga") in trail()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("email", {"email": "no address"}),
        ("email", {"email": "SERGEI@example.com"}),
        ("team_id", {"team_id": 77}),
        ("locale", {"locale": "xx"}),
    ],
)
@pytest.mark.usefixtures("sergei")
def test_user_that_cannot_be_is_refused(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as refusal:
        service.add_user(**{"email": "olga@example.com", "name": "Olga"} | values)
    assert list(refusal.value.fields) == [field]


def test_unknown_role_is_refused() -> None:
    with pytest.raises(InvalidError) as refusal:
        service.add_user("olga@example.com", "Olga", ["pirate"])
    assert list(refusal.value.fields) == ["role_ids"]


def test_changed_email_is_what_one_signs_in_with(sergei: int) -> None:
    service.change_user(sergei, {"email": "Serge@Example.com"})
    assert user(sergei).login == "serge@example.com"


def test_changed_name_is_found_in_any_case(sergei: int) -> None:
    service.change_user(sergei, {"name": "Сергей Ёлкин"})
    assert user(sergei).search_name == "сергей елкин"


def test_change_that_changes_nothing_leaves_no_trail(sergei: int) -> None:
    before = trail()
    service.change_user(sergei, {"name": "Sergei"})
    assert trail() == before


def test_missing_user_cannot_be_changed() -> None:
    with pytest.raises(MissingError):
        service.change_user(77, {"name": "Nobody"})


# -- the last administrator


def test_last_administrator_cannot_lose_the_role(anna: int) -> None:
    with pytest.raises(ConflictError, match="Nobody else"):
        service.change_user(anna, {"role_ids": []})


def test_last_administrator_cannot_be_deactivated(anna: int) -> None:
    with pytest.raises(ConflictError, match="Nobody else"):
        service.deactivate(anna)


def test_deactivated_administrator_does_not_count(anna: int, add_user: AddUser) -> None:
    other = add_user("Olga", "administrator")
    service.deactivate(other)
    with pytest.raises(ConflictError):
        service.deactivate(anna)


def test_administrator_who_never_came_does_not_count(anna: int, add_user: AddUser) -> None:
    add_user("Olga", "administrator", password=None)
    with pytest.raises(ConflictError):
        service.change_user(anna, {"role_ids": []})


def test_administrator_may_go_when_another_remains(anna: int, add_user: AddUser) -> None:
    add_user("Olga", "administrator")
    service.deactivate(anna)
    assert not user(anna).active


def test_nobody_deactivates_themselves(
    anna: int, add_user: AddUser, acting: Callable[[int], Any]
) -> None:
    add_user("Olga", "administrator")
    with acting(anna), pytest.raises(ConflictError, match="themselves"):
        service.deactivate(anna)


# -- nobody reaches further than their own roles


@pytest.fixture
def office(anna: int, add_user: AddUser, role_named: Callable[[str], int]) -> int:
    """Somebody who may manage users and roles, but is no administrator."""
    role = roles.copy_role(role_named("seller"), "Office")
    roles.change_grants(role, {"core.user.manage": Scope.ALL, "core.role.manage": Scope.ALL})
    office = add_user("Office")
    service.change_user(office, {"role_ids": [role]})
    return office


@pytest.mark.parametrize("preset", ["administrator", "head"])
def test_nobody_gives_a_role_that_reaches_further(
    preset: str,
    office: int,
    sergei: int,
    acting: Callable[[int], Any],
    role_named: Callable[[str], int],
) -> None:
    for somebody in (office, sergei):
        with acting(office), pytest.raises(ForbiddenError):
            service.change_user(somebody, {"role_ids": [role_named(preset)]})


def test_nobody_changes_the_email_of_somebody_who_may_more(
    anna: int, office: int, acting: Callable[[int], Any]
) -> None:
    with acting(office), pytest.raises(ForbiddenError):
        service.change_user(anna, {"email": "mine@example.com"})


def test_office_gives_a_role_within_reach(
    office: int, sergei: int, acting: Callable[[int], Any], role_named: Callable[[str], int]
) -> None:
    with acting(office):
        service.change_user(sergei, {"role_ids": []})
        service.change_user(sergei, {"role_ids": [role_named("seller")]})
    person = load_person(reading(), sergei)
    assert person is not None
    assert person.may("core.client.view")


def test_nobody_grants_more_than_they_hold(office: int, acting: Callable[[int], Any]) -> None:
    own = max(service.roles_of(reading(), office))
    with acting(office), pytest.raises(ForbiddenError):
        roles.change_grants(own, {"core.client.view": Scope.ALL})


# -- for the command line and imports


def test_administrator_is_ensured_as_often_as_one_likes(app: Flask) -> None:
    first = service.ensure_administrator("root@example.com", "a horse of two colours")
    kept = user(first.id).password_hash
    again = service.ensure_administrator("Root@Example.com", "something else entirely")
    assert (again.id, first.changed, again.changed) == (first.id, True, False)
    assert user(first.id).password_hash == kept
    person = load_person(reading(), first.id)
    assert person is not None
    assert person.everything


def test_administrator_who_was_sent_away_stays_away_while_another_is_here(
    anna: int, add_user: AddUser
) -> None:
    add_user("Olga", "administrator")
    service.deactivate(anna)
    assert not service.ensure_administrator("anna@example.com", "a horse of two colours").changed
    assert not user(anna).active


def test_account_is_let_in_with_the_new_password_where_nobody_may_do_everything(
    sergei: int,
) -> None:
    assert service.ensure_administrator("sergei@example.com", "a stone of three corners").changed
    assert passwords.matches(user(sergei).password_hash, "a stone of three corners")
    person = load_person(reading(), sergei)
    assert person is not None
    assert person.everything


def test_weak_password_of_an_administrator_is_told(app: Flask) -> None:
    done = service.ensure_administrator("root@example.com", "short")
    assert str(done.weakness) == "A password has at least 10 characters."


def named(text: str, *, create: bool = False, source: str = "") -> int | None:
    with writing() as session:
        return service.user_named(session, text, create_missing=create, source=source)


def test_user_is_named_by_login_or_name_in_any_case(sergei: int) -> None:
    assert named("SERGEI@example.com") == sergei
    assert named(" sergei ") == sergei


def test_user_is_named_by_external_id_first(sergei: int, anna: int) -> None:
    with writing() as session:
        session.add(UserExternalId(source="crm", key="Sergei", record_id=anna))
    assert named("Sergei", source="crm") == anna
    assert named("Sergei", source="other") == sergei


def test_similar_name_names_nobody(sergei: int) -> None:
    assert named("Serge") is None


def test_name_of_two_names_nobody(sergei: int) -> None:
    service.add_user("second@example.com", "Sergei")
    assert named("Sergei", create=True) is None


def test_user_whom_a_file_names_is_made_once_and_cannot_sign_in() -> None:
    made = named("Corliss Cosme", create=True, source="crm")
    assert made is not None
    assert named("corliss  cosme", create=True, source="crm") == made
    assert user(made).password_hash is None
    assert user(made).login is None


def test_deactivated_user_has_no_devices(sergei: int) -> None:
    service.deactivate(sergei)
    assert reading().scalars(sa.select(SignedIn)).all() == []


def test_what_was_done_to_a_user_is_for_whoever_may_read_the_audit(
    make: Make, browser_for: Callable[[str], FlaskClient]
) -> None:
    user_id = make.user("seller", name="Anna")
    service.change_user(user_id, {"name": "Anna Kern"})
    page, story = f"/records/user/{user_id}/history", f"/records/user/{user_id}/story"

    seller = browser_for("seller")
    assert (seller.get(page).status_code, seller.get(f"/admin/users/{user_id}").status_code) == (
        403,
        200,
    )
    assert "Anna Kern" not in seller.get(story).text
    assert "Anna Kern" in browser_for("administrator").get(page).text
