"""The access walk finds each kind of leak: a plugin that leaks in every way must not pass."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "samples"))

from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases
from salesman_core.testing.walk import Report, walk_access
from salesman_core.testing.walk.canaries import Canaries, Planted
from salesman_core.testing.walk.people import Walker

pytestmark = [pytest.mark.xdist_group("leaks"), pytest.mark.timeout(300)]

WALKED = (
    "/leaky*",
    "/api/v1/leaky*",
    "/search",
    "/clients/<int:record_id>",
    "/records/<kind>/<int:record_id>/story",
)

BLIND = {"telemarketer", "seller", "assistant", "lawyer", "service"}
"""The roles from which a stranger's records are hidden: of these some take their turn."""


@pytest.fixture(scope="module")
def report(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    """What a walk finds in an application with the leaky plugin in it."""
    leaky = [Installed("leaky", "1.0", "sample_leaky")]
    folder = tmp_path_factory.mktemp("leaky")
    with (
        databases.lent("sqlite", UPGRADED) as url,
        running(url, folder, installed=leaky) as app,
    ):
        yield walk_access(app, only=WALKED)


def found(report: Report, place: str, what: str) -> set[str]:
    """Give the roles that met with something at a place."""
    return {one.role for one in report.findings if place in one.visit and what in one.what}


def test_name_in_a_body_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/body", "leak in the body: canary") & BLIND


def test_name_in_a_header_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/header", "leak in a header: canary") & BLIND


def test_number_that_counts_what_is_hidden_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/count", "differs once more is hidden")
    assert not found(report, "GET /leaky/count", "canary")


def test_cost_of_a_deal_is_found_however_it_is_written(report: Report) -> None:
    assert found(report, "GET /leaky/margin", "(deal.cost of") & BLIND


def test_who_sees_a_deal_without_margins_may_read_neither_cost_nor_margin() -> None:
    canaries, deal = Canaries(), Planted("deal", 1, "a set", "core.deal.view", owner_id=7)
    for place, number in zip(("cost", "margin"), canaries.money(), strict=True):
        canaries.add(number, place, deal)
    seeing = {"core.deal.view": "own"}
    assistant, seller = (
        Walker(7, role, grants, frozenset())
        for role, grants in (
            ("assistant", seeing),
            ("seller", {**seeing, "core.deal.margin": "all"}),
        )
    )

    assert canaries.allowed(assistant) == frozenset()
    assert canaries.allowed(seller) == canaries.in_("7 700 001,00 ₽ · 1,299,999.00".encode())
    assert len(canaries.allowed(seller)) == len({"cost", "margin"})


def test_cell_of_a_packed_file_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/export", "(client.site of") & BLIND


def test_name_of_a_file_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/export", "leak in a header: canary") & BLIND


def test_search_hit_is_found(report: Report) -> None:
    assert found(report, "GET /search?q=canary", "(client.source of a stranger)") & BLIND


def test_story_that_tells_of_a_hidden_deal_is_found(report: Report) -> None:
    assert found(report, "/story", "(deal.name of a stranger whose client is shared)")


def test_panel_with_a_hidden_deal_is_found(report: Report) -> None:
    cards = [one for one in report.findings if one.visit.startswith("GET /clients/")]

    assert any("(deal.name of a stranger whose client is shared)" in one.what for one in cards)


def test_letter_to_somebody_who_may_not_know_is_found(report: Report) -> None:
    assert found(report, "letter “News”", "leak in a letter: canary") & BLIND


def test_letter_to_somebody_outside_is_found(report: Report) -> None:
    assert found(report, "letter “Gossip”", "leak in a letter: canary")


def test_hidden_record_in_a_stream_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/stream", "leak in the stream: client 1 of a str") & BLIND


def test_name_in_the_log_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/log", "leak in a line: canary")


def test_traceback_in_the_log_that_holds_a_name_is_found(report: Report) -> None:
    assert found(report, "GET /clients/", "leak in a line: canary")


def test_secret_in_the_log_is_found_and_not_repeated(report: Report) -> None:
    assert found(report, "GET /leaky/cookie", "leak in a line: a secret")


def test_address_of_a_person_in_the_log_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/address", "leak in a line: the address ")


def test_line_that_no_company_would_see_is_no_leak(report: Report) -> None:
    assert not found(report, "GET /leaky/chatter", "leak")


def test_item_of_a_batch_that_takes_a_hidden_record_in_is_found(report: Report) -> None:
    batch = "POST /api/v1/leaky/batch"

    assert found(report, batch, "took a hidden record in: it wrote to core_client")


def test_item_of_a_batch_that_tells_hidden_from_absent_is_found(report: Report) -> None:
    assert found(report, "POST /api/v1/leaky/batch", "told a hidden record from one there is not")


def test_refusal_that_kept_something_is_found(report: Report) -> None:
    assert found(report, "POST /leaky/", "answered 409, and yet wrote to core_client")


def test_change_of_a_strangers_record_is_found(report: Report) -> None:
    assert found(report, "POST /leaky/1/rename", "answered 200 instead of 404 (client of a")


def test_page_about_a_hidden_record_that_answers_is_found(report: Report) -> None:
    assert found(report, "GET /leaky/1/site", "answered 200 instead of 403 or 404")


def test_route_that_nobody_can_reach_is_found(report: Report) -> None:
    spoil = "POST /leaky/<int:client_id>/spoil"

    assert report.unreached == ["GET /leaky/never", spoil]


def test_excuse_for_a_route_that_is_reached_is_found() -> None:
    report = Report()
    report.settle({"GET /a"}, ["GET /a", "GET /b"], {"GET /a": "once", "GET /b": "a printer"})

    assert str(report) == "excused for nothing: GET /a"
    assert report


@pytest.mark.databases("sqlite")
@pytest.mark.turns(3, among="long")
def test_walk_fails_where_a_route_is_never_reached(access_walk: Callable[..., None]) -> None:
    with pytest.raises(pytest.fail.Exception, match="nobody had success: GET /welcome"):
        access_walk(only=["/healthz", "/welcome"])


def test_administrators_meet_no_leak(report: Report) -> None:
    assert found(report, "", "leak") & {"administrator", "head", "marketer"} == set()
