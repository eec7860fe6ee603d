"""A backup holds all that was committed at one moment, and comes back the same elsewhere."""

from __future__ import annotations

import io
import threading
import zipfile
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.backup.archive import ArchiveError, ArchiveWriter, opened
from salesman_core.backup.restoring import restore
from salesman_core.backup.saving import save
from salesman_core.clients.models import Client
from salesman_core.clients.service import create_client
from salesman_core.db import db, field_indexes, reading, writing
from salesman_core.deals.service import create_deal
from salesman_core.errors import ConflictError
from salesman_core.plugins import migrations
from salesman_core.records.custom.service import define_field
from salesman_core.records.files import attach
from salesman_core.records.imports.service import mappings_folder
from salesman_core.services.files import stored_file
from salesman_core.testing.people import Make

from .conftest import Elsewhere, differing, inside, rows_of_all

pytestmark = [
    pytest.mark.databases("sqlite", "postgresql"),
    pytest.mark.turns(4, among="backups"),
]

WRITERS = 8
KINDS = ["sqlite", "postgresql"]


def quiet(_words: str) -> None:
    return None


@pytest.fixture
def filled(app: Flask, make: Make) -> Flask:
    """An installation with records of each kind, a file, and the tables of a missing plugin."""
    client = make.client(name="ООО «Ромашка»", phones=["8 912 345-67-89"], emails=["a@b.example"])
    make.contact(client, name="Анна")
    day = date(2026, 3, 1)
    make.deal(name="Насосы", client_id=client, amount=Decimal("45000.01"), expected_on=day)
    attach("client", client, "договор.txt", io.BytesIO(b"agreed"))
    columns = "id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, hour TIME, client_id BIGINT"
    reference = "REFERENCES core_client (id) ON DELETE SET NULL"
    with writing() as session:
        for statement in (
            "CREATE TABLE gone_alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
            "INSERT INTO gone_alembic_version VALUES ('gone_0001')",
            f"CREATE TABLE gone_thing ({columns} {reference})",
        ):
            session.execute(sa.text(statement))
        kept = sa.text("INSERT INTO gone_thing VALUES (7, 'kept', '09:30:00.000000', :client)")
        session.execute(kept, {"client": client})
    return app


@pytest.mark.parametrize("kind", KINDS)
def test_restore_elsewhere_gives_the_same_rows_and_files(
    filled: Flask, elsewhere: Elsewhere, tmp_path: Path, kind: str
) -> None:
    before = rows_of_all()
    saved = save(filled, tmp_path / "b.zip", tell=quiet)
    other = elsewhere(kind)
    with inside(other):
        found = restore(other, tmp_path / "b.zip", tell=quiet)
        assert differing(before, rows_of_all()) == []
        hash_ = reading().scalar(sa.text("SELECT hash FROM core_file"))
        assert stored_file(str(hash_)).read_bytes() == b"agreed"
    assert (found.rows, found.files) == (saved.rows, 1)
    assert saved.rows == sum(map(len, before.values()))
    assert saved.missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_restored_database_is_worked_with(
    filled: Flask, elsewhere: Elsewhere, tmp_path: Path, kind: str
) -> None:
    save(filled, tmp_path / "b.zip", tell=quiet)
    other = elsewhere(kind)
    with inside(other):
        restore(other, tmp_path / "b.zip", tell=quiet)
        migrations.upgrade_all(db.engine, other.extensions["salesman_owners"])
        latest = reading().scalar(sa.select(sa.func.max(Client.id)))
        assert create_client({"name": "New"}) == (latest or 0) + 1
        for owner in other.extensions["salesman_owners"]:
            assert migrations.drift(db.engine, owner) == []


@pytest.mark.parametrize("kind", KINDS)
def test_restored_lists_have_the_indexes_of_custom_fields(
    app: Flask, elsewhere: Elsewhere, tmp_path: Path, kind: str
) -> None:
    for type_ in ("number", "text"):
        define_field("deal", {"type": type_, "key": type_, "label": type_.title()})
    save(app, tmp_path / "b.zip", tell=quiet)
    other = elsewhere(kind)
    with inside(other):
        restore(other, tmp_path / "b.zip", tell=quiet)
        with db.engine.connect() as connection:
            assert field_indexes.names(connection) == ["ix_core_deal_number_custom"]


def test_backup_while_eight_write_holds_each_change_whole_or_not_at_all(
    app: Flask, elsewhere: Elsewhere, tmp_path: Path, database_kind: str
) -> None:
    stop, made = threading.Event(), []

    def write(number: int) -> None:
        with app.app_context(), acting_as(SYSTEM):
            while not stop.is_set():
                with writing():
                    name = f"Pair {number}"
                    client = create_client({"name": name, "phones": ["8 912 345 67 89"]})
                    create_deal({"name": name, "client_id": client})
                made.append(client)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    while len(made) < 2 * WRITERS:
        stop.wait(0.01)
    before = len(made)
    save(app, tmp_path / "b.zip", tell=quiet)
    stop.set()
    for thread in threads:
        thread.join()
    other = elsewhere(database_kind)
    with inside(other):
        restore(other, tmp_path / "b.zip", tell=quiet)
        kept = {name: len(rows) for name, rows in rows_of_all().items()}
        alone = "SELECT count(*) FROM core_client WHERE id NOT IN (SELECT client_id FROM core_deal)"
        assert reading().scalar(sa.text(alone)) == 0
    assert before <= kept["core_client"] == kept["core_client_phone"] == kept["core_deal"]
    assert kept["core_deal"] <= len(made)


