"""`salesman plugins`: works with plugins that are broken, too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from salesman_core.cli import application
from salesman_core.cli.main import salesman
from salesman_core.db import db
from salesman_core.errors import MissingError

Run = Callable[..., Result]

pytestmark = pytest.mark.databases("sqlite")


def install(folder: Path, id_: str, hooks: str) -> None:
    """Put a distribution with a plugin into a folder, as an installer would."""
    package = folder / f"company_{id_}"
    package.mkdir(parents=True)
    manifest = f'Plugin(id="{id_}", title="{id_.title()}", api=">=0.1,<1")'
    (package / "__init__.py").write_text(
        f"from salesman_hookspecs import Plugin\nplugin = {manifest}\n"
    )
    (package / "hooks.py").write_text(f"from salesman_hookspecs import *\n{hooks}\n")
    about = folder / f"company_{id_}-2.5.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: company-{id_}\nVersion: 2.5\n")
    (about / "entry_points.txt").write_text(f"[salesman.plugins]\n{id_} = company_{id_}\n")


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    return {"SALESMAN_DATABASE_URL": database_url, "SALESMAN_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path in which a broken plugin and a sound one are installed."""
    folder = tmp_path / "installed"
    install(folder, "broken", "raise RuntimeError('no luck today')")
    fill = 'SlotFill("hello", "client.card.panels", str, order=5)'
    install(folder, "sound", f"@hookimpl\ndef salesman_slot_fills():\n    return [{fill}]")
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def run(environment: Mapping[str, str]) -> Iterator[Run]:
    """Give what runs the command line as a process of its own would."""
    made = []

    def run(*arguments: str) -> Result:
        application.application.cache_clear()
        result = CliRunner(env=dict(environment)).invoke(salesman, arguments)
        made.append(application.application())
        return result

    yield run
    application.application.cache_clear()
    for app in made:
        app.extensions["salesman_live"].stop()
        with app.app_context():
            db.engine.dispose()
    for name in [one for one in sys.modules if one.startswith("company_")]:
        del sys.modules[name]


def test_list_says_a_line_for_each_plugin(installed: Path, run: Run) -> None:
    result = run("plugins", "list")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "broken 2.5 failed" in lines
    assert "sound 2.5 active" in lines
    assert [line.split()[2] for line in lines if line.startswith("leads ")] == ["active"]
    assert lines == sorted(lines)


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
        "20 core.deals core.deal.view",
        "100 leads.leads leads.lead.view",
    ]


def test_explain_slot_suggests_the_nearest_name(run: Run) -> None:
    result = run("plugins", "explain-slot", "client.card.panel")

    assert result.exit_code == 2
    assert "there is no slot client.card.panel, did you mean client.card.panels?" in result.output


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
