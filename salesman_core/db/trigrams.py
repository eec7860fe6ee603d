"""Indexes by which a part of a text is found, or a word nearly like it: see ADR 0006 and 0015.

What is indexed is the text with a space for every sign that is neither letter nor digit, and one
before and behind it, so that the beginnings and ends of words are parts as well. PostgreSQL's
index serves LIKE over that. SQLite has none: a table of trigrams (FTS5) without content of its own,
which triggers keep, is asked for the candidates. The names of all that belongs to them end in one
word, by which the check for drift leaves them out: models cannot tell of them.
"""

from __future__ import annotations

import logging
import string
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from salesman_core.db.session import db

log = logging.getLogger(__name__)

TRIGRAMS: Final = {"trigrams": True}
"""The ``info`` of a column that has such an index, beside a primary key ``id``.

One column of a table at most; ``salesman db upgrade`` makes what is not there yet.
"""

_END: Final = "_trigrams"
_SHORTEST: Final = 3
_PENDING: Final = 64
"""Kilobytes of new entries that PostgreSQL may leave unsorted: each search reads all of them."""
_SIGNS: Final = string.punctuation + "«»„“”‘’‐–—·•"
_NESTED: Final = 10
_TO_SPACES: Final = str.maketrans(dict.fromkeys(_SIGNS, " "))


def spaced(text: str) -> str:
    """Give a text with a space for every sign, as it is indexed."""
    return text.translate(_TO_SPACES)


class Spaced(FunctionElement[str]):
    """A column as PostgreSQL indexes it: :func:`spaced`, with a space before and behind."""

    name = "spaced"
    type = sa.Text()
    inherit_cache = True


@compiles(Spaced)
def _spaced(element: Spaced, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = element.clauses
    return _spaced_on_server(compiler.process(column, **options))


def _spaced_on_server(column: str) -> str:
    """Give the SQL to the letter as the index has it, or PostgreSQL would not know it again."""
    signs = "".join(f"\\{ord(sign):03o}" if sign.isascii() else sign for sign in _SIGNS)
    return f"(' ' || translate({column}, E'{signs}', '{' ' * len(_SIGNS)}') || ' ')"


def _spaced_in_file(column: str) -> str:
    """Give the same for SQLite, which can replace one sign at a time, and nest but some of that."""
    source = f"(SELECT {column} AS text)"
    for place in range(0, len(_SIGNS), _NESTED):
        text = "text"
        for sign in _SIGNS[place : place + _NESTED]:
            quoted = sign.replace("'", "''")
            text = f"replace({text}, '{quoted}', ' ')"
        source = f"(SELECT {text} AS text FROM {source})"  # noqa: S608  # names of ours
    return f"' ' || {source} || ' '"


def belongs(name: str | None) -> bool:
    """Tell whether a table, index or trigger is part of such an index."""
    return name is not None and _END in name


def create(connection: sa.Connection, table: str, column: str) -> None:
    """Make the index of a column; on PostgreSQL only where its user may have ``pg_trgm``.

    :param table: with the primary key ``id``.
    """
    if connection.dialect.name == "sqlite":
        _create_table(connection, table, column)
    elif _has_extension(connection):
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {table}{_END} ON {table}"
            f" USING gin (({_spaced_on_server(column)}) gin_trgm_ops)"
            f" WITH (gin_pending_list_limit = {_PENDING})"
        )


