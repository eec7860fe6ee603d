"""Plugins on the pages of administrators: switched, and rid of what they keep."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.intake import create_lead

from salesman_core.db import db, reading, trigrams, writing
from salesman_core.plugins import switches
from salesman_core.plugins.discovery import installed_plugins
from salesman_core.records.models import Audit
from salesman_core.testing.application import running
from salesman_core.testing.people import Browser, Make, browser_of

from .conftest import Press

PAGE = "/admin/plugins/leads/purge"
EXPORT = "/admin/plugins/leads/export.zip"


def tables() -> list[str]:
    return [name for name in sa.inspect(db.engine).get_table_names() if name.startswith("leads_")]


@pytest.mark.parametrize("role", ["seller", "head"])
def test_page_is_for_administrators(app: Flask, make: Make, role: str) -> None:
    browser = browser_of(app, make.user(role))

    assert browser.get(PAGE).status_code == HTTPStatus.FORBIDDEN
    assert browser.get(EXPORT).status_code == HTTPStatus.FORBIDDEN


def test_page_shows_the_tables_and_their_rows(browser: Browser) -> None:
    create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})

    page = browser.get(PAGE).text

    assert '<code>leads_lead</code></td><td class="text-end">1</td>' in page
    assert '<code>leads_email</code></td><td class="text-end">0</td>' in page


def test_active_plugin_is_not_purged(browser: Browser, press: Press) -> None:
    page = browser.get(PAGE).text
    assert "Data is only removed of a plugin that is suspended or not installed" in page
    assert 'name="typed"' not in page

    answer = press(PAGE, PAGE, typed="leads")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "leads_lead" in tables()


def test_data_is_removed_once_the_name_is_typed(browser: Browser, press: Press) -> None:
    create_lead({"name": "Anna"})
    switches.suspend("leads")

    refused = press(PAGE, PAGE, typed="lead")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Type leads here" in refused.text
    assert "leads_lead" in tables()

    done = press(PAGE, PAGE, typed="leads")
    assert done.headers["Location"] == "/admin/plugins"
    assert tables() == []
    assert "waits for migrations" in browser.get("/admin/plugins").text


def test_removal_is_kept_in_the_audit(press: Press) -> None:
    create_lead({"name": "Anna"})
    switches.suspend("leads")

    press(PAGE, PAGE, typed="leads")

    entry = reading().scalars(sa.select(Audit).where(Audit.kind == "plugin")).one()
    assert (entry.actor_name, entry.action, entry.label) == ("Anna", "purged", "leads")
    assert entry.changes["leads_lead"] == [1, None]


def test_page_names_whoever_refers_to_the_plugin(browser: Browser, press: Press) -> None:
    switches.suspend("leads")
    with writing() as session:
        session.execute(
            sa.text(
                "CREATE TABLE offers_offer (id INTEGER PRIMARY KEY,"
                " lead_id BIGINT REFERENCES leads_lead (id) ON DELETE CASCADE)"
            )
        )

    page = browser.get(PAGE).text

    assert "offers_offer.lead_id" in page
    assert 'name="typed"' not in page
    assert press(PAGE, PAGE, typed="leads").status_code == HTTPStatus.CONFLICT
    assert "leads_lead" in tables()


def test_export_holds_every_row_of_every_table(browser: Browser) -> None:
    create_lead({"name": "Анна"})
    create_lead({"name": "Boris"})

    answer = browser.get(EXPORT, buffered=True)

    assert "leads.zip" in answer.headers["Content-Disposition"]
    with ZipFile(io.BytesIO(answer.data)) as kept:
        hanging = {"core_attachment", "core_note"}
        kept_tables = sorted(without_history() | hanging)
        assert sorted(kept.namelist()) == [f"{name}.jsonl" for name in kept_tables]
        lines = kept.read("leads_lead.jsonl").decode().splitlines()
    assert sorted(json.loads(line)["name"] for line in lines) == ["Boris", "Анна"]


def without_history() -> set[str]:
    """Give the tables with rows of their own: what indexes search is made from them again."""
    kept = [name for name in tables() if not trigrams.belongs(name)]
    return {name for name in kept if not name.endswith("_alembic_version")}


@pytest.mark.parametrize("other", ["core", "offers", "alembic"])
def test_nothing_but_plugins_is_shown_exported_or_removed(
    browser: Browser, send: Press, other: str
) -> None:
    page = f"/admin/plugins/{other}/purge"

    assert browser.get(page).status_code == HTTPStatus.NOT_FOUND
    assert browser.get(f"/admin/plugins/{other}/export.zip").status_code == HTTPStatus.NOT_FOUND
    assert send(page, typed=other).status_code == HTTPStatus.NOT_FOUND


class TestNotInstalled:
    """A plugin whose program is gone."""

    @pytest.fixture
    def app(self, database_url: str, tmp_path: Path) -> Iterator[Flask]:
        """The system without leads, on a database that has met them."""
        with running(database_url, tmp_path / "with"):
            pass
        others = [one for one in installed_plugins() if one.id != "leads"]
        with running(database_url, tmp_path / "without", installed=others) as app:
            yield app

    def test_its_data_is_found_and_removed(self, browser: Browser, press: Press) -> None:
        assert f'href="{PAGE}"' in browser.get("/admin/plugins").text

        press(PAGE, PAGE, typed="leads")

        assert tables() == []
        assert f'href="{PAGE}"' not in browser.get("/admin/plugins").text


def test_switching_a_plugin_is_kept_in_mind(browser: Browser, press: Press) -> None:
    press("/admin/plugins", "/admin/plugins/leads/suspend")
    press("/admin/plugins", "/admin/plugins/leads/activate")

    kept = sa.select(Audit.actor_name, Audit.action, Audit.label).where(Audit.kind == "plugin")
    assert [tuple(row) for row in reading().execute(kept.order_by(Audit.id))] == [
        ("Anna", "suspended", "leads"),
        ("Anna", "activated", "leads"),
    ]
