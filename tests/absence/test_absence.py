"""The system without each of its plugins: suspended, or gone with its tables left behind."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from http import HTTPStatus
from importlib import import_module
from itertools import combinations
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
PAGES_OF = {
    "leads": (
        "/leads",
        "/leads/1",
        "/leads/new",
        "/leads/paste",
        "/leads/queue",
        "/leads/results",
        "/leads/call-results",
        "/leads/rules",
        "/leads/rules/new",
        "/leads/rules/1",
        "/leads/absences",
        "/leads/forms",
        "/leads/forms/new",
        "/leads/forms/1",
        "/leads/forms/junk",
        "/leads/mailboxes",
        "/leads/mailboxes/new",
        "/leads/mailboxes/1",
        "/leads/channels",
        "/leads/channels/catalogue",
        "/leads/channels/new",
        "/leads/channels/1",
        "/leads/channels/links",
        "/leads/channels/rows/leads",
        "/api/v1/leads/openapi.json",
    ),
    "analytics": (
        "/analytics",
        "/analytics/losses",
        "/analytics/funnel",
        "/analytics/funnel/file/csv",
        "/analytics/reports/analytics.sellers",
        "/analytics/reports/analytics.sellers/file/csv",
        "/analytics/losses/file/csv",
        "/analytics/calibration",
        "/analytics/calibration/file/csv",
        "/analytics/as-of",
        "/analytics/as-of/deals",
        "/analytics/as-of/file/csv",
        "/api/v1/analytics/openapi.json",
    ),
    "conveyor": (
        "/conveyor",
        "/conveyor/1",
        "/conveyor/handovers",
        "/conveyor/give/deal/1",
        "/conveyor/line",
        "/conveyor/stations",
        "/api/v1/conveyor/openapi.json",
    ),
    "inquiries": (
        "/inquiries",
        "/inquiries/1",
        "/inquiries/2",
        "/inquiries/new",
        "/inquiries/new?client_id=1",
        "/inquiries/find?q=clara",
        "/inquiries/figures",
        "/inquiries/choices",
        "/api/v1/inquiries/openapi.json",
    ),
    "invoices": (
        "/invoices",
        "/invoices/1",
        "/invoices/new",
        "/invoices/new?deal_id=1",
        "/invoices/clients?q=clara",
        "/invoices/payments",
        "/invoices/payments/1",
        "/invoices/payments/new",
        "/invoices/deals/1/schedule",
        "/api/v1/invoices/openapi.json",
    ),
    "catalogue": (
        "/catalogue",
        "/catalogue/1",
        "/catalogue/new",
        "/catalogue/deals/1/lines",
        "/catalogue/categories",
        "/catalogue/choices",
        "/catalogue/deals/1/products?q=boiler",
        "/catalogue/deals/1/lines/file/csv",
        "/api/v1/catalogue/openapi.json",
    ),
    "documents": (
        "/documents",
        "/documents/1",
        "/documents/new",
        "/documents/templates/1",
        "/documents/1/compare",
        "/documents/templates",
        "/documents/templates/new",
        "/documents/types",
        "/documents/types/1",
        "/api/v1/documents/openapi.json",
    ),
    "calendar": (
        "/calendar",
        "/calendar/1",
        "/calendar/1/edit",
        "/calendar/new",
        "/calendar?view=week",
        "/calendar/activities",
        "/calendar/kinds",
        "/calendar/grid",
        "/calendar/grid/entries",
        "/calendar/climbing",
        "/calendar/subscription",
        "/api/v1/calendar/openapi.json",
    ),
    "discussions": (
        "/discussions",
        "/discussions/1",
        "/discussions/1/edit",
        "/discussions/new?deal_id=1",
        "/discussions/letters",
        "/discussions/of/deal/1",
        "/api/v1/discussions/openapi.json",
    ),
    "plans": (
        "/plans/",
        "/plans/figure?whose=company",
        "/plans/basis",
        "/plans/people",
        "/plans/compare?whose=company",
        "/plans/widget?whose=company",
        "/api/v1/plans/openapi.json",
    ),
    "mailing": (
        "/mailing",
        "/mailing/1",
        "/mailing/new",
        "/mailing/1/edit",
        "/mailing/purposes",
        "/mailing/campaigns",
        "/mailing/campaigns/1",
        "/mailing/campaigns/new",
        "/mailing/campaigns/struck-off",
        "/mailing/choose?group=1&of=client",
        "/mailing/consent/client/1",
        "/mailing/links/1",
        "/mailing/links/1/fields",
        "/api/v1/mailing/openapi.json",
    ),
    "unisender": ("/unisender",),
    "requisites": (
        "/requisites",
        "/requisites/1",
        "/requisites/new",
        "/requisites/numbering",
        "/requisites/1/edit",
        "/requisites/1/accounts/new",
        "/requisites/1/accounts/1",
        "/requisites/1/signers/1",
        "/requisites/1/stamp",
        "/requisites/1/pictures/1",
        "/api/v1/requisites/openapi.json",
    ),
}
"""The pages of each plugin of the distribution: list, cards and form first, then all the rest."""
FIRST = 4
"""So many of them are opened in each run; the others where there is time."""

_LATER = re.compile(r'hx-get="(/(?:desk/widgets|fragments/slots)/[^"]+)"')
IDS = [*(plugin.id for plugin in installed_plugins()), "sample"]

REQUIRED = {one.id: import_module(one.module).plugin.requires for one in installed_plugins()}


def with_required(left: Sequence[str]) -> tuple[str, ...]:
    """Give some plugins with those that they cannot work without."""
    needed = {one for id_ in left for one in REQUIRED[id_]}
    return tuple(id_ for id_ in PAGES_OF if id_ in needed or id_ in left)


SUBSETS = sorted(
    {with_required(left) for size in range(4) for left in combinations(PAGES_OF, size)}
)

every_plugin = pytest.mark.parametrize("absent", IDS)
every_subset = pytest.mark.parametrize("left", SUBSETS, ids=lambda left: "+".join(left) or "none")
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


def walk(browser: Browser, pages: Sequence[str] = PAGES) -> dict[str, int]:
    """Visit the pages and what they load later; give the answers that were no success."""
    answers: dict[str, int] = {}
    for page in pages:
        response = browser.get(page)
        answers[page] = response.status_code
        text = response.text if response.mimetype == "text/html" else ""  # nor pictures and files
        for later in _LATER.findall(text):
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


@pytest.mark.turns(7)
@every_plugin
def test_company_works_while_a_plugin_is_suspended(
    start: Start, everything: Sequence[Installed], absent: str
) -> None:
    app = start(everything)
    before = rows_of(absent)

    switches.suspend(absent)

    use_what_is_left(app)
    browser, api = anna(app)
    assert browser.get(f"/{absent}", follow_redirects=True).status_code == HTTPStatus.NOT_FOUND
    assert api.get(f"/{absent}").status_code == HTTPStatus.NOT_FOUND
    assert f'"/{absent}' not in browser.get("/clients").text
    assert rows_of(absent) == before


@pytest.mark.turns(7)
@every_plugin
def test_company_works_once_a_plugin_is_gone_and_its_tables_are_left(
    start: Start, everything: Sequence[Installed], absent: str
) -> None:
    app = start([one for one in everything if one.id != absent])

    use_what_is_left(app)

    rows = rows_of(absent)
    assert rows
    assert all(rows.values())


@pytest.mark.turns(18)
@every_subset
def test_plugins_that_are_left_show_their_pages(
    start: Start, everything: Sequence[Installed], left: Sequence[str]
) -> None:
    browser, _api = anna(start([one for one in everything if one.id in left]))

    pages = [page for id_ in left for page in PAGES_OF[id_][:FIRST]]
    assert walk(browser, ["/", "/clients/1", "/deals/1", *pages]) == {}
    for gone in PAGES_OF.keys() - set(left):
        assert browser.get(f"/{gone}", follow_redirects=True).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.soak
@every_subset
def test_plugins_that_are_left_show_every_page_and_the_company_works(
    start: Start, everything: Sequence[Installed], left: Sequence[str]
) -> None:
    app = start([one for one in everything if one.id in left])
    browser, _api = anna(app)

    assert walk(browser, [page for id_ in left for page in PAGES_OF[id_]]) == {}
    use_what_is_left(app)


@pytest.mark.turns(9)
@pytest.mark.parametrize("left", [left for left in SUBSETS if "inquiries" in left], ids="+".join)
def test_inquiry_becomes_whatever_the_plugins_that_are_left_offer(
    start: Start, everything: Sequence[Installed], left: Sequence[str]
) -> None:
    browser, api = anna(start([one for one in everything if one.id in left]))
    offered = re.findall(r'name="becomes" value="(\w*)"', browser.get("/inquiries/new").text)
    assert offered == ["", *(["lead"] if "leads" in left else []), "client", "deal"]
    (token,) = re.findall(r'name="csrf-token" content="([^"]+)"', browser.get("/profile").text)
    typed = {"channel_id": "1", "subject": "Pipes", "product": "Pipe", "next_step": "Call back"}

    for becomes in offered:
        noted = {**typed, "csrf_token": token, "name": f"Of {becomes}", "becomes": becomes}
        answer = browser.post("/inquiries/new", data=noted)
        assert (becomes, answer.status_code) == (becomes, HTTPStatus.FOUND)
        assert browser.get(answer.location).status_code == HTTPStatus.OK

    kinds = [one["became_kind"] for one in api.get("/inquiries?sort=created_at").json["items"]]
    assert kinds[-len(offered) :] == [becomes or None for becomes in offered]


def test_company_works_without_any_plugin_on_a_database_full_of_their_tables(
    start: Start,
) -> None:
    app = start([])

    use_what_is_left(app)

    with db.engine.connect() as connection:
        assert migrations.behind(connection, app.extensions["salesman_owners"]) == []


@every_plugin
@pytest.mark.turns(5)
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
    assert api.get("/calendar/1").json["subject"] == "Call"
    assert api.get("/sample/1").json["text"] == "Send the drawing"


# -- the order in which plugins are installed


_OWN = re.compile(
    r'nonce[="-]*[^"\s]+|name="csrf_token" value="[^"]+"|"csrf[^"]*":\s*"[^"]+"|content="[^"]{40,}"'
)


def bodies(app: Flask) -> dict[str, str]:
    """Give the pages without what is of one answer alone; the profile shows each sign-in."""
    browser, _api = anna(app)
    pages = [page for page in (*PAGES, "/calendar", "/leads", "/sample") if page != "/profile"]
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
