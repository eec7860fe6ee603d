"""Fresh databases: copies of a template that is filled once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from salesman_core.db import make_engine
from salesman_core.testing.databases import EMPTY, Databases, Kind, Template

CLIENTS = sa.Table("client", sa.MetaData(), sa.Column("name", sa.Text))


def fill(url: str) -> None:
    """Leave a table with one row, and a connection that nobody closes in time."""
    engine = make_engine(url)
    LEFT_OPEN.append(engine)
    with engine.begin() as connection:
        CLIENTS.create(connection)
        connection.execute(CLIENTS.insert().values(name="Ромашка"))
    connection = engine.connect()
    connection.scalar(sa.text("SELECT 1"))
    LEFT_OPEN.append(connection)


LEFT_OPEN: list[sa.Engine | sa.Connection] = []
ONE_CLIENT = Template("one_client", fill)


@pytest.fixture(autouse=True)
def _close_what_was_left_open() -> Iterator[None]:
    yield
    while LEFT_OPEN:
        left = LEFT_OPEN.pop()
        if isinstance(left, sa.Connection):
            left.invalidate()
            left.close()
        else:
            left.dispose()


def names(url: str) -> list[str]:
    """Give the names of the clients in a database."""
    engine = make_engine(url)
    with engine.begin() as connection:
        found = list(connection.scalars(sa.select(CLIENTS.c.name)))
    engine.dispose()
    return found


def add(url: str, name: str) -> None:
    """Add a client to a database."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(CLIENTS.insert().values(name=name))
    engine.dispose()


def exists(url: str) -> bool:
    """Say whether there is a database at *url*."""
    target = sa.make_url(url)
    if target.get_backend_name() == "sqlite":
        return any(Path(target.database or "").parent.glob(f"{Path(target.database or '').name}*"))
    engine = sa.create_engine(target.set(database="postgres"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        question = sa.text("SELECT count(*) FROM pg_database WHERE datname = :name")
        return bool(connection.scalar(question, {"name": target.database}))


def test_fresh_database_holds_what_the_template_says(
    databases: Databases, database_kind: Kind
) -> None:
    with databases.lent(database_kind, ONE_CLIENT) as url:
        assert names(url) == ["Ромашка"]


def test_fresh_database_knows_nothing_of_another(databases: Databases, database_kind: Kind) -> None:
    with (
        databases.lent(database_kind, ONE_CLIENT) as first,
        databases.lent(database_kind, ONE_CLIENT) as second,
    ):
        add(first, "Лютик")

        assert names(first) == ["Ромашка", "Лютик"]
        assert names(second) == ["Ромашка"]


def test_template_is_filled_once(databases: Databases, database_kind: Kind) -> None:
    filled: list[str] = []
    counting = Template("counting", filled.append)

    for _ in range(3):
        databases.drop(databases.fresh(database_kind, counting))

    assert len(filled) == 1


def test_template_whose_filling_failed_is_filled_again(
    databases: Databases, database_kind: Kind
) -> None:
    def break_off(url: str) -> None:
        fill(url)
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        databases.fresh(database_kind, Template("half", break_off))

    with databases.lent(database_kind, Template("half", fill)) as url:
        assert names(url) == ["Ромашка"]


def test_dropped_database_leaves_nothing(databases: Databases, database_kind: Kind) -> None:
    url = databases.fresh(database_kind, ONE_CLIENT)
    add(url, "Лютик")

    databases.drop(url)

    assert not exists(url)


def test_database_is_dropped_while_somebody_is_connected(
    databases: Databases, database_kind: Kind
) -> None:
    engine = make_engine(databases.fresh(database_kind, EMPTY))
    connection = engine.connect()
    connection.scalar(sa.text("SELECT 1"))

    databases.drop(engine.url.render_as_string(hide_password=False))

    assert not exists(engine.url.render_as_string(hide_password=False))
    connection.invalidate()
    connection.close()


def test_database_is_dropped_when_the_test_with_it_failed(
    databases: Databases, database_kind: Kind
) -> None:
    lent: list[str] = []

    def failing_test() -> None:
        with databases.lent(database_kind, EMPTY) as url:
            lent.append(url)
            raise AssertionError

    with pytest.raises(AssertionError):
        failing_test()
    assert not exists(lent[0])


ANOTHER_PROCESS = """
import sys, time
from pathlib import Path
from salesman_core.testing.databases import Databases, Template

shared, directory, kind = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def fill(url):
    time.sleep(0.3)  # so long that others would get in its way
    print("filled")

directory.mkdir()
with Databases(shared, directory) as databases:
    databases.fresh(kind, Template("slow", fill))
    print("copied")
"""


def test_processes_of_a_run_share_a_template(database_kind: Kind, tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ANOTHER_PROCESS, tmp_path, tmp_path / name, database_kind],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]

    said = " ".join(process.communicate(timeout=60)[0] for process in processes).split()

    assert sorted(said) == ["copied", "copied", "copied", "filled"]


@pytest.mark.databases("sqlite")
def test_copy_of_a_file_begins_in_write_ahead_mode(
    databases: Databases, database_kind: Kind
) -> None:
    with databases.lent(database_kind, ONE_CLIENT) as url:
        header = Path(sa.make_url(url).database or "").read_bytes()[:20]

    assert header[18:20] == b"\x02\x02"  # the file format's "write version" and "read version"
