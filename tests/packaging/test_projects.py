"""What holds for the project files of all distributions."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements/*.lock"))
PLUGINS = sorted(project.parent.name for project in ROOT.glob("plugins/*/pyproject.toml"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_pins_every_package_with_a_hash_and_names_no_place(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())

    for entry in entries:
        assert re.fullmatch(
            r"[a-z0-9-]+==\S+( ; [^\n]+?)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\\n)?)+", entry
        )


def test_front_end_lock_pins_every_package_with_a_hash_and_names_no_place() -> None:
    lock = ROOT / "salesman_core/web/frontend/package-lock.json"
    packages = {
        name: entry for name, entry in json.loads(lock.read_text())["packages"].items() if name
    }

    assert all("integrity" in entry for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugin_is_watched_by_the_checks_of_types_and_layers(plugin: str) -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    package = f"salesman_{plugin}"
    core_names_none, plugin_takes_toolkit = tools["importlinter"]["contracts"][2:4]

    assert package in tools["mypy"]["packages"]
    assert package in tools["importlinter"]["root_packages"]
    assert package in core_names_none["forbidden_modules"]
    assert package in plugin_takes_toolkit["source_modules"]
    assert f"{package}.** -> salesman_core.toolkit" in plugin_takes_toolkit["ignore_imports"]
