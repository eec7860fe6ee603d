"""The sample plugin beside everything that is installed, for tests that span distributions."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app
from salesman_core.cli.database import upgrade_database
from salesman_core.db import db, writing
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.services.company import change_company
from salesman_core.testing.databases import Template
from salesman_core.testing.people import PASSWORD, Make
from salesman_core.testing.pytest_plugin import lacking

Command = Callable[..., list[str]]
AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]

TAKES_A_WHILE = 1.0
"""Seconds in which a change that waits for nobody is done."""

MAPPINGS = Path(__file__).parent / "mappings"
SHARED_DATA = Path(__file__).parents[1] / "../shared/data"
IMPORT_OF_OPPORTUNITIES = (
    "import",
    "deals",
    str(SHARED_DATA / "opportunities/sales_pipeline.csv"),
    "--mapping",
    str(MAPPINGS / "opportunities.toml"),
)
ADMINISTRATOR = "administrator@example.com"
_MADE_BETWEEN = 20_000
"""Objects that are made between two looks of the collector of garbage; Python's own are 700."""

sys.path.insert(0, str(Path(__file__).parent / "sample"))

settings.register_profile("beside others", deadline=None)  # several workers share two cores
settings.load_profile("beside others")


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Spare the collector of garbage the collection of tests: all that is made there lasts."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare it afterwards what lasts as long as the run: a tenth of a test's time.

    And let it look less often: a request makes thousands of objects that go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Let what drives a browser take turns: it takes twenty times as long as another test.

    What stands beside such tests and opens no page waits for no turn, nor does what is only run
    where somebody asks for it, as pictures are.
    """
    marks = {mark.name for mark in item.iter_markers()}
    opens = {"chromium", "pytester"} & set(getattr(item, "fixturenames", ()))
    if "browser" in marks and opens and marks.isdisjoint({"turns", "soak"}):
        item.add_marker(pytest.mark.turns(3, among="browsers"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let what asks for the most time begin first: begun last, it has everybody wait."""
    usual = float(config.getini("timeout"))

    def urgency(item: pytest.Item) -> float:
        asked = item.get_closest_marker("timeout")
        return -max(float(asked.args[0]), usual) if asked is not None else -usual

    items.sort(key=urgency)


@pytest.fixture
def at_once(app: Flask, make: Make) -> AtOnce:
    """A function that makes a second change while the first one is not committed yet."""
    user_id = make.user("administrator")

    def at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
        def elsewhere() -> None:
            with app.app_context(), make.acting(user_id):
                second()

        other = threading.Thread(target=elsewhere)
        with writing():
            first()
            other.start()
            other.join(TAKES_A_WHILE)
        other.join()

    return at_once


@pytest.fixture(scope="session")
def sample() -> Installed:
    """The sample plugin, as if it were installed."""
    return Installed("sample", "1.0", "salesman_sample")


@pytest.fixture(scope="session")
def everything(sample: Installed) -> Sequence[Installed]:
    """What is installed here, and the sample plugin."""
    return [*installed_plugins(), sample]


@pytest.fixture(scope="session")
def sampled(everything: Sequence[Installed], tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A database as ``salesman init`` leaves it, with the tables of the sample plugin too."""

    def fill(url: str) -> None:
        folder = str(tmp_path_factory.mktemp("sampled"))
        app = create_app({"database_url": url, "data_dir": folder}, installed=everything)
        with app.app_context(), acting_as(SYSTEM):
            upgrade_database(app)
            change_company({"name": "Test & Co", "language": "en", "zone": "Europe/Moscow"})
            db.session.remove()
            db.leave()

    return Template("sampled", fill)


@pytest.fixture(scope="session")
def salesman(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """What runs the command line on a database, as a process, and gives the lines of its answer."""
    folder = str(tmp_path_factory.mktemp("command-line"))

    def run(url: str, *arguments: str) -> list[str]:
        program = Path(sys.executable).with_name("salesman")
        settings = {"SALESMAN_DATABASE_URL": url, "SALESMAN_DATA_DIR": folder}
        done = subprocess.run(
            [program, *arguments],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    return run


@pytest.fixture(scope="session")
def real_files() -> None:
    """Files that none of us wrote: no test that reads them passes by in CI."""
    if not SHARED_DATA.is_dir():
        lacking("the folder ../shared/data with real files is missing")


@pytest.fixture(scope="session")
def said_of_opportunities(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], Path]:
    """Where all workers of the run find what the import said on a kind of database."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own
    return lambda kind: shared / f"opportunities-{kind}.txt"


@pytest.fixture(scope="session")
def opportunities(
    salesman: Command, real_files: None, said_of_opportunities: Callable[[str], Path]
) -> Template:
    """A database with an administrator and the public set of sales opportunities.

    Bringing them in takes long: whoever begins with them has ``xdist_group("opportunities")``, so
    that no worker waits for another's import.
    """

    def fill(url: str) -> None:
        salesman(url, "init", "--admin-email", ADMINISTRATOR, "--admin-password", PASSWORD)
        lines = salesman(url, *IMPORT_OF_OPPORTUNITIES)
        said_of_opportunities(sa.make_url(url).get_backend_name()).write_text("\n".join(lines))

    return Template("opportunities", fill)
