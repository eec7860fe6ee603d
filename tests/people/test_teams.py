"""Teams: a tree in which nothing stands above itself."""

from __future__ import annotations

import pytest

from salesman_core.access.person import teams_below
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.people import queries, service
from salesman_core.people.teams import add_team, change_team, delete_team

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def tree() -> dict[str, int]:
    """Sales above North and South; North above Port."""
    sales = add_team("Sales")
    north = add_team("North", sales)
    return {
        "sales": sales,
        "north": north,
        "south": add_team("South", sales),
        "port": add_team("Port", north),
    }


def drawn() -> list[str]:
    return ["  " * team.depth + team.name for team in queries.teams()]


def test_teams_are_listed_as_a_tree(tree: dict[str, int]) -> None:
    assert drawn() == ["Sales", "  North", "    Port", "  South"]


def test_team_covers_those_below_it(tree: dict[str, int]) -> None:
    assert set(teams_below(reading(), tree["north"])) == {tree["north"], tree["port"]}


@pytest.mark.parametrize("below", ["sales", "north", "port"])
def test_team_cannot_stand_below_itself(below: str, tree: dict[str, int]) -> None:
    with pytest.raises(InvalidError) as refusal:
        change_team(tree["sales"], {"parent_id": tree[below]})
    assert list(refusal.value.fields) == ["parent_id"]


def test_team_moves_with_those_below_it(tree: dict[str, int]) -> None:
    change_team(tree["north"], {"parent_id": tree["south"]})
    assert drawn() == ["Sales", "  South", "    North", "      Port"]


def test_deleted_team_leaves_its_people_and_lets_the_rest_move_up(tree: dict[str, int]) -> None:
    olga = service.add_user("olga@example.com", "Olga", team_id=tree["north"])
    delete_team(tree["north"])
    assert drawn() == ["Sales", "  Port", "  South"]
    assert queries.user(olga).team_id is None


@pytest.mark.parametrize("name", ["Sales", "", "x" * 201])
def test_team_needs_a_name_of_its_own(name: str, tree: dict[str, int]) -> None:
    with pytest.raises(InvalidError) as refusal:
        add_team(name)
    assert list(refusal.value.fields) == ["name"]


def test_members_are_counted_while_they_work_here(tree: dict[str, int]) -> None:
    olga = service.add_user("olga@example.com", "Olga", team_id=tree["port"])
    assert queries.team(tree["port"]).members == 1
    service.deactivate(olga)
    assert queries.team(tree["port"]).members == 0
