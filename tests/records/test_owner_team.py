"""The team of a record is that of its owner: filtered by, shown, and taken out in files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]

KINDS = pytest.mark.parametrize("word", ["clients", "deals"])


@dataclass(frozen=True)
class Teams:
    """Teams: one, one below it, and another."""

    north: int
    port: int
    south: int


@pytest.fixture
def teams(make: Make) -> Teams:
    """The teams, each with a client and a deal of a member, and one of each without an owner."""
    north = make.team("North")
    made = Teams(north, make.team("Port", parent_id=north), make.team("South"))
    for name in ("north", "port", "south"):
        owner = make.user("seller", team_id=getattr(made, name))
        for record in (make.client, make.deal):
            record(name=f"Of {name}", owner_id=owner)
    make.client(name="Of nobody", owner_id=None)
    make.deal(name="Of nobody", owner_id=None)
    return made


def rows(page: str) -> list[str]:
    """The names of the records of a list, sorted."""
    return sorted(re.findall(r"data-row-link>([^<]*)</a>", page))


@KINDS
def test_filter_by_a_team_finds_those_of_the_teams_below_it_too(
    browser_for: BrowserFor, teams: Teams, word: str
) -> None:
    page = browser_for("head").get(f"/{word}?team_id={teams.north}").text
    assert rows(page) == ["Of north", "Of port"]
    assert "Team of the owner is <strong>North" in page


@KINDS
def test_api_knows_several_teams(api_for: ApiFor, teams: Teams, word: str) -> None:
    found = api_for("head").get(f"/{word}?team_id__in={teams.port},{teams.south}&sort=name").json
    assert [one["name"] for one in found["items"]] == ["Of port", "Of south"]


@KINDS
def test_dialog_offers_the_teams(browser_for: BrowserFor, teams: Teams, word: str) -> None:
    page = browser_for("head").get(f"/{word}").text
    offered = page.partition('id="filter-team_id"')[2].partition("</select>")[0]
    assert re.findall(r"<option[^>]*>([^<]*)</option>", offered) == ["North", "Port", "South"]


@KINDS
def test_column_names_the_team(browser_for: BrowserFor, teams: Teams, word: str) -> None:
    page = browser_for("head").get(f"/{word}?columns=name,team&team_id={teams.south}").text
    assert rows(page) == ["Of south"]
    assert '<td class="text-nowrap">South</td>' in page


@KINDS
def test_card_names_the_team_of_the_owner(
    browser_for: BrowserFor, api_for: ApiFor, teams: Teams, word: str
) -> None:
    (found,) = api_for("head").get(f"/{word}?team_id={teams.south}").json["items"]
    page = browser_for("head").get(f"/{word}/{found['id']}").text
    assert '<div class="small text-secondary">South</div>' in page
