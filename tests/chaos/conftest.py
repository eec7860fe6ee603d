"""A company with one client and one deal, served while a plugin does its worst."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.jobs import Jobs
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Api, Browser, Make, apart, api_of, browser_of
from salesman_core.testing.pytest_plugin import KINDS
from salesman_core.toolkit import reading

sys.path.insert(0, str(Path(__file__).parent))

from misbehaving import (  # found by the line above
    BEHAVIOURS,
    JUDGES,
    PLACES,
    SLOTS,
    Chaos,
    forget_open_transactions,
)

PAGES = (
    "/",
    "/clients",
    "/clients/1",
    "/deals",
    "/deals/1",
    "/deals/board",
    "/reports/funnel",
    "/search?q=boilers",
    "/records/client/1/story",
    "/admin/plugins",
    "/sample",
)
_LATER = re.compile(r'hx-get="(/(?:desk/widgets|fragments/slots)/[^"]+)"')
_CARDS = ("/clients/1", "/deals/1")


ROUNDS = 3
MOST_JOBS = 100
"""Jobs that are done at once; far fewer wait."""


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each place meet other behaviours in each run: the seed of the run says which.

    The databases take turns: what one round tries on SQLite, another tries on PostgreSQL.
    """
    seed: int = metafunc.config.getoption("randomly_seed", datetime.now(UTC).toordinal())
    names = sorted(BEHAVIOURS)

    def chosen(places: Sequence[str], turn: int) -> list[Chaos]:
        first = seed + turn * len(names) // ROUNDS
        return [
            Chaos(place, names[(first + number) % len(names)])
            for number, place in enumerate(places)
        ]

    if "everywhere" in metafunc.fixturenames:
        places = [place for place in PLACES if place not in JUDGES]
        rounds = [(KINDS[turn % 2], chosen(places, turn)) for turn in range(ROUNDS)]
        ids = [f"round {turn} from {seed % len(names)}" for turn in range(ROUNDS)]
        _parametrise(metafunc, "everywhere", rounds, ids)
    if "judged" in metafunc.fixturenames:
        judges = [
            (KINDS[(seed + turn + number) % 2], chaos)
            for turn in range(2)
            for number, chaos in enumerate(chosen(JUDGES, turn * ROUNDS // 2))
        ]
        _parametrise(metafunc, "judged", judges, [f"{chaos}, {kind}" for kind, chaos in judges])


def _parametrise(
    metafunc: pytest.Metafunc, name: str, rounds: Sequence[tuple[str, Any]], ids: list[str]
) -> None:
    """Give a test its database and its chaos, in the place of the database's own parameters."""
    both = ("database_kind", name)
    marker = pytest.mark.parametrize(both, rounds, indirect=["database_kind"], ids=ids)
    metafunc.definition.add_marker(marker)


@pytest.fixture(scope="session")
def company(
    sampled: Template, everything: Sequence[Installed], tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """A database with an administrator, a seller, a client and a deal."""

    def fill(url: str) -> None:
        sampled.fill(url)
        folder = tmp_path_factory.mktemp("company")
        with running(url, folder, installed=everything, lasting=True) as app:
            make = Make(app)
            make.user("administrator", name="Anna")
            make.user("seller", name="Boris")
            client_id = make.client(name="Boilers Ltd")
            make.deal(name="Three boilers", client_id=client_id)

    return Template("company", fill)


@pytest.fixture
def database_template(company: Template) -> Template:
    return company


@dataclass
class Served:
    """An application in which strangers' plugins run."""

    app: Flask
    browser: Browser
    api: Api

    @property
    def host(self) -> PluginHost:
        host: PluginHost = self.app.extensions["salesman_host"]
        return host

    def walk(self) -> dict[str, int]:
        """Visit every page and what it loads by itself; give the answers that were no success."""
        answers: dict[str, int] = {}
        for page in PAGES:
            response = self.browser.get(page)
            answers[page] = response.status_code
            for later in _LATER.findall(response.text):
                answers[later] = self.browser.get(later.replace("&amp;", "&")).status_code
        return {page: status for page, status in answers.items() if status != 200}

    def marks(self) -> set[str]:
        """Give the slots of the cards that the sample plugin still fills."""
        pages = "".join(self.browser.get(page).text for page in _CARDS)
        return set(re.findall(r'data-sample="([^"]+)"', pages))

    def write(self) -> list[int]:
        """Make and change records; give how that was answered."""
        stages = self.api.get("/pipelines").json["items"][0]["stages"]
        opened = self.api.post("/deals", {"name": "New deal", "client_id": 1})
        deal = f"/deals/{opened.json.get('id', 1)}"  # the first one where no other may be opened
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/clients", {"name": "New Ltd"}),
            ("PATCH", "/clients/1", {"source": "site"}),
            ("POST", f"{deal}/move", {"stage_id": stages[2]["id"]}),
            ("POST", f"{deal}/close", {"outcome": "won"}),
            ("POST", f"{deal}/reopen", {}),
        ]
        return [opened.status_code, *(self.api.request(*call).status_code for call in calls)]

    def work(self) -> int:
        """Do the jobs that wait, those of the changes' events among them; give how many."""
        jobs: Jobs = self.app.extensions["salesman_jobs"]
        return apart(lambda: jobs.drain(MOST_JOBS))

    def sources(self) -> list[str]:
        """Give what stands in the field that strangers write into."""
        return [one["source"] for one in self.api.get("/clients").json["items"]]


Serve = Callable[..., AbstractContextManager[Served]]

EVERY_MARK = set(SLOTS)


@pytest.fixture
def serve(database_url: str, tmp_path: Path, everything: Sequence[Installed]) -> Iterator[Serve]:
    """Give what serves everything that is installed, the sample plugin and some strangers."""

    @contextmanager
    def serve(*strangers: Installed) -> Iterator[Served]:
        with running(database_url, tmp_path / "data", installed=[*everything, *strangers]) as app:
            anna = reading().scalar(sa.select(User.id).where(User.name == "Anna"))
            assert anna is not None
            yield Served(app, browser_of(app, anna), api_of(app, anna))

    yield serve
    forget_open_transactions()
