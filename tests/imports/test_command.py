"""``salesman import``: what it takes and what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from salesman_core.db import make_engine
from salesman_core.records.models import Audit

Command = Callable[..., list[str]]
WriteCsv = Callable[..., Path]


@pytest.fixture
def command(
    command_on: Callable[[str, Path], Command], database_url: str, tmp_path: Path
) -> Command:
    """The command line on this test's database."""
    return command_on(database_url, tmp_path / "data")


def test_columns_are_recognised_without_a_mapping(command: Command, write_csv: WriteCsv) -> None:
    lines = command("import", "clients", str(write_csv("Company;Colour", "Omega;red")))

    assert lines == [
        "Import 1: salesman import --undo 1 takes it back",
        "rows.csv: CSV, utf-8, “;”",
        "  name ← Company",
        "Not recognised, kept with the records: Colour",
        "created 1, updated 0, unchanged 0, refused 0",
    ]


@pytest.mark.databases("sqlite")
def test_mapping_is_found_by_its_name(
    command: Command, write_csv: WriteCsv, tmp_path: Path
) -> None:
    folder = tmp_path / "data/mappings"
    folder.mkdir(parents=True)
    (folder / "colours.toml").write_text("[columns]\nCompany = 'name'\nColour = 'source'\n")
    file = str(write_csv("Company;Colour", "Omega;red"))

    lines = command("import", "clients", file, "--mapping", "colours")

    assert "  source ← Colour" in lines


@pytest.mark.databases("sqlite")
def test_unknown_mapping_is_named(command: Command, write_csv: WriteCsv) -> None:
    lines = command("import", "clients", str(write_csv("Company", "Omega")), "--mapping", "none")

    assert lines[-1].startswith("There is no mapping “none”: neither a file nor “none.toml” in ")


@pytest.mark.databases("sqlite")
def test_unknown_kind_of_record_is_answered_with_those_there_are(
    command: Command, write_csv: WriteCsv
) -> None:
    lines = command("import", "cars", str(write_csv("Company", "Omega")))

    assert lines[-1].startswith("No “cars” can be imported, only: clients, contacts, deals")


def test_import_of_the_command_line_is_in_the_audit_by_its_number(
    command: Command, write_csv: WriteCsv, database_url: str
) -> None:
    command("import", "clients", str(write_csv("Company", "Omega")))
    engine = make_engine(database_url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(Audit.kind, Audit.way, Audit.address)).all()
    engine.dispose()
    assert ("client", "import 1", "") in [tuple(row) for row in found]
