"""The pictures of the guides, each taken where its guide says that one stands.

An ordinary run leaves them alone; ``make soak`` walks to each of them and throws it away;
``make pictures`` takes them anew into ``docs/pictures``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, Request

from salesman_core.access.models import Role
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app
from salesman_core.cli.database import upgrade_database
from salesman_core.clients.models import Client
from salesman_core.clients.service import create_client
from salesman_core.db import db, reading
from salesman_core.deals.models import Deal, DealParticipant, Stage
from salesman_core.demo.generator import make_plan
from salesman_core.demo.write import write_plan
from salesman_core.jobs import Worker
from salesman_core.testing.application import SECRET, running
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.databases import Template

from .pictures import PICTURES
from .pictures.of_core import TODAY
from .pictures.picture import user_of
from .pictures.taking import photograph

pytestmark = [
    pytest.mark.browser,
    pytest.mark.soak,
    pytest.mark.databases("sqlite"),
    pytest.mark.timeout(300),
]

SignedInPage = Callable[..., Page]

FOLDER: Final = Path(__file__).parents[2] / "docs/pictures"
LANGUAGES: Final = ("en", "ru")
LARGE: Final = {"en": 10_000, "ru": 1_000_000}
"""What is much money for a deal, in each demo company's currency."""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """The language of the guide."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def data_template(
    language: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """Where the demo company's files are kept, as its database is: for all processes."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own
    return shared / f"files_of_pictures_{language}"


@pytest.fixture
def database_template(language: str, data_template: Path) -> Template:
    """The demo company as of the day on which the clock stands."""

    def fill(url: str) -> None:
        given = {"database_url": url, "data_dir": str(data_template), "secret_key": SECRET}
        app = create_app(given)
        with app.app_context(), acting_as(SYSTEM):
            upgrade_database(app, language)
            write_plan(make_plan(language, TODAY))
            db.session.remove()
            db.leave()

    return Template(f"pictures_{language}", fill)


@pytest.fixture
def app(database_url: str, data_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The demo company at noon of that day, with somebody who does the jobs."""
    shutil.copytree(data_template, tmp_path / "data")
    with running(database_url, tmp_path / "data", clock=FrozenClock()) as app:
        worker = Worker(app.extensions["salesman_jobs"], threads=1).start()
        yield app
        worker.stop()


def role_of(preset: str) -> int:
    return reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()


def deal_of(role: str) -> int:
    """Give an open deal of somebody, whose contract a colleague is about to agree."""
    lawyers = sa.select(DealParticipant.record_id).where(
        DealParticipant.user_id == user_of("lawyer")
    )
    deals = sa.select(Deal.id).join(Stage).where(Deal.outcome.is_(None), Deal.id.in_(lawyers))
    chosen = deals.where(Deal.owner_id == user_of(role)).order_by(Stage.percent, Deal.id)
    return reading().scalars(chosen).first() or 0


def client_of(role: str) -> int:
    """Give somebody's client with whom there have been the most deals."""
    count = sa.select(sa.func.count()).where(Deal.client_id == Client.id).scalar_subquery()
    owned = sa.select(Client.id).where(Client.owner_id == user_of(role))
    return reading().scalars(owned.order_by(count.desc(), Client.id)).first() or 0


def double_of(client_id: int) -> int:
    """Make the same client once more, as somebody else has heard of it."""
    name = reading().scalars(sa.select(Client.name).where(Client.id == client_id)).one()
    return create_client({"name": name.upper(), "site": "www.example.com", "tags": ["2026"]})


def lead_of_nobody(app: Flask) -> int:
    """Give the newest lead that waits."""
    waiting = sa.text("select id from leads_lead where status = 'open' order by id desc")
    with app.app_context():
        return int(reading().scalars(waiting).first() or 0)


PAPERS: Final = {
    "sold": "select max(deal_id) from catalogue_line",
    "scheduled": "select max(deal_id) from invoices_step",
    "invoice": "select max(id) from invoices_invoice where state = 'issued' and paid = amount",
    "document": "select max(id) from documents_document",
    "approved": "select max(document_id) from documents_approval where state = 'running'",
    "thread": "select max(id) from discussions_thread where key is null",
    "group": "select min(id) from mailing_group",
    "campaign": "select max(id) from mailing_campaign where state = 'done'",
}
"""Where papers of the demo company are found, by the name in a picture's path."""


def papers_of(app: Flask, path: str) -> dict[str, int]:
    """Give the ids of what a path names."""
    with app.app_context():
        return {
            name: int(reading().scalar(sa.text(asked)) or 0)
            for name, asked in PAPERS.items()
            if f"{{{name}}}" in path
        }


class Quiet:
    """Knows whether a page still fetches something; its stream of changes would never end."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._waiting: set[Request] = set()
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _begun(self, request: Request) -> None:
        if "/live" not in request.url:
            self._waiting.add(request)

    def _ended(self, request: Request) -> None:
        self._waiting.discard(request)

    def come(self) -> None:
        """Wait until everything is there and the charts are drawn."""
        quiet = 0
        for _look in range(600):
            self._page.wait_for_timeout(50)
            quiet = 0 if self._waiting else quiet + 1
            if quiet == 6:
                break
        if self._page.locator("[data-chart]").count():
            self._page.locator("[data-chart] svg").first.wait_for()


@pytest.mark.parametrize("name", PICTURES)
def test_picture_of_a_guide_can_be_taken(
    app: Flask, signed_in_page: SignedInPage, tmp_path: Path, language: str, name: str
) -> None:
    picture = PICTURES[name]
    client = client_of("seller")
    path = picture.path.format(
        client=client,
        double=double_of(client) if "{double}" in picture.path else "",
        deal=deal_of("seller"),
        lead=lead_of_nobody(app),
        seller=user_of("seller"),
        role=role_of("seller"),
        large=LARGE[language],
        **papers_of(app, picture.path),
    )
    width, height = picture.size
    page = signed_in_page(
        user_of(picture.who),
        viewport={"width": width, "height": height},
        color_scheme=picture.theme,
        locale=language,
        reduced_motion="reduce",
    )
    quiet = Quiet(page)
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok
    quiet.come()
    picture.prepare(page, language)
    quiet.come()
    taken = photograph(page, picture.part)
    (folder_of(language, tmp_path) / f"{name}.webp").write_bytes(taken)

    assert taken[8:12] == b"WEBP"


def folder_of(language: str, otherwise: Path) -> Path:
    """Give where pictures go: into the documentation where SALESMAN_PICTURES=1 asks for it."""
    return FOLDER / language if os.environ.get("SALESMAN_PICTURES") == "1" else otherwise
