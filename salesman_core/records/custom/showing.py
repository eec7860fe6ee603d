"""Values of further fields as people read them: on cards, in lists and in the history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from markupsafe import Markup

from salesman_core.access.models import User
from salesman_core.db import reading, rows_of, table_of
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import DefinedField, FieldType
from salesman_core.records.custom.further import (
    Held,
    changeable_fields,
    further_field,
    further_fields,
    held_by,
)
from salesman_core.records.custom.kinds import Customised
from salesman_core.records.custom.values import DIGITS
from salesman_core.records.listing import on_one_line
from salesman_core.services.company import company
from salesman_core.web import formats
from salesman_hookspecs import Text

_ = texts.lazy

_LINK: Final = Markup(
    '<a href="{0}" target="_blank" rel="noopener noreferrer" class="text-break">{1}</a>'
)


@dataclass(frozen=True, slots=True)
class ShownField:
    """A further field as a card shows it.

    :param text: what people read, as HTML; an empty string for no value.
    :param changeable: whether whoever reads may change it, of a record that they may change.
    """

    field: DefinedField
    text: str
    changeable: bool = True

    @property
    def name(self) -> str:
        """Its name among the fields of the card."""
        return self.field.name


@dataclass(frozen=True, slots=True)
class Section:
    """What a plugin keeps of a record, as its card shows it.

    :param filled: whether there is anything in it.
    """

    title: Text
    fields: Sequence[ShownField]

    @property
    def filled(self) -> bool:
        """Whether any field has a value."""
        return any(one.text for one in self.fields)


def own_shown(fields: Sequence[ShownField]) -> list[ShownField]:
    """Give those of some fields that the company has defined."""
    return [one for one in fields if not one.field.owner]


def sections(fields: Sequence[ShownField]) -> list[Section]:
    """Give the others, by the plugins that keep them."""
    owners = dict.fromkeys(one.field.owner for one in fields if one.field.owner)
    of_owner = [[one for one in fields if one.field.owner == owner] for owner in owners]
    return [Section(some[0].field.section, some) for some in of_owner]


def shown_fields(one: Customised, row: Any) -> list[ShownField]:
    """Give the further fields of a record for its card.

    :param row: of the record, with its column ``custom`` and, where its kind has one, its currency.
    """
    return shown_on(one, [row])[row.id]


def shown_on(one: Customised, rows: Sequence[Any]) -> Mapping[int, list[ShownField]]:
    """Give the further fields of some records, by their ids, in as many statements as of one."""
    fields = further_fields(one.kind)
    held = held_by(one.kind, rows, fields)
    changeable = {field.name for field in changeable_fields(one.kind)}
    names = _user_names(fields, held)
    return {
        row.id: [
            ShownField(field, _cell(one, field, row, held[row.id], names), field.name in changeable)
            for field in fields
        ]
        for row in rows
    }


def cells(
    one: Customised, rows: Sequence[Any], names: Collection[str]
) -> Mapping[int, Mapping[str, str]]:
    """Give what a page of a list shows: by record id, then by the field's name."""
    fields = _named(one, names)
    held = held_by(one.kind, rows, fields)
    users = _user_names(fields, held)
    return {
        row.id: {field.name: _cell(one, field, row, held[row.id], users) for field in fields}
        for row in rows
    }


def plain_cells(
    one: Customised, rows: Sequence[Any], names: Collection[str]
) -> Mapping[int, Mapping[str, Any]]:
    """Give the same for files: see :func:`plain_values`."""
    return plain_values(one.kind, rows, _named(one, names))


def plain_values(
    kind: str, rows: Sequence[Any], fields: Collection[DefinedField]
) -> Mapping[int, Mapping[str, Any]]:
    """Give what some records hold, by their ids, for programs that are none of ours.

    Numbers, money and dates as such, all else as people read it; in as many statements for one
    record as for five hundred.

    :param rows: as those of :func:`~salesman_core.records.custom.further.held_by`.
    """
    held = held_by(kind, rows, fields)
    users = _user_names(fields, held)
    return {
        row.id: {field.name: _plain(field, held[row.id], users) for field in fields} for row in rows
    }


def _named(one: Customised, names: Collection[str]) -> list[DefinedField]:
    return [field for name in names if (field := further_field(one.kind, name))]


def _plain(field: DefinedField, held: Held, users: Mapping[int, str]) -> Any:
    value = held.get(field.name)
    if field.type is FieldType.NUMBER and value is not None:
        return value.normalize()  # zeros at the end say nothing
    if field.type in {*DIGITS, FieldType.DATE, FieldType.LINK, FieldType.TEXT}:
        return value
    if isinstance(value, list):
        return on_one_line(str(field.titles.get(key, key)) for key in value)
    return _shown(field, value, "", users)


def _cell(
    one: Customised, field: DefinedField, row: Any, held: Held, users: Mapping[int, str]
) -> str:
    currency = getattr(row, one.currency) if one.currency else company().currency
    return _shown(field, held.get(field.name), currency, users)


def _shown(field: DefinedField, value: Any, currency: str, users: Mapping[int, str]) -> str:
    """Give what people read for a value.

    :param users: the names of users by id.
    """
    if value is None:
        return ""
    if field.type is FieldType.MONEY:
        return formats.money(value, currency)
    if field.type is FieldType.USER:
        return users.get(value, f"№ {value}")
    if field.options:
        keys = value if isinstance(value, list) else [value]
        return ", ".join(str(field.titles.get(key, key)) for key in keys)
    return _PLAIN.get(field.type, str)(value)


def _link(address: str) -> Markup:
    return _LINK.format(address, address.partition("://")[2].rstrip("/"))


_PLAIN: Final[Mapping[FieldType, Callable[[Any], str]]] = {
    FieldType.NUMBER: formats.number,
    FieldType.DATE: formats.day,
    FieldType.FLAG: lambda value: str(_("yes") if value else _("no")),
    FieldType.LINK: _link,
}


def _user_names(fields: Collection[DefinedField], held: Mapping[int, Held]) -> Mapping[int, str]:
    """Give the names of the users that some records name, in one statement where there are any."""
    names = [field.name for field in fields if field.type is FieldType.USER]
    ids = {of_record.get(name) for of_record in held.values() for name in names}
    ids.discard(None)
    if not ids:
        return {}
    users = table_of(User).c
    found = rows_of(reading(), sa.select(users.id, users.name).where(users.id.in_(ids)))
    return {row.id: row.name for row in found}
