"""Plans, and databases into which a part of one has been written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from salesman_core.access import passwords
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app, take_stock
from salesman_core.clients.defaults import seed_ladder
from salesman_core.db import db
from salesman_core.deals.defaults import seed_pipeline
from salesman_core.demo.generator import SEED, make_plan
from salesman_core.demo.plan import Plan, PlannedDeal
from salesman_core.demo.write import write_plan
from salesman_core.plugins import migrations
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template

TODAY = date(2026, 3, 2)
"""The day on which the tests' clock stands."""


@cache
def plan_of(language: str, seed: int = SEED, today: date = TODAY) -> Plan:
    return make_plan(language, today, seed)


@pytest.fixture(params=["ru", "en"])
def plan(request: pytest.FixtureRequest) -> Plan:
    return plan_of(request.param)


def part_of(plan: Plan) -> Plan:
    """Give every tenth client with its deals, and what is due today or was chosen by hand."""
    kept = {client.key for client in plan.clients if client.key % 10 == 0}
    deals = [deal for deal in plan.deals if deal.client in kept or is_due(deal)]
    kept |= {deal.client for deal in deals} | {choice.client for choice in plan.rung_choices}
    clients = tuple(client for client in plan.clients if client.key in kept)
    return replace(plan, clients=clients, deals=tuple(deals))


def is_due(deal: PlannedDeal) -> bool:
    return deal.outcome is None and deal.expected_on == TODAY


def make_app(url: str, folder: Path) -> Flask:
    return create_app({"data_dir": str(folder), "database_url": url, "plugins": []})


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.leave()


def set_up(app: Flask, language: str = "ru") -> None:
    with app.app_context(), acting_as(SYSTEM):
        migrations.upgrade_all(db.engine, app.extensions["salesman_owners"])
        take_stock(app.extensions["salesman_host"])
        seed_ladder(language)
        seed_pipeline(language)


def fill_empty(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(url, Path(folder))
        set_up(app)
        close(app)


def fill_with_part(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(url, Path(folder))
        set_up(app)
        with app.app_context():
            write_plan(part_of(plan_of("ru")))
        close(app)


@pytest.fixture
def part() -> Plan:
    """The part of a plan that stands in the database."""
    return part_of(plan_of("ru"))


@pytest.fixture
def empty_template() -> Template:
    """A database in which nobody has worked."""
    return Template("demo_before", fill_empty)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with the least work that Argon2 knows."""
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


@pytest.fixture
def database_template() -> Template:
    return Template("demo_part", fill_with_part)


@pytest.fixture
def closing() -> Callable[[Flask], None]:
    """What lets go of an application's database."""
    return close


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    with running(database_url, tmp_path / "data", installed=[], lasting=True) as app:
        yield app


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), acting_as(SYSTEM):
        yield
