"""What `salesman serve --reload` watches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from salesman_core.cli.sources import Sources, compile_catalogue, sources_here


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with sources, and what is none."""
    for name in ("hooks.py", "templates/page.html", "__pycache__/hooks.py", "notes.md"):
        file = tmp_path / "package" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before", "utf-8")
    return tmp_path / "package"


def change(file: Path) -> None:
    """Change a file later than clocks can confuse."""
    moment = file.stat().st_mtime + 10
    os.utime(file, (moment, moment))


def test_changed_source_is_told_once(package: Path) -> None:
    sources = Sources([package])
    assert sources.changed() == []

    change(package / "templates/page.html")

    assert sources.changed() == [package / "templates/page.html"]
    assert sources.changed() == []


def test_new_and_removed_sources_are_told(package: Path) -> None:
    sources = Sources([package])

    (package / "views.py").touch()
    (package / "hooks.py").unlink()

    assert sources.changed() == [package / "hooks.py", package / "views.py"]


@pytest.mark.parametrize("name", ["__pycache__/hooks.py", "notes.md"])
def test_other_files_are_not_told(package: Path, name: str) -> None:
    sources = Sources([package])

    change(package / name)

    assert sources.changed() == []


def test_settings_that_appear_are_told(package: Path, tmp_path: Path) -> None:
    settings = tmp_path / "salesman.toml"
    sources = Sources([package], [settings])

    settings.touch()

    assert sources.changed() == [settings]


def test_sources_of_the_core_and_of_each_plugin_are_watched() -> None:
    found = {f"{file.parent.name}/{file.name}" for file in sources_here().files()}

    assert found >= {
        "salesman_core/app.py",
        "LC_MESSAGES/core.po",
        "salesman_hookspecs/manifest.py",
        "salesman_leads/hooks.py",
        "LC_MESSAGES/leads.po",
    }
    assert not any(file.startswith("node_modules/") for file in found)


def test_changed_catalogue_is_compiled(tmp_path: Path) -> None:
    catalogue = tmp_path / "translations/ru/LC_MESSAGES/visits.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid "Visit"\nmsgstr "Визит"\n', "utf-8")

    compile_catalogue(catalogue)

    assert "Визит".encode() in catalogue.with_suffix(".mo").read_bytes()
