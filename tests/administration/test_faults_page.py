"""Reference numbers of error pages, looked up by an administrator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.routes import public
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.plugins import faults
from salesman_core.plugins.faults import KEPT_FOR, FaultLog
from salesman_core.plugins.models import PluginFault
from salesman_core.testing.application import running
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application of the test's own: the one that tests share must not get a page more."""
    with running(database_url, tmp_path / "data", secret_key="of this test alone") as app:
        yield app


@pytest.fixture
def broken(app: Flask) -> None:
    """A page that breaks, with a secret in a variable of it."""

    @public
    def breaks(record_id: int) -> str:
        secret = "of " + "Omega"
        message = f"broken {len(secret)}"
        raise RuntimeError(message)

    app._got_first_request = False
    app.add_url_rule("/breaks/<int:record_id>", "breaks", breaks)


def reference_of(page: str) -> str:
    found = re.search(r"<code>([0-9a-f]{10})</code>", page)
    assert found, page
    return found[1]


@pytest.mark.usefixtures("broken")
def test_reference_of_an_error_page_leads_to_its_cause(make: Make, browser_for: BrowserFor) -> None:
    answer = browser_for("seller").get("/breaks/7")
    assert answer.status_code == 500

    number = reference_of(answer.text)
    page = browser_for("administrator").get(
        "/admin/faults", query_string={"reference": f" {number.upper()} "}, follow_redirects=True
    )

    assert f"Fault {number}" in page.text
    assert "GET /breaks/&lt;int:record_id&gt;" in page.text
    assert "RuntimeError: broken 8" in page.text
    assert "Seller" in page.text
    assert "of Omega" not in page.text


@pytest.mark.usefixtures("broken")
def test_fault_that_another_process_noted_is_found(
    make: Make, app: Flask, browser_for: BrowserFor
) -> None:
    elsewhere = FaultLog()
    noted = elsewhere.note("core", "GET /deals", RuntimeError("broken elsewhere"))
    with writing() as session:
        elsewhere.flush(session)

    page = browser_for("administrator").get(f"/admin/faults/{noted.reference}").text

    assert "broken elsewhere" in page


def test_unknown_reference_is_said_at_the_field(browser_for: BrowserFor) -> None:
    answer = browser_for("administrator").get("/admin/faults?reference=0000000000")

    assert answer.status_code == 422
    assert "There is no fault with the number 0000000000." in answer.text


def test_faults_are_forgotten_after_thirty_days(make: Make) -> None:
    log = FaultLog()
    log.note("core", "before", RuntimeError())
    with writing() as session:
        log.flush(session)
        long_ago = now() - KEPT_FOR - timedelta(minutes=1)
        session.execute(sa.update(PluginFault).values(at=long_ago))
    log.note("core", "after", RuntimeError())
    with writing() as session:
        log.flush(session)

    assert reading().scalars(sa.select(PluginFault.place)).all() == ["after"]


def test_faults_are_bounded(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "KEPT", 3)
    log = FaultLog()
    for number in range(5):
        log.note("core", str(number), RuntimeError())
    with writing() as session:
        log.flush(session)

    assert sorted(reading().scalars(sa.select(PluginFault.place))) == ["2", "3", "4"]


def test_faults_are_not_for_sellers(browser_for: BrowserFor) -> None:
    assert browser_for("seller").get("/admin/faults").status_code == 403
