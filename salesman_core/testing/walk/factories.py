"""How plugins hand over the making of their records, and what is done where they do not.

A plugin that keeps records may ship a module ``testing`` with ``FACTORIES``: by kind of record, a
function that makes one. It gets ``text``, which gives the word for a field that is named, and
``ids``, which holds ``owner_id`` and what else there is in the set (``client_id``, ``contact_id``,
``deal_id``, …), and gives the id of what it made, or of several in different states, the usual one
first. Plain values, so that it imports nothing of the kit::

    def make_visit(text, ids):
        values = {"name": text("name"), "client_id": ids.get("client_id")}
        return create_visit({**values, "owner_id": ids["owner_id"]})

    FACTORIES = {"visits.visit": make_visit}

Without one, a row is inserted: every column of text holds a word, every reference the record of
the set that it means.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.clock import now
from salesman_core.db import Norm, UtcDateTime, writing
from salesman_core.plugins.host import PluginHost
from salesman_hookspecs import RecordType

Text = Callable[[str], str]
"""Gives the word for a field: a number for what begins with ``phone``, an address for what begins
with ``email``."""
Factory = Callable[[Text, Mapping[str, int]], int | Sequence[int]]

_TARGETS: Final = {
    "core_user": "owner_id",
    "core_client": "client_id",
    "core_contact": "contact_id",
    "core_deal": "deal_id",
}
_SHORTEST: Final = 20
"""Fewer characters hold a word of a fixed list, as a state, or a code."""


class MissingFactoryError(LookupError):
    """A kind of record whose rows cannot be made without its plugin's help."""


def factories_of(host: PluginHost) -> dict[str, Factory]:
    """Give the factories that active plugins ship, by kind of record."""
    found: dict[str, Factory] = {}
    for id_, plugin in host.plugins.items():
        name = f"{plugin.installed.module}.testing"
        if host.is_active(id_) and plugin.installed.folder and importlib.util.find_spec(name):
            found |= importlib.import_module(name).FACTORIES
    return found


def insert_row(type_: RecordType, text: Text, ids: Mapping[str, int]) -> int:
    """Insert a row of a kind of record, each of its columns filled.

    :raises MissingFactoryError: where the database refuses such a row.
    """
    table: sa.Table = sa.inspect(type_.model).local_table
    values = {column.name: _value(type_, column, text, ids) for column in table.columns}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        with writing() as session:
            made = session.execute(sa.insert(table).values(**given).returning(table.c.id))
            return int(made.scalar_one())
    except (sa.exc.IntegrityError, sa.exc.StatementError) as error:
        message = (
            f"no {type_.kind} can be made of its columns alone: ship a module `testing` with "
            f"FACTORIES = {{{type_.kind!r}: make}} in the plugin's package ({error})"
        )
        raise MissingFactoryError(message) from error


def _value(type_: RecordType, column: sa.Column[Any], text: Text, ids: Mapping[str, int]) -> Any:
    if column.primary_key or column.name == type_.deleted:
        return None
    if column.name == type_.owner:
        return ids["owner_id"]
    if column.foreign_keys:
        return _referred(column, ids)
    if isinstance(column.type, Norm):
        return text(column.name.removeprefix("search_"))
    if isinstance(column.type, sa.String) and _holds_words(column):
        return text(column.name)
    return None if column.nullable or column.default is not None else _plain(column)


def _referred(column: sa.Column[Any], ids: Mapping[str, int]) -> int | None:
    table = next(iter(column.foreign_keys)).target_fullname.partition(".")[0]
    return ids.get(_TARGETS.get(table, column.name))


def _holds_words(column: sa.Column[Any]) -> bool:
    length = getattr(column.type, "length", None)
    return length is None or length > _SHORTEST


def _plain(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, UtcDateTime):
        return now()
    plain: dict[type[Any], Any] = {
        bool: False,
        int: 0,
        Decimal: Decimal(0),
        datetime: now(),
        date: now().date(),
        str: "",
        dict: {},
    }
    return plain.get(column.type.python_type)
