"""Migrations that the command line writes: named as the house names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from salesman_core.db import make_engine
from salesman_core.plugins import migrations
from salesman_core.plugins.migrations import Owner
from salesman_core.testing.databases import EMPTY, Template


@pytest.fixture
def database_template() -> Template:
    return EMPTY


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def visits(tmp_path: Path) -> Owner:
    return Owner("visits", tmp_path / "migrations")


def test_first_revision_is_number_one(engine: sa.Engine, visits: Owner) -> None:
    file = migrations.write_revision(engine, visits, "Where it took place")

    assert file.name == "0001_where_it_took_place.py"
    assert migrations.head(visits) == "visits_0001"


def test_next_revision_follows_the_last_one(engine: sa.Engine, visits: Owner) -> None:
    migrations.write_revision(engine, visits, "visits")
    migrations.upgrade(engine, visits)

    file = migrations.write_revision(engine, visits, "their places")
    migrations.upgrade(engine, visits)

    assert file.name == "0002_their_places.py"
    assert 'down_revision = "visits_0001"' in file.read_text("utf-8").replace("'", '"')
    with engine.connect() as connection:
        assert migrations.applied(connection, visits) == "visits_0002"
