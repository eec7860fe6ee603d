"""Orders that administrators choose: two of them do not overwrite each other's unseen."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from salesman_core.clients.rungs import ladder, move_rung
from salesman_core.db import reading
from salesman_core.deals import pipelines, queries
from salesman_core.records.custom.definitions import all_fields
from salesman_core.records.custom.service import define_field, move_field

BrowserFor = Callable[[str], FlaskClient]


@dataclass(frozen=True)
class Ordered:
    """An order with the page that shows it, and what two administrators do to it.

    :param moves: where the form of the second one goes, and what its button sends.
    :param other: what the first one does meanwhile.
    :param held: gives the order as it stands.
    """

    page: str
    moves: str
    sends: Mapping[str, str]
    other: Callable[[], object]
    held: Callable[[], list[int]]


def rungs() -> Ordered:
    ids = [rung.id for rung, _use in ladder()]
    return Ordered(
        "/admin/rungs",
        f"/admin/rungs/{ids[1]}/move",
        {"to": "down"},
        lambda: move_rung(ids[2], up=True),
        lambda: [rung.id for rung, _use in ladder()],
    )


def fields() -> Ordered:
    ids = [define_field("deal", {"type": "text", "label": name}) for name in ("A", "B", "C")]
    return Ordered(
        "/admin/fields?kind=deal",
        f"/admin/fields/{ids[2]}/move",
        {"to": "up"},
        lambda: move_field(ids[1], up=True),
        lambda: [one.id for one in all_fields("deal")],
    )


def reasons() -> Ordered:
    ids = [one.id for one in queries.close_reasons(reading())]
    return Ordered(
        "/admin/pipelines",
        f"/admin/pipelines/reasons/{ids[1]}/move",
        {"to": "up"},
        lambda: pipelines.move_reason(ids[2], up=True),
        lambda: [one.id for one in queries.close_reasons(reading())],
    )


def first_pipeline() -> Ordered:
    second, third = (pipelines.create_pipeline(name) for name in ("Service", "Partners"))
    return Ordered(
        "/admin/pipelines",
        f"/admin/pipelines/{second}/first",
        {},
        lambda: pipelines.order_pipelines([third]),
        lambda: [one["id"] for one in queries.pipelines(reading())],
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
