"""The command line, run in this process as a process of its own would run it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from salesman_core.cli import application
from salesman_core.cli.main import salesman
from salesman_core.db import db

Run = Callable[..., Result]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    return {"SALESMAN_DATABASE_URL": database_url, "SALESMAN_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def run(environment: Mapping[str, str]) -> Iterator[Run]:
    """Give what runs a command; ``settings`` are put into its environment."""
    made = []

    def run(*arguments: str, **settings: str) -> Result:
        application.application.cache_clear()
        result = CliRunner(env={**environment, **settings}).invoke(salesman, arguments)
        if application.application.cache_info().currsize:
            made.append(application.application())
        return result

    yield run
    application.application.cache_clear()
    for app in made:
        app.extensions["salesman_live"].stop()
        with app.app_context():
            db.leave()
    for name in [one for one in sys.modules if one.startswith("company_")]:
        del sys.modules[name]


def install(folder: Path, id_: str, hooks: str) -> Path:
    """Put a distribution with a plugin into a folder, as an installer would; give its package."""
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
    return package
