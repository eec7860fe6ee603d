"""The page /admin/plugins/places: what stands where, and what nobody is to see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from http import HTTPStatus
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.administration import service
from salesman_core.db import reading
from salesman_core.errors import ConflictError
from salesman_core.plugins import switches
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import current_host
from salesman_core.records.models import Audit
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Browser, Make, browser_of
from salesman_core.web import hidden
from salesman_hookspecs.web import salesman_nav_items

from .conftest import Press

PAGE = "/admin/plugins/places"
ENTRY = "shell.menu/leads.leads"
NEW = "shell.new/leads.lead"
WIDGET = "desk.widgets/leads.waiting"
PANEL = "client.card.panels/leads.leads"

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def seller(app: Flask, make: Make) -> Browser:
    return browser_of(app, make.user("seller"))


@pytest.fixture
def hide(send: Press) -> Callable[[str], None]:
    """What presses *Hide* beside a part."""

    def hide(name: str) -> None:
        assert send(f"{PAGE}/hide", part=name).status_code == HTTPStatus.FOUND

    return hide


@pytest.fixture
def show(send: Press) -> Callable[[str], None]:
    """What presses *Show again* beside a part."""

    def show(name: str) -> None:
        assert send(f"{PAGE}/show", part=name).status_code == HTTPStatus.FOUND

    return show


def line_of(page: str, name: str) -> str:
    """Give what a page says of a part, without its markup."""
    row = page.partition(f'id="part-{name}"')[2].partition("</tr>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", row.partition(">")[2]).split())


def in_menu(browser: Browser, address: str) -> bool:
    """Tell whether the left menu leads to an address."""
    return f'class="side-menu-entry" href="{address}"' in browser.get("/profile").text


def audited() -> list[tuple[str, str, str]]:
    kept = sa.select(Audit.actor_name, Audit.action, Audit.label).where(Audit.kind == "part")
    return [tuple(row) for row in reading().execute(kept.order_by(Audit.id))]


@pytest.mark.parametrize("role", ["seller", "head"])
def test_page_is_for_administrators(app: Flask, make: Make, role: str) -> None:
    browser = browser_of(app, make.user(role))
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/profile").text)
    assert token is not None
    typed = {"csrf_token": token.group(1), "part": ENTRY}

    assert browser.get(PAGE).status_code == HTTPStatus.FORBIDDEN
    assert browser.post(f"{PAGE}/hide", data=typed).status_code == HTTPStatus.FORBIDDEN
    assert browser.post(f"{PAGE}/show", data=typed).status_code == HTTPStatus.FORBIDDEN
    assert hidden.hidden() == frozenset()


def test_page_is_reached_from_the_plugins(browser: Browser) -> None:
    assert f'href="{PAGE}"' in browser.get("/admin/plugins").text
    assert 'href="/admin/plugins"' in browser.get(PAGE).text


def test_fills_of_a_slot_stand_in_their_order(browser: Browser) -> None:
    page = browser.get(PAGE).text

    assert page.index('id="place-client.card.panels"') < page.index(
        'id="part-client.card.panels/core.deals"'
    )
    assert page.index("client.card.panels/core.deals") < page.index(PANEL)


def test_line_says_what_it_is_whose_and_for_whom(browser: Browser) -> None:
    page = browser.get(PAGE).text

    entry = line_of(page, ENTRY)
    assert entry.startswith("Leads leads.leads Leads See leads (leads.lead.view)")
    assert line_of(page, "shell.menu/core.desk").endswith("0 For everybody Hide : Desk")
    assert "SalesMan itself" in line_of(page, "client.card.panels/core.deals")


def test_slot_that_nobody_fills_is_shown(browser: Browser) -> None:
    slot = browser.get(PAGE).text.partition('id="place-deal.card.side"')[2].partition("</section>")

    assert "Nobody puts anything here." in slot[0]


def test_part_of_a_suspended_plugin_is_shown_with_its_state(
    browser: Browser, hide: Callable[[str], None]
) -> None:
    switches.suspend("leads")

    assert "suspended" in line_of(browser.get(PAGE).text, PANEL)
    hide(PANEL)
    assert "hidden suspended" in line_of(browser.get(PAGE).text, PANEL)


def test_hidden_menu_entry_leaves_its_page_reachable(
    seller: Browser, hide: Callable[[str], None], show: Callable[[str], None]
) -> None:
    assert in_menu(seller, "/leads")

    hide(ENTRY)
    assert not in_menu(seller, "/leads")
    assert seller.get("/leads").status_code == HTTPStatus.OK

    show(ENTRY)
    assert in_menu(seller, "/leads")


def test_entry_of_the_menu_of_new_things_is_hidden_and_shown(
    seller: Browser, hide: Callable[[str], None], show: Callable[[str], None]
) -> None:
    address = 'href="/leads/new"'
    assert address in seller.get("/profile").text

    hide(NEW)
    assert address not in seller.get("/profile").text

    show(NEW)
    assert address in seller.get("/profile").text


def test_panel_is_hidden_and_shown(
    browser: Browser, make: Make, hide: Callable[[str], None], show: Callable[[str], None]
) -> None:
    client_id = make.client()
    make.deal(client_id=client_id)
    card, panel = f"/clients/{client_id}", '<h2 class="card-title">Deals</h2>'
    assert panel in browser.get(card).text

    hide("client.card.panels/core.deals")
    assert panel not in browser.get(card).text

    show("client.card.panels/core.deals")
    assert panel in browser.get(card).text


def test_widget_is_hidden_and_shown(
    browser: Browser, hide: Callable[[str], None], show: Callable[[str], None]
) -> None:
    address = "/desk/widgets/leads/waiting"
    assert address in browser.get("/").text

    hide(WIDGET)
    assert address not in browser.get("/").text
    assert browser.get(address).status_code == HTTPStatus.NOT_FOUND

    show(WIDGET)
    assert address in browser.get("/").text
    assert browser.get(address).status_code == HTTPStatus.OK


def test_page_names_what_is_hidden_now(browser: Browser, hide: Callable[[str], None]) -> None:
    assert "Hidden now" not in browser.get(PAGE).text

    hide(WIDGET)

    page = browser.get(PAGE).text
    assert f'<a href="#part-{WIDGET}">Leads to work on</a>' in page
    assert line_of(page, WIDGET).startswith("Leads to work on hidden")


@pytest.mark.parametrize(("first", "then"), [("hide", "show"), ("show", "hide")])
def test_notice_undoes_it(browser: Browser, send: Press, first: str, then: str) -> None:
    answer = send(f"{PAGE}/{first}", part=WIDGET)
    assert answer.headers["Location"].endswith(f"#part-{WIDGET}")
    undo = re.search(r'action="([^"]+)" data-undo', browser.get(PAGE).text)
    assert undo is not None
    assert undo.group(1).startswith(f"{PAGE}/{then}?part=")

    send(undo.group(1))

    assert (WIDGET in hidden.hidden()) == (then == "hide")


def test_each_change_is_kept_in_the_audit_once(
    hide: Callable[[str], None], show: Callable[[str], None]
) -> None:
    for act in (hide, hide, show, show):
        act(PANEL)

    assert audited() == [("Anna", "hidden", PANEL), ("Anna", "shown", PANEL)]


def test_entries_of_the_administration_cannot_be_hidden(browser: Browser, send: Press) -> None:
    own = [
        f"shell.menu/core.{one.value.id}"
        for one in current_host().contributions(salesman_nav_items)
        if (one.owner, one.value.station) == ("core", "administration")
    ]
    assert "shell.menu/core.plugins" in own

    for name in own:
        with pytest.raises(ConflictError, match="belongs to the administration"):
            service.hide_part(name)

    assert "cannot be hidden" in line_of(browser.get(PAGE).text, "shell.menu/core.plugins")
    refused = send(f"{PAGE}/hide", part="shell.menu/core.plugins")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Plugins belongs to the administration and stays." in refused.text
    assert hidden.hidden() == frozenset()


@pytest.mark.parametrize("name", ["", "leads", "shell.menu/leads.nothing", "nowhere/leads.leads"])
def test_part_that_there_is_not_is_missing(send: Press, name: str) -> None:
    assert send(f"{PAGE}/hide", part=name).status_code == HTTPStatus.NOT_FOUND
    assert hidden.hidden() == frozenset()


def test_request_asks_the_database_nothing_of_what_is_hidden(
    browser: Browser, hide: Callable[[str], None], statements: Statements
) -> None:
    hide(WIDGET)
    browser.get("/")

    with statements() as sent:
        browser.get("/")

    assert [one for one in sent if "core_setting" in one] == []


def test_nothing_is_lost_where_several_hide_at_once(app: Flask) -> None:
    names = [f"slot/leads.{number}" for number in range(8)]

    def hide(name: str) -> None:
        with app.app_context():
            hidden.hide(name)

    threads = [Thread(target=hide, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with app.app_context():
        assert hidden.hidden() == frozenset(names)


def test_what_was_hidden_of_a_purged_plugin_is_forgotten(hide: Callable[[str], None]) -> None:
    for name in (PANEL, WIDGET, "desk.widgets/core.deals_by_stage"):
        hide(name)
    switches.suspend("leads")
    switches.follow_now()

    service.purge_plugin("leads")

    assert hidden.hidden() == {"desk.widgets/core.deals_by_stage"}


class TestProcesses:
    """Two applications on one database, as two processes would make them."""

    @pytest.fixture
    def two(self, database_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
        with ExitStack() as stack:
            yield (
                stack.enter_context(running(database_url, tmp_path / "one", on_error="skip")),
                stack.enter_context(running(database_url, tmp_path / "two", on_error="skip")),
            )

    def test_next_request_of_another_follows(self, two: tuple[Flask, Flask]) -> None:
        one, other = two
        browser = browser_of(other, Make(other).user("seller"))
        assert in_menu(browser, "/leads")

        with one.app_context(), acting_as(SYSTEM):
            service.hide_part(ENTRY)
        assert not in_menu(browser, "/leads")

        with one.app_context(), acting_as(SYSTEM):
            service.show_part(ENTRY)
        assert in_menu(browser, "/leads")


class TestSample:
    """The system with the sample plugin, which fills every slot."""

    @pytest.fixture
    def database_template(self, sampled: Template) -> Template:
        return sampled

    @pytest.fixture
    def app(
        self, database_url: str, tmp_path: Path, everything: Sequence[Installed]
    ) -> Iterator[Flask]:
        with running(database_url, tmp_path / "data", installed=everything, lasting=True) as app:
            yield app

    @pytest.mark.databases("sqlite")
    def test_fill_that_comes_after_its_page_says_so(self, browser: Browser) -> None:
        page = browser.get(PAGE).text

        assert "comes after the page" in line_of(page, "client.card.panels/sample.promises")
        assert "comes after the page" not in line_of(page, "client.card.panels/sample.mark")

    @pytest.mark.databases("sqlite")
    def test_part_of_a_slot_whose_plugin_is_not_active_is_shown(self, browser: Browser) -> None:
        switches.suspend("sample")

        place = browser.get(PAGE).text.partition('id="place-sample.promise.card.panels"')[2]

        assert "No active plugin has this place" in place.partition("</section>")[0]
