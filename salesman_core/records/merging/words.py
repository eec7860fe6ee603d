"""What hangs on records, in words: how the tables are called in which it stands, and how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from salesman_core.access.records import record_type, record_types, visible
from salesman_core.db import db, owner_of_table, reading, table_of
from salesman_core.i18n import CORE, texts
from salesman_core.plugins.host import current_host
from salesman_core.records.audit_fields import is_described, words_of
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.extensions.declared import extensions_of
from salesman_core.records.merging.references import Referring, referring_to
from salesman_hookspecs import RecordType, Text

_ = texts.lazy

_titles: dict[str, Text] = {"core_note": _("Notes"), "core_attachment": _("Files")}
WHY_NOT_BACK: Final[Mapping[str, Text]] = {
    "changed": _("was changed since"),
    "gone": _("is gone"),
    "left": _("whoever had it has left"),
    "refused": _("another one stands in its place"),
}


def describe_tables(titles: Mapping[str, Text]) -> None:
    """Say what people call the rows of some tables."""
    _titles.update(titles)


def title_of_table(name: str, *, several: bool = False) -> str:
    """Give what people call the rows of a table: where nobody says so, whose plugin they are.

    :param several: whether it stands beside a number of them.
    """
    type_ = type_of_table(name)
    if type_ is not None:
        return str(type_.plural if several else type_.title)
    if name in _titles:
        return str(_titles[name])
    owner = owner_of_table(name)
    manifest = current_host().manifests().get(owner)
    return name if manifest is None or owner == CORE else str(manifest.title)


def type_of_table(name: str) -> RecordType | None:
    """Give the kind of record that a table holds, None for a table of anything else."""
    return next((one for one in record_types() if table_of(one.model).name == name), None)


def title_of_field(kind: str, field: str) -> str:
    """Give what people call a field of a record.

    Nothing for what only the application keeps, and where whoever acts may not see it.
    """
    words = words_of(kind, field)
    named = is_described(kind, field) or is_further(field)
    return str(words.title) if named and words.shown else ""


@dataclass(frozen=True, slots=True)
class Moving:
    """So many rows of a kind that move along, under the name that people know them by."""

    title: str
    count: int


def moving_along(kind: str, lost_ids: Sequence[int]) -> list[Moving]:
    """Give what hangs on some records; of records only those that the person sees.

    Extensions are left out: of these, values are chosen.
    """
    with db.reader.connect() as connection:
        target, *tables = referring_to(connection, table_of(record_type(kind).model).name)
    left_out = {target.table.name, *(one.table.name for one in extensions_of(kind))}
    counted: Counter[str] = Counter()
    for one in tables:
        if one.table.name not in left_out:
            counted[title_of_table(one.table.name, several=True)] += _count(one, lost_ids)
    return [Moving(title, count) for title, count in sorted(counted.items()) if count]


def _count(one: Referring, lost_ids: Sequence[int]) -> int:
    referring = [one.table.c[name].in_(lost_ids) for name in one.columns]
    query = sa.select(sa.func.count()).select_from(one.table).where(sa.or_(*referring))
    type_ = type_of_table(one.table.name)
    if type_ is not None:
        seen = sa.select(type_.model.id).where(visible(type_.kind))
        query = query.where(one.table.c.id.in_(seen))
    return reading().scalar(query) or 0
