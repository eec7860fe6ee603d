"""The page /admin/plugins: states, faults, switches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask

from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State
from salesman_core.testing.application import running
from salesman_core.testing.people import Browser, Make, browser_of

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    broken = Installed("broken", "2.5", "there_is_no_such_module")
    installed = [*installed_plugins(), broken]
    with running(database_url, tmp_path / "data", installed=installed) as app:
        yield app


@pytest.fixture
def browser(app: Flask, make: Make) -> Browser:
    return browser_of(app, make.user("administrator"))


def press(browser: Browser, action: str) -> int:
    page = browser.get("/admin/plugins").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert f'action="{action}"' in page
    return browser.post(action, data={"csrf_token": token.group(1)}).status_code


def test_broken_plugin_is_shown_with_what_the_program_said(browser: Browser) -> None:
    page = browser.get("/admin/plugins").text

    assert "broken 2.5" in page
    assert "No module named &#39;there_is_no_such_module&#39;" in page
    assert "Traceback (most recent call last)" in page
    assert "/admin/plugins/broken/suspend" not in page


def test_plugin_is_suspended_and_activated_on_the_page(app: Flask, browser: Browser) -> None:
    host: PluginHost = app.extensions["salesman_host"]

    assert press(browser, "/admin/plugins/leads/suspend") == HTTPStatus.FOUND
    assert browser.get("/leads").status_code == HTTPStatus.NOT_FOUND
    assert host.state("leads") is State.SUSPENDED

    assert press(browser, "/admin/plugins/leads/activate") == HTTPStatus.FOUND
    assert browser.get("/leads").status_code == HTTPStatus.OK


def test_fault_is_kept_and_found_by_its_number(app: Flask, browser: Browser) -> None:
    host: PluginHost = app.extensions["salesman_host"]
    fault = host.dispatcher.faults.note("leads", "somewhere", RuntimeError("no luck today"))
    browser.get("/")  # which keeps the faults that happened since

    assert fault.reference in browser.get("/admin/faults").text
    assert "no luck today" in browser.get(f"/admin/faults/{fault.reference}").text
    assert browser.get("/admin/faults/0000000000").status_code == HTTPStatus.NOT_FOUND


def test_page_is_for_administrators(app: Flask, make: Make) -> None:
    browser = browser_of(app, make.user("seller"))

    assert browser.get("/admin/plugins").status_code == HTTPStatus.FORBIDDEN
