"""A guard stays shut while its plugin is not active, until an administrator lifts it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.db import Base, db
from salesman_core.plugins import switches
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.states import State
from salesman_core.records.models import Audit
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Api, Browser, Make, api_of, browser_of
from salesman_core.toolkit import reading

Start = Callable[..., Flask]

BOX = {"HX-Request": "true"}
"""What the search box sends."""


@pytest.fixture
def database_template(
    sampled: Template, everything: Sequence[Installed], tmp_path_factory: pytest.TempPathFactory
) -> Template:
    def fill(url: str) -> None:
        sampled.fill(url)
        folder = tmp_path_factory.mktemp("guarded")
        with running(url, folder, installed=everything, lasting=True) as app:
            make = Make(app)
            make.user("administrator", name="Anna")
            owner = make.user("head", name="Boris")
            make.deal(name="Three boilers", owner_id=owner)

    return Template("guarded", fill)


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda installed: stack.enter_context(
            running(database_url, tmp_path / "data", installed=installed)
        )


def person(app: Flask, name: str) -> tuple[Browser, Api]:
    user_id = reading().scalar(sa.select(User.id).where(User.name == name))
    assert user_id is not None
    return browser_of(app, user_id), api_of(app, user_id)


def sees_the_deal(app: Flask, name: str) -> set[bool]:
    """Say by each way to a deal whether it leads there."""
    browser, api = person(app, name)
    return {
        "Three boilers" in browser.get("/deals").text,
        "Three boilers" in browser.get("/deals/board").text,
        "Three boilers" in browser.get("/search?q=boilers", headers=BOX).text,
        browser.get("/deals/1").status_code == HTTPStatus.OK,
        browser.get("/records/deal/1/story").status_code == HTTPStatus.OK,
        api.get("/deals/1").status_code == HTTPStatus.OK,
        bool(api.get("/deals").json["items"]),
    }


def suspended(start: Start, everything: Sequence[Installed]) -> Flask:
    app = start(everything)
    assert sees_the_deal(app, "Boris") == {True}
    switches.suspend("sample")
    return app


def missing(start: Start, everything: Sequence[Installed]) -> Flask:
    return start([one for one in everything if one.id != "sample"])


def failed(start: Start, everything: Sequence[Installed]) -> Flask:
    broken = Installed("sample", "1.0", "there_is_no_such_module")
    app = start([*(one for one in everything if one.id != "sample"), broken])
    assert app.extensions["salesman_host"].state("sample") is State.FAILED
    return app


def behind(start: Start, everything: Sequence[Installed]) -> Flask:
    app = start(everything)
    with db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM sample_alembic_version"))
        connection.execute(
            sa.update(Base.metadata.tables["core_revision"])
            .where(sa.column("subject") == "plugins")
            .values(number=sa.column("number") + 1)
        )
    return app


WAYS = {one.__name__: one for one in (suspended, missing, failed, behind)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.turns(3, among="long")
def test_guarded_records_are_denied_to_all_but_administrators(
    start: Start, everything: Sequence[Installed], way: str
) -> None:
    app = WAYS[way](start, everything)

    assert sees_the_deal(app, "Boris") == {False}
    assert sees_the_deal(app, "Anna") == {True}


@pytest.mark.databases("sqlite")
def test_administrator_lifts_a_guard_on_the_page_and_the_act_is_kept(
    start: Start, everything: Sequence[Installed]
) -> None:
    app = missing(start, everything)
    browser, _api = person(app, "Anna")
    page = browser.get("/admin/plugins").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert "/admin/plugins/sample/guards/deal/lift" in page

    lifted = browser.post(
        "/admin/plugins/sample/guards/deal/lift", data={"csrf_token": token.group(1)}
    )

    assert lifted.status_code == HTTPStatus.FOUND
    assert sees_the_deal(app, "Boris") == {True}
    assert "lifted by Anna" in browser.get("/admin/plugins").text
    with app.app_context():
        kept = sa.select(Audit.actor_name, Audit.action, Audit.label, Audit.changes)
        (entry,) = reading().execute(kept.where(Audit.action == "guard lifted"))
    assert tuple(entry) == ("Anna", "guard lifted", "sample", {"kind": ["deal", None]})


@pytest.mark.databases("sqlite")
def test_lifted_guard_is_shut_again_by_activating_its_plugin(
    start: Start, everything: Sequence[Installed]
) -> None:
    app = suspended(start, everything)
    person(app, "Anna")[0].get("/")  # so that the process has seen it
    switches.follow_now()
    switches.lift_guard("sample", "deal", "Anna")
    assert sees_the_deal(app, "Boris") == {True}

    switches.activate("sample")
    switches.suspend("sample")

    assert sees_the_deal(app, "Boris") == {False}


@pytest.mark.databases("sqlite")
def test_nobody_but_an_administrator_lifts_a_guard(
    start: Start, everything: Sequence[Installed]
) -> None:
    app = missing(start, everything)
    browser, _api = person(app, "Boris")
    page = browser.get("/profile").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None

    refused = browser.post(
        "/admin/plugins/sample/guards/deal/lift", data={"csrf_token": token.group(1)}
    )

    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert sees_the_deal(app, "Boris") == {False}