def test_database_that_is_not_empty_is_left_alone_unless_told(
    filled: Flask, tmp_path: Path
) -> None:
    save(filled, tmp_path / "b.zip", tell=quiet)
    create_client({"name": "Later"})
    before = rows_of_all()
    with pytest.raises(ConflictError, match="not empty"):
        restore(filled, tmp_path / "b.zip", tell=quiet)
    assert differing(before, rows_of_all()) == []
    reading().rollback()
    restore(filled, tmp_path / "b.zip", replace=True, tell=quiet)
    assert reading().scalar(sa.select(sa.func.count(Client.id))) == 1


def _without_its_end(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _with_a_byte_turned(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.write_bytes(bytes(content))


def _with_another_row(file: Path) -> None:
    _rewrite(file, lambda name, body: body + b"[]\n" if name.endswith("core_deal.jsonl") else body)


def _without_a_table(file: Path) -> None:
    _rewrite(file, lambda name, body: None if name.endswith("core_deal.jsonl") else body)


def _of_another_format(file: Path) -> None:
    def change(name: str, body: bytes) -> bytes:
        if name != "manifest.json":
            return body
        return orjson.dumps(orjson.loads(body) | {"format": 99})

    _rewrite(file, change)


def _of_a_newer_version(file: Path) -> None:
    def change(name: str, body: bytes) -> bytes:
        if name != "manifest.json":
            return body
        return orjson.dumps(orjson.loads(body) | {"revisions": {"core": "core_9999"}})

    _rewrite(file, change)


def _rewrite(file: Path, change: Any) -> None:
    with zipfile.ZipFile(file) as old:
        members = {name: change(name, old.read(name)) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, body in members.items():
            if body is not None:
                new.writestr(name, body)


def _no_archive(file: Path) -> None:
    file.write_text("nothing of the kind")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "spoil",
    [
        _without_its_end,
        _with_a_byte_turned,
        _with_another_row,
        _without_a_table,
        _of_another_format,
        _of_a_newer_version,
        _no_archive,
    ],
)
def test_archive_that_is_not_as_written_is_refused_and_nothing_is_changed(
    filled: Flask, elsewhere: Elsewhere, tmp_path: Path, spoil: Any
) -> None:
    save(filled, tmp_path / "b.zip", tell=quiet)
    spoil(tmp_path / "b.zip")
    other = elsewhere("sqlite")
    with inside(other):
        with pytest.raises(ArchiveError):
            restore(other, tmp_path / "b.zip", tell=quiet)
        assert rows_of_all() == {}


@pytest.mark.databases("sqlite")
def test_content_that_the_store_lacks_is_named(filled: Flask, tmp_path: Path) -> None:
    hash_ = str(reading().scalar(sa.text("SELECT hash FROM core_file")))
    stored_file(hash_).write_bytes(b"something else")
    assert save(filled, tmp_path / "b.zip", tell=quiet).missing == [hash_]


@pytest.mark.databases("sqlite")
def test_secret_key_is_kept_only_where_it_was_asked_for(
    filled: Flask, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    save(filled, tmp_path / "without.zip", tell=quiet)
    save(filled, tmp_path / "with.zip", with_secret_key=True, tell=quiet)
    with opened(tmp_path / "without.zip") as archive:
        assert "secret_key" not in archive.members
    other = elsewhere("sqlite")
    with inside(other):
        assert restore(other, tmp_path / "with.zip", tell=quiet).secret_key
        kept = other.config["SALESMAN"].data_dir / "secret_key"
    assert kept.read_text() == filled.secret_key
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.databases("sqlite")
def test_mappings_with_a_name_come_back(app: Flask, elsewhere: Elsewhere, tmp_path: Path) -> None:
    mappings_folder().mkdir(parents=True)
    (mappings_folder() / "воронка.toml").write_text("[columns]\n")
    save(app, tmp_path / "b.zip", tell=quiet)
    other = elsewhere("sqlite")

    with inside(other):
        restore(other, tmp_path / "b.zip", tell=quiet)
        folder = mappings_folder()

    assert [(one.name, one.read_text()) for one in folder.iterdir()] == [
        ("воронка.toml", "[columns]\n")
    ]


@pytest.mark.databases("sqlite")
def test_mapping_that_would_lie_elsewhere_is_refused_and_nothing_is_changed(
    elsewhere: Elsewhere, tmp_path: Path
) -> None:
    with (tmp_path / "b.zip").open("wb") as stream, closing(ArchiveWriter(stream)) as archive:
        with archive.member("mappings/../../elsewhere.toml") as write:
            write(b"")
        archive.finish({"made_at": "", "revisions": {}, "tables": []})
    other = elsewhere("sqlite")

    with inside(other), pytest.raises(ArchiveError, match="not as written"):
        restore(other, tmp_path / "b.zip", tell=quiet)

    assert list(tmp_path.rglob("elsewhere.toml")) == []


@pytest.mark.databases("sqlite")
def test_backup_that_fails_leaves_no_file(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()

    def stop(_words: str) -> None:
        message = "on purpose"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        save(app, tmp_path / "into" / "b.zip", tell=stop)
    assert list((tmp_path / "into").iterdir()) == []
