"""Writing a backup while people work."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from salesman_core.backup import tables
from salesman_core.backup.archive import MAPPINGS, ArchiveWriter
from salesman_core.clock import now
from salesman_core.db import db
from salesman_core.errors import MissingError
from salesman_core.plugins import migrations
from salesman_core.records.imports.service import mappings_folder
from salesman_core.services.files import stored_file

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_CONTENTS: Final = ("core_file", "hash")
"""Where the database names the contents that must be in the store."""
_CHUNK: Final = 1 << 16

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds.

    :param missing: hashes of contents that the database names and the store lacks, or has damaged.
    """

    tables: int
    rows: int
    files: int
    missing: Sequence[str]


def save(app: Flask, file: Path, *, with_secret_key: bool = False, tell: Tell = print) -> Saved:
    """Write a backup of what is committed at this moment; work goes on meanwhile.

    The archive gets its name when it is whole.

    :param with_secret_key: keep the key that signs sessions and links too.
    :param tell: called with each part that was written.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    unfinished = Path(name)  # which nobody else may read
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with closing(ArchiveWriter(stream)) as archive:
                saved = _write(app, archive, tell, with_secret_key=with_secret_key)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return saved


def _write(app: Flask, archive: ArchiveWriter, tell: Tell, *, with_secret_key: bool) -> Saved:
    contents = _Contents()
    with db.view() as connection:
        written = []
        for table in tables.tables_of(connection):
            written.append(_write_table(archive, connection, table, contents))
            tell(f"{table.name}: {written[-1]['rows']}")
        revisions = _revisions(connection, app.extensions["salesman_owners"])
    files, missing = _write_contents(archive, contents)
    tell(f"files: {files}")
    _write_mappings(archive)
    if with_secret_key:
        with archive.member("secret_key") as write:
            write(str(app.secret_key).encode())
    archive.finish({"made_at": now().isoformat(), "revisions": revisions, "tables": written})
    return Saved(len(written), sum(one["rows"] for one in written), files, missing)


class _Contents:
    """Which contents of the store the rows name.

    A plugin's table names them in a column of its own; what looks like a hash and is in the store
    is one.
    """

    def __init__(self) -> None:
        self.needed: set[str] = set()
        self.perhaps: set[str] = set()

    def note(self, table: sa.Table, row: Sequence[Any]) -> None:
        for column, value in zip(table.columns, row, strict=True):
            if isinstance(value, str) and _HASH.fullmatch(value):
                needed = (table.name, column.name) == _CONTENTS
                (self.needed if needed else self.perhaps).add(value)


def _write_table(
    archive: ArchiveWriter, connection: sa.Connection, table: sa.Table, contents: _Contents
) -> dict[str, Any]:
    rows = 0
    with archive.member(f"tables/{table.name}.jsonl") as write:
        for row, line in tables.rows_as_json(connection, table):
            contents.note(table, row)
            write(line)
            rows += 1
    return {**tables.described(table), "rows": rows}


def _revisions(
    connection: sa.Connection, owners: Iterable[migrations.Owner]
) -> dict[str, str | None]:
    return {owner.id: migrations.applied(connection, owner) for owner in owners}


def _write_contents(archive: ArchiveWriter, contents: _Contents) -> tuple[int, list[str]]:
    """Write the contents that are in the store; give how many, and which should have been."""
    written, missing = 0, []
    for hash_ in sorted(contents.needed | contents.perhaps):
        place = _whole(hash_)
        if place is None:
            missing += [hash_] if hash_ in contents.needed else []
            continue
        with archive.member(f"files/{hash_}") as write, place.open("rb") as stream:
            while piece := stream.read(_CHUNK):
                write(piece)
        written += 1
    return written, missing


def _write_mappings(archive: ArchiveWriter) -> None:
    """Write the mappings that imports at the command line find by their name."""
    for path in sorted(mappings_folder().glob("*.toml")):
        with archive.member(f"{MAPPINGS}{path.name}") as write:
            write(path.read_bytes())


def _whole(hash_: str) -> Path | None:
    """Give where a content lies; None where it is not there or is not what it was."""
    try:
        place = stored_file(hash_)
    except MissingError:
        return None
    with place.open("rb") as stream:
        same = hashlib.file_digest(stream, "sha256").hexdigest() == hash_
    return place if same else None
