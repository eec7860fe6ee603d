"""What the README shows works as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salesman_core.errors import VetoedError
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.states import State
from salesman_core.testing.application import running
from salesman_core.testing.people import Make, browser_of

README = Path(__file__).parents[2] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def greeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    package = tmp_path / "installed" / "salesman_greeting"
    package.mkdir(parents=True)
    manifest, hooks = blocks("python")
    (package / "__init__.py").write_text(manifest)
    (package / "hooks.py").write_text(hooks)
    monkeypatch.syspath_prepend(str(package.parent))
    return Installed(id="greeting", version="1", module="salesman_greeting")


@pytest.mark.databases("sqlite")
def test_plugin_of_the_readme_works(greeting: Installed, database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path / "data", installed=[greeting]) as app:
        make = Make(app)
        seller = browser_of(app, make.user("seller", name="Anna"))
        lawyer = browser_of(app, make.user("lawyer"))

        assert app.extensions["salesman_host"].state("greeting") is State.ACTIVE
        assert seller.get("/greeting").text == "Hello, Anna"
        assert lawyer.get("/greeting").status_code == 403
        assert "Good morning" in seller.get("/").text
        with pytest.raises(VetoedError, match="Choose a real name"):
            make.client(name="Test")


def test_plugin_of_the_readme_is_short() -> None:
    manifest, hooks = blocks("python")

    assert len([line for line in (manifest + hooks).splitlines() if line.strip()]) <= 30
