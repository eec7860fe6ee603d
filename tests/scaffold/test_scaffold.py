"""A plugin as ``salesman plugins new`` writes it works before its author changes a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from salesman_core.cli.main import salesman
from salesman_core.cli.scaffold import BadNameError, check_id, check_record, write_plugin

pytestmark = pytest.mark.xdist_group("scaffold")

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
SET_UP = """
from salesman_core.cli.main import salesman

for command in (["init"], ["plugins", "list"], ["db", "check"]):
    salesman(command, standalone_mode=False)
"""
"""The last one ends the process, with 1 where tables and models differ."""


def run(*command: str | Path, folder: Path, site: Path | None = None) -> str:
    """Run a program as an author would, with what lies in *site* installed; give its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SALESMAN_")}
    kept |= {"PYTHONPATH": str(site)} if site else {}
    done = subprocess.run(
        command,
        cwd=folder,
        env=kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new plugin."""
    into = tmp_path_factory.mktemp("author")
    command = ["plugins", "new", "visits", "--record", "visit", "--into", str(into)]
    done = CliRunner().invoke(salesman, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return into / "salesman-visits"


@pytest.fixture(scope="module")
def site(written: Path) -> Path:
    """A folder with the plugin installed from its wheel, as an environment has it."""
    target = written.parent / "site"
    run(
        PROGRAMS / "uv", "pip", "install", "--quiet", "--offline", "--no-deps",
        "--no-build-isolation", "--python", sys.executable, "--target", target, written,
        folder=written.parent,
    )  # fmt: skip
    return target


@pytest.mark.turns(3, among="long")
def test_new_plugin_passes_its_own_tests_which_visit_its_pages(written: Path, site: Path) -> None:
    said = run(
        PROGRAMS / "pytest", "-q", "-p", "salesman", "-p", "no:cacheprovider",
        "-k", "not postgresql", folder=written, site=site,
    )  # fmt: skip

    assert "10 passed" in said


@pytest.mark.turns(3, among="long")
def test_new_plugin_is_active_and_its_table_is_what_its_models_say(
    written: Path, site: Path, tmp_path: Path
) -> None:
    said = run(sys.executable, "-c", SET_UP, folder=tmp_path, site=site)

    assert "visits 0.1.0 active" in said.splitlines()


def test_new_plugin_keeps_the_rules_of_the_house(written: Path) -> None:
    settings = ("--config", ROOT / "pyproject.toml", "--no-cache")
    run(PROGRAMS / "ruff", "format", "--check", *settings, written, folder=written)
    run(PROGRAMS / "ruff", "check", *settings, written / "salesman_visits", folder=written)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("My-Plugin", "must match .*; try myplugin"),
        ("2visits", "must match .*; try visits"),
        ("clients", "reserved by the core.*; try ourclients"),
        ("leads", "installed already; try ourleads"),
        ("---", "must match .*; try ourplugin"),
    ],
)
def test_bad_name_is_refused_with_one_that_would_do(name: str, reason: str) -> None:
    with pytest.raises(BadNameError, match=reason):
        check_id(name)


@pytest.mark.parametrize("record", ["import", "none", "client", "session", "Visit", "field visit"])
def test_record_that_could_not_stand_in_the_code_is_refused(record: str) -> None:
    with pytest.raises(BadNameError, match=f"record '{record}'"):
        check_record(record)


def test_bad_name_is_said_in_one_line_and_nothing_is_written(tmp_path: Path) -> None:
    command = ["plugins", "new", "My-Plugin", "--into", str(tmp_path)]
    done = CliRunner().invoke(salesman, command)

    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "salesman-visits").mkdir()
    (tmp_path / "salesman-visits" / "mine.txt").write_text("mine")

    with pytest.raises(FileExistsError, match="--into"):
        write_plugin("visits", "visit", tmp_path)

    assert [file.name for file in tmp_path.rglob("*")] == ["salesman-visits", "mine.txt"]
