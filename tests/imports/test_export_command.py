"""``salesman export``: what was taken in comes out as a file, and goes in again unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., list[str]]
WriteCsv = Callable[..., Path]

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def command(
    command_on: Callable[[str, Path], Command], database_url: str, tmp_path: Path
) -> Command:
    """The command line on this test's database."""
    return command_on(database_url, tmp_path / "data")


def test_export_writes_what_the_filter_finds(
    command: Command, write_csv: WriteCsv, tmp_path: Path
) -> None:
    command("import", "clients", str(write_csv("Company;Source", "Omega;fair", "Alpha;web")))
    file = tmp_path / "out.csv"

    lines = command("export", "clients", str(file), "--filter", "source=fair")

    assert lines[-1] == "exported 1"
    heading, row = file.read_text("utf-8-sig").splitlines()
    assert (heading.startswith("Name,"), row.startswith("Omega,")) == (True, True)


def test_export_of_an_unknown_list_names_those_there_are(command: Command, tmp_path: Path) -> None:
    lines = command("export", "cars", str(tmp_path / "out.csv"))

    said, known = lines[-1].split(", only: ")
    words = known.split(", ")
    assert said == "There is no list “cars”"
    assert {"clients", "deals"} <= set(words)
    assert words == sorted(words)


@pytest.mark.plugins
def test_lists_of_plugins_are_among_those_that_can_be_exported(
    command: Command, tmp_path: Path
) -> None:
    lines = command("export", "cars", str(tmp_path / "out.csv"))

    assert {"calendar", "leads"} <= set(lines[-1].split(", only: ")[1].split(", "))


def test_export_into_another_kind_of_file_is_refused(command: Command, tmp_path: Path) -> None:
    lines = command("export", "clients", str(tmp_path / "out.pdf"))

    assert lines[-1] == "The file must end in .csv or .xlsx."
