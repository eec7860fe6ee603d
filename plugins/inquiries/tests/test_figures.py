"""The figures of those whose calls are counted, and the rows behind them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_inquiries import becoming, figures, queries, service
from salesman_inquiries.permissions import FIGURES
from salesman_leads.qualifying import qualify_lead

from salesman_core.access.models import Role
from salesman_core.people import roles
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import reading
from salesman_hookspecs import Scope

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
Note = Callable[..., int]
NAMES = ("calls", "conversations", "interests", "leads", "deals", "clients")


@pytest.fixture
def week(
    make: Make, note: Note, results: dict[str, int], channels: dict[str, int], clock: FrozenClock
) -> dict[str, int]:
    """Give the people of two days: a telemarketer with calls and leads, another, and a seller."""
    people = {name: make.user(role) for name, role in
              (("olga", "telemarketer"), ("petr", "telemarketer"), ("anna", "seller"))}  # fmt: skip
    with make.acting(people["olga"]):
        note(result_id=results["No answer"], source="fair")
        note(result_id=results["No interest"], source="fair")
        lead = becoming.make_lead(note(result_id=results["Interest"], source="site"))["lead_id"]
        note(channel_id=channels["Walk-in"], result_id=results["Interest"], source="site")
        service.cancel_inquiry(note(source="fair"))
    assert lead is not None
    qualify_lead(lead, {})
    clock.advance(days=1)
    with make.acting(people["petr"]):
        becoming.make_deal(note(source="site"), {})
    with make.acting(people["anna"]):
        note(result_id=results["Interest"], source="fair")
    return people


def numbers(row: object) -> tuple[int, ...]:
    return tuple(int(getattr(row, name)) for name in NAMES)


def test_figures_count_calls_and_what_came_of_them(make: Make, week: dict[str, int]) -> None:
    with make.acting(make.user("head")):
        (total,) = figures.figures(reading(), {})

    assert numbers(total) == (4, 2, 3, 1, 1, 1)


def test_calls_of_sellers_are_nobodys_figure(make: Make, week: dict[str, int]) -> None:
    with make.acting(make.user("head")):
        by_person = figures.figures(reading(), {}, "taken_by_id")

    assert {row.taken_by_id for row in by_person} == {week["olga"], week["petr"]}


def test_telemarketer_sees_their_own_figures_alone(make: Make, week: dict[str, int]) -> None:
    with make.acting(week["petr"]):
        (total,) = figures.figures(reading(), {})

    assert numbers(total) == (1, 0, 1, 0, 1, 0)


def test_figures_are_told_apart_by_day_and_source(make: Make, week: dict[str, int]) -> None:
    with make.acting(make.user("head")):
        by_day = figures.figures(reading(), {}, "day")
        by_source = figures.figures(reading(), {}, "source")

    assert [(f"{row.day}", row.calls) for row in by_day] == [("2026-03-02", 3), ("2026-03-03", 1)]
    assert [(row.source, row.calls) for row in by_source] == [("fair", 2), ("site", 2)]


def test_each_figure_opens_exactly_its_rows(
    app: Flask, browser_for: BrowserFor, api_for: ApiFor, week: dict[str, int]
) -> None:
    page = browser_for("head").get("/inquiries/figures?period=this_week").text
    tiles = re.findall(r'class="tile" href="([^"]+)".*?tile-value">(\d+)<', page, re.DOTALL)

    told = [int(number) for _address, number in tiles]
    rows = [api_for("head").get(html.unescape(address)).json["items"] for address, _n in tiles]
    assert told == [4, 2, 3, 1, 1, 1]
    assert [len(some) for some in rows] == told


def test_figures_without_leads_say_nothing_of_them(api_for: ApiFor, week: dict[str, int]) -> None:
    switches.suspend("leads")
    switches.follow_now()

    total = api_for("head").get("/inquiries/figures").json["total"]
    assert (total["calls"], total["leads"], total["clients"]) == (4, None, None)


def test_api_gives_figures_of_days_by_person(
    api_for: ApiFor, week: dict[str, int], clock: FrozenClock
) -> None:
    day = (clock.now() - timedelta(days=1)).date()
    answer = api_for("head").get(f"/inquiries/figures?since={day}&until={day}&by=taken_by_id").json

    assert [(one["taken_by_id"], one["calls"]) for one in answer["items"]] == [(week["olga"], 3)]


@pytest.mark.parametrize("role", ["seller", "lawyer", "assistant", "service"])
def test_who_is_judged_otherwise_meets_no_figures_of_calls(
    api_for: ApiFor, browser_for: BrowserFor, role: str
) -> None:
    assert api_for(role).get("/inquiries/figures").status_code == 403
    assert "/inquiries/figures" not in browser_for(role).get("/").text


@pytest.mark.parametrize(
    ("flag", "counted"), [("call", 4), ("conversation", 2), ("interest", 3), ("counted", 5)]
)
def test_list_counts_no_call_that_is_in_no_figure(
    api_for: ApiFor, week: dict[str, int], flag: str, counted: int
) -> None:
    api = api_for("head")
    taken_by = [one["taken_by_id"] for one in api.get(f"/inquiries?{flag}=true").json["items"]]
    others = [one["taken_by_id"] for one in api.get(f"/inquiries?{flag}=false").json["items"]]

    assert (len(taken_by), week["anna"] in taken_by) == (counted, False)
    assert (len(taken_by) + len(others), week["anna"] in others) == (7, True)


@pytest.mark.parametrize("flag", ["call", "conversation", "interest", "counted"])
def test_who_sees_no_figures_counts_no_calls_by_the_list(api_for: ApiFor, flag: str) -> None:
    assert api_for("seller").get(f"/inquiries?{flag}=true").status_code == 403


def test_figures_by_person_are_for_whoever_sees_those_of_others(
    browser_for: BrowserFor, make: Make, week: dict[str, int]
) -> None:
    assert "By person" in browser_for("head").get("/inquiries/figures?period=this_week").text

    page = browser_for("telemarketer").get("/inquiries/figures?period=this_week").text
    assert ("By person" in page, 'name="taken_by_id"' in page) == (False, False)


def test_desk_says_who_is_late_to_whoever_sees_the_figures_of_others(
    browser_for: BrowserFor, make: Make, note: Note, clock: FrozenClock
) -> None:
    late = make.user("telemarketer", name="Olga")
    for _number in range(2):
        note(owner_id=late, deadline_at=clock.now())

    shown = browser_for("head").get("/inquiries/mine").text
    (line,) = re.findall(r"Who is late.*?<li[^>]*>(.*?)</li>", shown, re.DOTALL)
    assert f'href="/inquiries?owner_id={late}&amp;late=true">Olga</a> 2 inquiries' in line
    assert "Who is late" not in browser_for("telemarketer").get("/inquiries/mine").text


def test_leader_of_a_team_learns_who_is_late_in_it(
    make: Make, note: Note, clock: FrozenClock
) -> None:
    team = make.team()
    ours, theirs = make.user("telemarketer", team_id=team), make.user("telemarketer")
    for owner_id in (ours, theirs):
        note(owner_id=owner_id, deadline_at=clock.now())
    head = reading().scalars(sa.select(Role.id).where(Role.preset == "head")).one()
    roles.change_grants(head, {FIGURES: Scope.TEAM})

    with make.acting(make.user("head", team_id=team)):
        assert [one.id for one in queries.late_by_owner(reading(), 5)] == [ours]


def test_day_on_which_nothing_counts_has_no_line(
    browser_for: BrowserFor, make: Make, note: Note, channels: dict[str, int], clock: FrozenClock
) -> None:
    with make.acting(make.user("telemarketer")):
        note(channel_id=channels["Walk-in"])
        clock.advance(days=1)
        note()

    page = browser_for("head").get("/inquiries/figures?period=this_week").text
    assert re.findall(r'<th scope="row"[^>]*>(Mar [^<]*)<', page) == ["Mar 3, 2026"]
