"""The system without each of its plugins: suspended, or gone with its tables left behind."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from http import HTTPStatus
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.db import Base, db, trigrams
from salesman_core.plugins import migrations, switches
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State
from salesman_core.testing.application import running
from salesman_core.testing.people import Api, Browser, api_of, browser_of
from salesman_core.toolkit import reading

PAGES = (
    "/",
    "/clients",
    "/clients/1",
    "/clients/new",
    "/deals",
    "/deals/1",
    "/deals/board",
    "/deals/new",
    "/reports/funnel",
    "/search?q=boilers",
    "/records/client/1/story",
    "/records/client/1/history",
    "/profile",
    "/admin/plugins",
    "/admin/roles",
    "/admin/users",
    "/admin/pipelines",
    "/admin/rungs",
    "/admin/company",
    "/api/v1/openapi.json",
    "/api/v1/core/openapi.json",
    "/api/docs",
)
_LATER = re.compile(r'hx-get="(/(?:desk/widgets|fragments/slots)/[^"]+)"')
IDS = [*(plugin.id for plugin in installed_plugins()), "sample"]

every_plugin = pytest.mark.parametrize("absent", IDS)
Start = Callable[..., Flask]


@pytest.fixture
def start(database_url: str, tmp_path: Path) -> Iterator[Start]:
    """Give what starts an application with some plugins installed."""
    with ExitStack() as stack:

        def start(installed: Sequence[Installed]) -> Flask:
            served: AbstractContextManager[Flask]
            served = running(database_url, tmp_path / "data", installed=installed)
            return stack.enter_context(served)

        yield start


def anna(app: Flask) -> tuple[Browser, Api]:
    """Give pages and API as the administrator sees them."""
    user_id = reading().scalar(sa.select(User.id).where(User.name == "Anna"))
    assert user_id is not None
    return browser_of(app, user_id), api_of(app, user_id)


def walk(browser: Browser) -> dict[str, int]:
    """Visit the pages and what they load later; give the answers that were no success."""
    answers: dict[str, int] = {}
    for page in PAGES:
        response = browser.get(page)
        answers[page] = response.status_code
        for later in _LATER.findall(response.text):
            answers[later] = browser.get(later.replace("&amp;", "&")).status_code
    return {page: status for page, status in answers.items() if status != HTTPStatus.OK}


def rows_of(owner: str) -> dict[str, int]:
    """Count the rows of an owner's tables."""
    with db.engine.connect() as connection:
        names = [
            name
            for name in sa.inspect(connection).get_table_names()
            if name.startswith(f"{owner}_") and not trigrams.belongs(name)
        ]
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
            for name in names
        }


def use_what_is_left(app: Flask) -> None:
    """Visit every page; make, change, close and delete clients and deals."""
    browser, api = anna(app)
    assert walk(browser) == {}
    made = api.post("/clients", {"name": "New Ltd"})
    assert made.status_code == HTTPStatus.CREATED
    reason = api.get("/deals/reasons").json["items"][0]["id"]
    assert api.patch("/clients/1", {"source": "site"}).status_code == HTTPStatus.OK
    closed = api.post("/deals/1/close", {"outcome": "lost", "reason_id": reason})
    assert closed.status_code == HTTPStatus.OK
    for path in ("/deals/1", "/clients/1"):
        assert api.delete(path).status_code in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
        assert api.get(path).status_code == HTTPStatus.NOT_FOUND


@every_plugin
def test_company_works_while_a_plugin_is_suspended(
    start: Start, everything: Sequence[Installed], absent: str
) -> None:
    app = start(everything)
    before = rows_of(absent)

    switches.suspend(absent)

    use_what_is_left(app)
    browser, api = anna(app)
    assert browser.get(f"/{absent}").status_code == HTTPStatus.NOT_FOUND
    assert api.get(f"/{absent}").status_code == HTTPStatus.NOT_FOUND
    assert f'"/{absent}' not in browser.get("/clients").text
    assert rows_of(absent) == before


@every_plugin
def test_company_works_once_a_plugin_is_gone_and_its_tables_are_left(
    start: Start, everything: Sequence[Installed], absent: str
) -> None:
    app = start([one for one in everything if one.id != absent])

    use_what_is_left(app)

    rows = rows_of(absent)
    assert rows
    assert all(rows.values())


def test_company_works_without_any_plugin_on_a_database_full_of_their_tables(
    start: Start,
) -> None:
    app = start([])

    use_what_is_left(app)

    with db.engine.connect() as connection:
        assert migrations.behind(connection, app.extensions["salesman_owners"]) == []


@every_plugin
def test_client_can_be_removed_for_good_without_the_plugin_that_refers_to_it(
    start: Start, everything: Sequence[Installed], absent: str
) -> None:
    start([one for one in everything if one.id != absent])

    client = Base.metadata.tables["core_client"]
    deal = Base.metadata.tables["core_deal"]
    with db.engine.begin() as connection:
        connection.execute(deal.delete().where(deal.c.client_id == 1))
        connection.execute(client.delete().where(client.c.id == 1))

        assert connection.scalar(sa.select(client.c.id).where(client.c.id == 1)) is None


def test_plugin_that_comes_back_finds_what_it_left(
    start: Start, everything: Sequence[Installed]
) -> None:
    start([])

    app = start(everything)

    _browser, api = anna(app)
    host: PluginHost = app.extensions["salesman_host"]
    assert {host.state(id_) for id_ in IDS} == {State.ACTIVE}
    assert api.get("/leads/1").json["title"] == "Clara, Boilers Ltd"
    assert api.get("/sample/1").json["text"] == "Send the drawing"


# -- the order in which plugins are installed


_OWN = re.compile(
    r'nonce[="-]*[^"\s]+|name="csrf_token" value="[^"]+"|"csrf[^"]*":\s*"[^"]+"|content="[^"]{40,}"'
)


def bodies(app: Flask) -> dict[str, str]:
    """Give the pages without what is of one answer alone; the profile shows each sign-in."""
    browser, _api = anna(app)
    pages = [page for page in (*PAGES, "/leads", "/sample") if page != "/profile"]
    return {page: _OWN.sub("", browser.get(page).text) for page in pages}


@pytest.mark.databases("sqlite")
def test_pages_do_not_depend_on_the_order_of_installation(
    start: Start, everything: Sequence[Installed], request: pytest.FixtureRequest
) -> None:
    first = bodies(start(everything))
    shuffled = list(reversed(everything))
    assert first == bodies(start(shuffled))

    random.Random(request.node.name).shuffle(shuffled)  # no secret
    assert bodies(start(shuffled)) == first
