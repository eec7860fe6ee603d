"""The custom fields that are defined, kept in memory until an administrator changes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import AnyRow, reading, rows_of, table_of
from salesman_core.db.revisions import kept
from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import EXTENSIONS, name_of
from salesman_core.records.models import CustomField
from salesman_core.records.saving import fingerprint
from salesman_hookspecs import Text

_ = texts.lazy

SUBJECT: Final = "custom_fields"
"""What the counter of changes is called."""


class FieldType(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    USER = "user"
    LINK = "link"


TITLES: Final[Mapping[FieldType, Text]] = {
    FieldType.TEXT: _("text"),
    FieldType.NUMBER: _("number"),
    FieldType.MONEY: _("money"),
    FieldType.DATE: _("date"),
    FieldType.CHOICE: _("choice"),
    FieldType.CHOICES: _("several choices"),
    FieldType.FLAG: _("yes or no"),
    FieldType.USER: _("user"),
    FieldType.LINK: _("link"),
}

WITH_OPTIONS: Final = frozenset({FieldType.CHOICE, FieldType.CHOICES})
SEARCHABLE: Final = frozenset({FieldType.TEXT, FieldType.LINK})
"""What the search box may look in."""
WORDED: Final = SEARCHABLE | {FieldType.CHOICES}
"""What stands in the table of words."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values of a choice.

    :param key: what records hold, for good; ``title`` may be renamed.
    :param offered: whether it may still be chosen.
    """

    key: str
    title: Text
    offered: bool = True


@dataclass(frozen=True, slots=True)
class DefinedField:
    """A further field of a kind of record, as every process keeps it in memory.

    :param owner: the plugin whose extension it is part of; empty where the company has defined it.
    :param section: the heading of that extension.
    :param judge: what judges its values, where they are not judged by its type.
    :param synonyms: what columns of files are called that mean it.
    :param permission: what one must hold to see it, beside seeing the record; None for nothing.
    """

    id: int
    kind: str
    key: str
    label: Text
    type: FieldType
    options: tuple[Option, ...]
    help: Text
    required: bool
    searched: bool
    retired: bool
    owner: str = ""
    section: Text = ""
    judge: Any = None
    synonyms: tuple[str, ...] = ()
    permission: str | None = None

    @property
    def name(self) -> str:
        """Its name among all fields of the record: ``custom.budget``, ``extensions.law.inn``."""
        return f"{EXTENSIONS}.{self.owner}.{self.key}" if self.owner else name_of(self.key)

    @property
    def version(self) -> int:
        """Another number wherever something of it differs that people change."""
        options = [(one.key, one.title, one.offered) for one in self.options]
        return fingerprint(self.label, self.help, self.required, self.searched, options)

    @property
    def titles(self) -> dict[str, Text]:
        """What people read for the values of a choice."""
        return {one.key: one.title for one in self.options}

    @property
    def offered(self) -> tuple[str, ...]:
        """The values that may be chosen."""
        return tuple(one.key for one in self.options if one.offered)


def all_fields(kind: str) -> Sequence[DefinedField]:
    """Give the custom fields of a kind of record in their order, the retired ones too."""
    known = kept(SUBJECT)
    if SUBJECT not in known:
        known[SUBJECT] = _read()
    by_kind: Mapping[str, Sequence[DefinedField]] = known[SUBJECT]
    return by_kind.get(kind, ())


def fields_in_use(kind: str) -> Sequence[DefinedField]:
    """Give the custom fields of a kind of record that are in use, in their order."""
    return [one for one in all_fields(kind) if not one.retired]


def defined_field(kind: str, key: str) -> DefinedField | None:
    """Give a custom field that is in use."""
    return next((one for one in fields_in_use(kind) if one.key == key), None)


def read_fields_ahead() -> None:
    """Keep them in memory before the first request asks."""
    all_fields("")


def _read() -> Mapping[str, Sequence[DefinedField]]:
    columns = table_of(CustomField).c
    every = sa.select(*columns).order_by(columns.kind, columns.position, columns.id)
    found: dict[str, list[DefinedField]] = {}
    for row in rows_of(reading(), every):
        found.setdefault(row.kind, []).append(of_row(row))
    return found


def of_row(row: AnyRow | CustomField) -> DefinedField:
    """Give a field as its row in the table has it."""
    return DefinedField(
        id=row.id,
        kind=row.kind,
        key=row.key,
        label=row.label,
        type=FieldType(row.type),
        options=tuple(Option(**one) for one in row.options),
        help=row.help,
        required=row.required,
        searched=row.searched,
        retired=row.retired_at is not None,
    )
