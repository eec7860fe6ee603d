"""`salesman plugins`: works with plugins that are broken, too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from salesman_core.errors import MissingError
from salesman_core.records.models import Audit
from salesman_core.services.models import Setting

from .conftest import Run, install

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path in which a broken plugin and a sound one are installed."""
    folder = tmp_path / "installed"
    install(folder, "broken", "raise RuntimeError('no luck today')")
    fill = 'SlotFill("hello", "client.card.panels", str, order=5)'
    install(folder, "sound", f"@hookimpl\ndef salesman_slot_fills():\n    return [{fill}]")
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_list_says_a_line_for_each_plugin(installed: Path, run: Run) -> None:
    result = run("plugins", "list")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "broken 2.5 failed" in lines
    assert "sound 2.5 active" in lines
    assert [line.split()[2] for line in lines if line.startswith("leads ")] == ["active"]
    assert lines == sorted(lines)


@pytest.mark.turns(3, among="long")
def test_doctor_shows_what_broke_and_fails(installed: Path, run: Run) -> None:
    result = run("plugins", "doctor")

    assert result.exit_code == 1
    assert "broken: failed: RuntimeError: no luck today" in result.stdout
    assert "raise RuntimeError('no luck today')" in result.stdout
    assert "sound: active" in result.stdout


def test_doctor_is_content_where_all_is_well(run: Run) -> None:
    assert run("plugins", "doctor").exit_code == 0


def test_suspended_plugin_stays_so_until_it_is_activated(run: Run) -> None:
    assert run("plugins", "suspend", "leads").exit_code == 0
    assert "suspended" in run("plugins", "list").stdout
    assert run("plugins", "doctor").exit_code == 0

    assert run("plugins", "activate", "leads").exit_code == 0

    assert "suspended" not in run("plugins", "list").stdout


def test_broken_plugin_does_not_hinder_switching_another(installed: Path, run: Run) -> None:
    assert run("plugins", "suspend", "sound").exit_code == 0

    assert "sound 2.5 suspended" in run("plugins", "list").stdout


def test_plugin_that_there_is_not_cannot_be_suspended(run: Run) -> None:
    result = run("plugins", "suspend", "nobody")

    assert isinstance(result.exception, MissingError)
    assert str(result.exception) == "There is no plugin nobody."


def test_explain_slot_says_who_fills_it_in_which_order(installed: Path, run: Run) -> None:
    run("plugins", "suspend", "sound")

    lines = run("plugins", "explain-slot", "client.card.panels").stdout.splitlines()

    assert lines == [
        "5 sound.hello everybody off",
        "10 calendar.activities calendar.activity.view lazy",
        "12 conveyor.way conveyor.handover.view lazy",
        "15 discussions.threads discussions.thread.view lazy",
        "20 core.deals core.deal.view",
        "20 inquiries.inquiries inquiries.inquiry.view lazy",
        "30 documents.documents documents.document.view lazy",
        "30 invoices.invoices invoices.invoice.view lazy",
        "60 mailing.mailing mailing.consent.view lazy",
        "100 leads.leads leads.lead.view",
    ]


def test_explain_slot_says_what_is_hidden(run: Run, database_url: str) -> None:
    kept = sa.insert(Setting).values(
        owner="core", key="hidden", value=["client.card.panels/leads.leads"]
    )
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(kept)
    engine.dispose()

    lines = run("plugins", "explain-slot", "client.card.panels").stdout.splitlines()

    assert lines[3:] == [
        "20 core.deals core.deal.view",
        "20 inquiries.inquiries inquiries.inquiry.view lazy",
        "30 documents.documents documents.document.view lazy",
        "30 invoices.invoices invoices.invoice.view lazy",
        "60 mailing.mailing mailing.consent.view lazy",
        "100 leads.leads leads.lead.view hidden",
    ]


def test_explain_slot_suggests_the_nearest_name(run: Run) -> None:
    result = run("plugins", "explain-slot", "client.card.panel")

    assert result.exit_code == 2
    assert "there is no slot client.card.panel, did you mean client.card.panels?" in result.output


@pytest.mark.turns(3, among="long")
def test_program_answers_beside_a_broken_plugin(
    installed: Path, environment: Mapping[str, str]
) -> None:
    program = Path(sys.executable).with_name("salesman")
    whole = {**os.environ, **environment, "PYTHONPATH": str(installed)}

    ended = subprocess.run(
        [str(program), "plugins", "list"], env=whole, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, "broken 2.5 failed" in ended.stdout) == (0, True), ended.stderr


def test_nothing_of_plugins_is_imported_where_none_is_to_be_loaded(
    installed: Path, environment: Mapping[str, str]
) -> None:
    program = Path(sys.executable).with_name("salesman")
    safe = {**environment, "PYTHONPATH": str(installed), "SALESMAN_PLUGINS": "none"}

    ended = subprocess.run(
        [str(program), "plugins", "list"],
        env={**os.environ, **safe},
        capture_output=True,
        text=True,
        check=True,
    )

    assert {line.split()[-1] for line in ended.stdout.splitlines()} == {"installed"}


def test_new_revision_is_named_by_its_number(installed: Path, run: Run) -> None:
    result = run("db", "revision", "--owner", "sound", "-m", "first tables")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "written: migrations/0001_first_tables.py"


@pytest.mark.turns(3, among="long")
def test_purge_shows_first_and_is_kept_in_the_audit(run: Run, database_url: str) -> None:
    assert run("plugins", "suspend", "leads").exit_code == 0
    shown = run("plugins", "purge", "leads").stdout.splitlines()
    assert "leads_lead: 0" in shown
    assert "purged: leads" not in shown

    assert "purged: leads" in run("plugins", "purge", "leads", "--yes").stdout.splitlines()

    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        kept = sa.select(Audit.action, Audit.label).where(Audit.kind == "plugin")
        assert connection.execute(kept.order_by(Audit.id)).all() == [
            ("suspended", "leads"),
            ("purged", "leads"),
        ]
    engine.dispose()
