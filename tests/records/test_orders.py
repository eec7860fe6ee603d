"""Orders that administrators choose: two of them do not overwrite each other's unseen."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.rungs import add_rung, delete_rung, ladder, move_rung
from salesman_core.db import reading, writing
from salesman_core.deals import pipelines, queries
from salesman_core.errors import ConflictError, StaleError
from salesman_core.records.custom.definitions import all_fields
from salesman_core.records.custom.service import (
    change_field,
    define_field,
    move_field,
    one_field,
)
from salesman_core.records.ordering import order_version
from tests.records.turns import elsewhere, wait_for_its_turn

BrowserFor = Callable[[str], FlaskClient]


@dataclass(frozen=True)
class Ordered:
    """An order with the page that shows it, and what two administrators do to it.

    :param moves: where the form of the second one goes, and what its button sends.
    :param other: what the first one does meanwhile.
    :param mine: what the second one does, to the order of a version.
    :param held: gives the order as it stands.
    """

    page: str
    moves: str
    sends: Mapping[str, str]
    other: Callable[[], object]
    mine: Callable[[int | None], object]
    held: Callable[[], list[int]]


def pipeline_ids() -> list[int]:
    return [one["id"] for one in queries.pipelines(reading())]


def rung_ids() -> list[int]:
    return [rung.id for rung, _use in ladder()]


def rungs() -> Ordered:
    by_hand = {"colour": "purple", "interests": 0, "sales": 0}
    first, second = (add_rung({"name": name, **by_hand}) for name in ("Partner", "Friend"))
    return Ordered(
        "/admin/rungs",
        f"/admin/rungs/{first}/move",
        {"to": "down"},
        lambda: move_rung(second, up=False),
        lambda version: move_rung(first, up=False, version=version),
        rung_ids,
    )


def fields() -> Ordered:
    ids = [define_field("deal", {"type": "text", "label": name}) for name in ("A", "B", "C")]
    return Ordered(
        "/admin/fields?kind=deal",
        f"/admin/fields/{ids[2]}/move",
        {"to": "up"},
        lambda: move_field(ids[1], up=True),
        lambda version: move_field(ids[2], up=True, version=version),
        lambda: [one.id for one in all_fields("deal")],
    )


def reasons() -> Ordered:
    ids = [one.id for one in queries.close_reasons(reading())]
    return Ordered(
        "/admin/pipelines",
        f"/admin/pipelines/reasons/{ids[1]}/move",
        {"to": "up"},
        lambda: pipelines.move_reason(ids[2], up=True),
        lambda version: pipelines.move_reason(ids[1], up=True, version=version),
        lambda: [one.id for one in queries.close_reasons(reading())],
    )


def first_pipeline() -> Ordered:
    second, third = (pipelines.create_pipeline(name) for name in ("Service", "Partners"))
    return Ordered(
        "/admin/pipelines",
        f"/admin/pipelines/{second}/first",
        {},
        lambda: pipelines.order_pipelines([third]),
        lambda version: pipelines.order_pipelines([second], version),
        pipeline_ids,
    )


ORDERS = pytest.mark.parametrize("ordered", [rungs, fields, reasons, first_pipeline])


def seen(browser: FlaskClient, one: Ordered) -> str:
    """The version of the order that the form on the page remembers."""
    page = browser.get(one.page).text
    form = page.partition(f'action="{one.moves}"')[2].partition("</form>")[0]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    return version[1]


def anew() -> None:
    reading().rollback()
    reading().expire_all()


@ORDERS
def test_order_that_another_one_changed_meanwhile_stays_as_they_left_it(
    app: object, ordered: Callable[[], Ordered], browser_for: BrowserFor
) -> None:
    one, browser = ordered(), browser_for("administrator")
    version = seen(browser, one)
    one.other()
    anew()
    left = one.held()
    answer = browser.post(one.moves, data={**one.sends, "version": version})
    anew()
    assert answer.status_code == 412
    assert "Somebody else has changed the order meanwhile" in html.unescape(answer.text)
    assert one.held() == left


@ORDERS
def test_order_that_nobody_else_changed_is_changed(
    app: object, ordered: Callable[[], Ordered], browser_for: BrowserFor
) -> None:
    one, browser = ordered(), browser_for("administrator")
    before = one.held()
    answer = browser.post(one.moves, data={**one.sends, "version": seen(browser, one)})
    anew()
    assert answer.status_code == 302
    assert one.held() != before


@pytest.mark.databases("sqlite", "postgresql")
@ORDERS
def test_order_that_is_being_changed_by_another_one_is_read_when_they_are_done(
    app: Flask, ordered: Callable[[], Ordered]
) -> None:
    one = ordered()
    version = order_version(one.held())
    anew()
    with ThreadPoolExecutor() as threads:
        with writing():
            one.other()
            second = threads.submit(elsewhere(app, lambda: one.mine(version)))
            wait_for_its_turn(second)
        left = one.held()
        with pytest.raises(StaleError):
            second.result(30)
    anew()
    assert one.held() == left


@pytest.mark.databases("sqlite", "postgresql")
@ORDERS
def test_two_who_change_an_order_at_once_do_not_wait_for_each_other(
    app: Flask, ordered: Callable[[], Ordered]
) -> None:
    one, rounds = ordered(), 25
    before, together = sorted(one.held()), threading.Barrier(2)

    def again_and_again(act: Callable[[], object]) -> Callable[[], object]:
        def acted() -> None:
            for _round in range(rounds):
                together.wait(30)
                act()

        return elsewhere(app, acted)

    with ThreadPoolExecutor() as threads:
        acts = (again_and_again(one.other), again_and_again(lambda: one.mine(None)))
        for done in [threads.submit(act) for act in acts]:
            done.result(60)
    anew()
    assert sorted(one.held()) == before


@pytest.mark.databases("sqlite", "postgresql")
def test_field_that_is_being_changed_by_another_one_is_read_when_they_are_done(
    app: Flask,
) -> None:
    field = define_field("deal", {"type": "text", "label": "Site"})
    seen = one_field(field).version
    anew()
    with ThreadPoolExecutor() as threads:
        with writing():
            change_field(field, {"label": "Building site"}, seen)
            second = threads.submit(
                elsewhere(app, lambda: change_field(field, {"label": "Web site"}, seen))
            )
            wait_for_its_turn(second)
        with pytest.raises(StaleError):
            second.result(30)
    anew()
    assert one_field(field).label == "Building site"


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("what", ["pipelines", "rungs"])
def test_last_two_are_not_both_deleted_by_two_at_once(app: Flask, what: str) -> None:
    delete: Callable[[int], None] = delete_rung
    held = rung_ids
    if what == "pipelines":
        pipelines.create_pipeline("Service")
        delete, held = pipelines.delete_pipeline, pipeline_ids
    for one in held()[2:]:
        delete(one)
    anew()
    first, last = held()
    anew()
    with ThreadPoolExecutor() as threads:
        with writing():
            delete(first)
            second = threads.submit(elsewhere(app, lambda: delete(last)))
            wait_for_its_turn(second)
        with pytest.raises(ConflictError):
            second.result(30)
    anew()
    assert held() == [last]