def drop(connection: sa.Connection, table: str) -> None:
    """Take the index of a table away; where there is none, nothing happens."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {table}{_END}")
        return
    for event in ("insert", "update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}{_END}_{event}")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}{_END}")


def mend(connection: sa.Connection) -> None:
    """Give SQLite's tables their triggers again: a table that is made anew loses them.

    The index of a table that is gone goes too.
    """
    there = sa.inspect(connection).get_table_names()
    for table, column in _tables(connection):
        if table not in there:
            drop(connection, table)
            continue
        triggers = connection.execute(
            sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"),
            {"t": table},
        )
        if not triggers.scalar():
            _create_triggers(connection, table, column)
            _fill(connection, table, column)


def missing(connection: sa.Connection, metadata: sa.MetaData) -> list[sa.Column[Any]]:
    """Give the columns of tables that are there which should have an index and have none."""
    made = sa.inspect(connection).get_table_names()
    tables = [table for name, table in sorted(metadata.tables.items()) if name in made]
    wanted = [one for table in tables for one in table.columns if one.info == TRIGRAMS]
    if connection.dialect.name == "sqlite":
        there = {table for table, _column in _tables(connection)}
    else:
        names = connection.scalars(sa.text("SELECT indexname FROM pg_indexes"))
        there = {str(name).removesuffix(_END) for name in names if name.endswith(_END)}
    return [one for one in wanted if one.table.name not in there]


def candidates(column: sa.ColumnElement[Any], words: Sequence[str]) -> sa.ColumnElement[bool]:
    """Give the SQL by which a database comes from words to the rows that may hold all of them.

    Always true where there is nothing to be gained: for a column without an index, and for words
    of one or two letters.
    """
    parts = [spaced(word) for word in words if "\0" not in word]
    long = [[(part,)] for part in parts if len(part) >= _SHORTEST]
    return holding(column, long) if long and is_indexed(column) else sa.true()


def is_indexed(column: sa.ColumnElement[Any]) -> bool:
    """Tell whether a column should have such an index."""
    return isinstance(column, sa.Column) and column.info == TRIGRAMS


Pattern = tuple[str, ...]
"""Parts of a text, each of three letters and more, which all stand in it."""


def holding(column: Any, words: Sequence[Sequence[Pattern]]) -> sa.ColumnElement[bool]:
    """Give the SQL of the rows whose text holds, for each word, one of its patterns.

    :param column: indexed; its text is as :func:`spaced` gives it, with a space at either end.
    """
    if db.engine.dialect.name == "sqlite":
        return _in_table(column, words)
    text = Spaced(sa.type_coerce(column, sa.Text()))
    return sa.and_(*(text.like(_any_of(patterns)) for patterns in words))


def having_any(column: sa.Column[Any], parts: Sequence[str]) -> sa.ColumnElement[bool]:
    """Give the SQL of the rows that hold one of some parts of words, of three letters and more.

    It serves to find the few among which something dearer chooses.
    """
    return holding(column, [[(spaced(part),) for part in parts]])


def _any_of(patterns: Sequence[Pattern]) -> Any:
    """Give the patterns as one array: the text behind the index is made once for all of them."""
    likes = [f"%{'%'.join(parts)}%" for parts in patterns]
    return sa.any_(sa.literal(likes, ARRAY(sa.Text())))


def _in_table(column: sa.Column[Any], words: Sequence[Sequence[Pattern]]) -> sa.ColumnElement[bool]:
    asked = " AND ".join(
        "(" + " OR ".join("(" + " AND ".join(map(_phrase, parts)) + ")" for parts in patterns) + ")"
        for patterns in words
    )
    index = f"{column.table.name}{_END}"
    rows = sa.table(index, sa.column("rowid", sa.BigInteger()), sa.column(index, sa.Text()))
    found = sa.select(rows.c.rowid).where(rows.c[index].match(asked))
    condition: sa.ColumnElement[bool] = column.table.c.id.in_(found)
    return condition


def _phrase(part: str) -> str:
    return f'"{part}"'  # no sign is left in it, a quotation mark least of all


def _create_table(connection: sa.Connection, table: str, column: str) -> None:
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {table}{_END} USING fts5({column}, content='',"
        " tokenize='trigram case_sensitive 1', columnsize=0)"
    )
    _create_triggers(connection, table, column)
    _fill(connection, table, column)


def _create_triggers(connection: sa.Connection, table: str, column: str) -> None:
    index, old, new = f"{table}{_END}", *map(_spaced_in_file, (f"old.{column}", f"new.{column}"))
    add = f"INSERT INTO {index} (rowid, {column}) VALUES (new.id, {new});"  # noqa: S608  # names of ours
    remove = (
        f"INSERT INTO {index} ({index}, rowid, {column})"  # noqa: S608  # names of ours
        f" VALUES ('delete', old.id, {old});"
    )
    changed = f"UPDATE OF {column} ON {table} WHEN old.{column} IS NOT new.{column}"
    for name, when, steps in (
        ("insert", f"INSERT ON {table}", add),
        ("update", changed, remove + add),
        ("delete", f"DELETE ON {table}", remove),
    ):
        connection.exec_driver_sql(f"CREATE TRIGGER {index}_{name} AFTER {when} BEGIN {steps} END")


def _fill(connection: sa.Connection, table: str, column: str) -> None:
    index, text = f"{table}{_END}", _spaced_in_file(column)
    connection.exec_driver_sql(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")  # noqa: S608  # names of ours
    connection.exec_driver_sql(
        f"INSERT INTO {index} (rowid, {column}) SELECT id, {text} FROM {table}"  # noqa: S608  # names of ours
    )


def _tables(connection: sa.Connection) -> list[tuple[str, str]]:
    """Give the tables of SQLite that have an index, each with its column, in one statement."""
    found = connection.execute(
        sa.text(
            "SELECT made.name, first.name FROM sqlite_master AS made"
            " JOIN pragma_table_info(made.name) AS first ON first.cid = 0"
            " WHERE made.type = 'table' AND made.sql LIKE '%fts5%' ORDER BY made.rowid"
        )
    )
    return [(name.removesuffix(_END), column) for name, column in found if name.endswith(_END)]


def _has_extension(connection: sa.Connection) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError as error:
        log.warning(
            "search goes without an index: an administrator of PostgreSQL has to run"
            " CREATE EXTENSION pg_trgm in this database (%s)",
            error.orig,
        )
        return False
    return True
