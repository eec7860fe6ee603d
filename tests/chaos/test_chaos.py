"""A plugin that does its worst takes no page down, and nobody's contribution with it.

In each run some applications bear a plugin for each place at once, every one with a behaviour of
its own; what judges changes stands alone. Which behaviour meets which place changes with the seed
of the run. `make soak` takes every place with every behaviour by itself, on both databases; the
behaviours take turns in one application, because making it costs more than all its pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

import pytest
from misbehaving import (
    BEHAVIOURS,
    JUDGES,
    PLACES,
    SLOW,
    Chaos,
    forget_open_transactions,
    plugin_of,
)

from salesman_core.plugins import switches
from salesman_core.plugins.states import State

from .conftest import EVERY_MARK, MOST_JOBS, Serve, Served

REFUSED = {409, 422}
DENIED = {404}


def bear(served: Served, *, judge: str = "") -> None:
    """Visit and change everything while somebody misbehaves."""
    failed = served.walk()
    if judge == "salesman_record_filter":
        failed = {page: status for page, status in failed.items() if status not in DENIED}
    else:
        assert served.marks() == EVERY_MARK
    assert failed == {}
    answers = served.write()
    allowed = REFUSED | DENIED if judge else set()
    assert [
        status
        for status in answers
        if status >= HTTPStatus.MULTIPLE_CHOICES and status not in allowed
    ] == []
    assert served.work() < MOST_JOBS
    assert "stranger" not in served.sources()


def recover(served: Served, ids: list[str]) -> None:
    """Suspend who misbehaved: then everything is as if they had never been."""
    for id_ in ids:
        if served.host.state(id_) is State.ACTIVE:
            switches.suspend(id_)

    assert served.marks() == EVERY_MARK
    assert served.api.post("/clients", {"name": "After"}).status_code == HTTPStatus.CREATED
    assert "stranger" not in served.sources()


def survive(serve: Serve, *chaos: Chaos) -> None:
    """Let an application bear some plugins, each of which misbehaves in one place."""
    strangers = {f"chaos{number}": one for number, one in enumerate(chaos)}
    judge = chaos[0].place if chaos[0].place in JUDGES else ""
    with serve(*(plugin_of(id_, one.hooks) for id_, one in strangers.items())) as served:
        served.host.dispatcher.breaker.slow = SLOW
        bear(served, judge=judge)
        recover(served, list(strangers))


@contextmanager
def blamed_on(chaos: Chaos) -> Iterator[None]:
    """Let an error inside say who misbehaved, and how."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"while a plugin had {chaos}")
        raise


def test_chaos_in_every_place_at_once_takes_no_page_down(
    serve: Serve, everywhere: Sequence[Chaos]
) -> None:
    survive(serve, *everywhere)


@pytest.mark.timeout(400)  # who sleeps over every read does so over those of every page
def test_judge_that_misbehaves_refuses_and_breaks_nothing(serve: Serve, judged: Chaos) -> None:
    survive(serve, judged)


@pytest.mark.soak
@pytest.mark.parametrize("place", PLACES)
def test_each_behaviour_in_each_place_by_itself(serve: Serve, place: str) -> None:
    strangers = {f"chaos{number}": Chaos(place, one) for number, one in enumerate(BEHAVIOURS)}
    with serve(*(plugin_of(id_, one.hooks) for id_, one in strangers.items())) as served:
        served.host.dispatcher.breaker.slow = SLOW
        active = [id_ for id_ in strangers if served.host.state(id_) is State.ACTIVE]
        for id_ in active:
            switches.suspend(id_)
        recover(served, [])  # some may have failed at the start
        for id_ in active:
            switches.activate(id_)
            with blamed_on(strangers[id_]):
                bear(served, judge=place if place in JUDGES else "")
                recover(served, [id_])
            forget_open_transactions()
