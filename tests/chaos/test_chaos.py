"""A plugin that does its worst takes no page down, and nobody's contribution with it.

The usual run lets one application bear a plugin for each place at once, once for each behaviour;
what judges changes stands alone, with behaviours that change from run to run. `make soak` takes
every place with every behaviour by itself, on both databases.
"""

from __future__ import annotations

import pytest
from misbehaving import BEHAVIOURS, JUDGES, NAP, PLACES, Chaos, plugin_of

from salesman_core.plugins import switches
from salesman_core.plugins.states import State

from .conftest import EVERY_MARK, PAGES, Served, Serve

REFUSED = {409, 422}
DENIED = {404}
SQL = (
    "breaks_sql",
    "swallows_broken_sql",
    "leaves_a_transaction_open",
    "ends_our_transaction",
)
"""Behaviours that PostgreSQL punishes harder."""


def bear(served: Served, *, judge: str = "") -> None:
    """Visit and change everything twice; then suspend who misbehaves, and do it once more."""
    for _time in range(2):
        failed = served.walk()
        if judge == "salesman_record_filter":
            failed = {page: status for page, status in failed.items() if status not in DENIED}
        else:
            assert served.marks() == EVERY_MARK
        assert failed == {}
    answers = served.write()
    allowed = REFUSED | DENIED if judge else set()
    assert [status for status in answers if status >= 300 and status not in allowed] == []
    assert "stranger" not in served.sources()


def recover(served: Served, ids: list[str]) -> None:
    for id_ in ids:
        switches.suspend(id_)

    assert served.walk() == {}
    assert served.marks() == EVERY_MARK
    assert served.api.post("/clients", {"name": "After"}).status_code == 201
    assert "stranger" not in served.sources()


def known(served: Served, ids: list[str]) -> list[str]:
    """Give those that may be suspended: who failed at start was perhaps never met."""
    return [id_ for id_ in ids if served.host.state(id_) is State.ACTIVE]


def be_patient(served: Served, behaviour: str) -> None:
    """Let the breaker call less than a sleeper's nap slow, where somebody sleeps."""
    if behaviour == "sleeps":
        served.host.dispatcher.breaker.slow = NAP / 4


def all_at_once(serve: Serve, behaviour: str) -> None:
    places = [place for place in PLACES if place not in JUDGES]
    ids = [f"chaos{number}" for number, _place in enumerate(places)]
    strangers = [
        plugin_of(id_, Chaos(place, behaviour).hooks)
        for id_, place in zip(ids, places, strict=True)
    ]
    with serve(*strangers) as served:
        be_patient(served, behaviour)
        bear(served)
        recover(served, known(served, ids))


@pytest.mark.parametrize("behaviour", [name for name in BEHAVIOURS if name not in SQL])
@pytest.mark.databases("sqlite")
def test_everywhere_at_once_takes_no_page_down(serve: Serve, behaviour: str) -> None:
    all_at_once(serve, behaviour)


@pytest.mark.parametrize("behaviour", SQL)
def test_spoilt_transaction_everywhere_at_once_takes_no_page_down(
    serve: Serve, behaviour: str
) -> None:
    all_at_once(serve, behaviour)


def alone(serve: Serve, chaos: Chaos) -> None:
    with serve(plugin_of("chaos", chaos.hooks)) as served:
        be_patient(served, chaos.behaviour)
        bear(served, judge=chaos.place if chaos.place in JUDGES else "")
        recover(served, known(served, ["chaos"]))


def test_judge_that_misbehaves_refuses_and_breaks_nothing(serve: Serve, judged: Chaos) -> None:
    alone(serve, judged)


@pytest.mark.soak
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("place", PLACES)
def test_each_place_with_each_behaviour(serve: Serve, place: str, behaviour: str) -> None:
    alone(serve, Chaos(place, behaviour))

