"""Values of custom fields as people read them: on cards, in lists and in the history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from markupsafe import Markup

from salesman_core.access.models import User
from salesman_core.db import reading, rows_of, table_of
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import (
    DefinedField,
    FieldType,
    defined_field,
    fields_in_use,
)
from salesman_core.records.custom.kinds import CUSTOM, Customised, key_of
from salesman_core.records.custom.values import DIGITS, decoded
from salesman_core.records.listing import on_one_line
from salesman_core.services.company import company
from salesman_core.web import formats

_ = texts.lazy

_LINK: Final = Markup(
    '<a href="{0}" target="_blank" rel="noopener noreferrer" class="text-break">{1}</a>'
)


@dataclass(frozen=True, slots=True)
class ShownField:
    """A custom field as a card shows it.

    :param text: what people read, as HTML; an empty string for no value.
    """

    field: DefinedField
    text: str

    @property
    def name(self) -> str:
        """Its name among the fields of the card."""
        return self.field.name


def shown_fields(one: Customised, row: Any) -> list[ShownField]:
    """Give the custom fields of a record for its card.

    :param row: of the record, with its column ``custom`` and, where its kind has one, its currency.
    """
    return shown_on(one, [row])[row.id]


def shown_on(one: Customised, rows: Sequence[Any]) -> Mapping[int, list[ShownField]]:
    """Give the custom fields of some records, by their ids, in as many statements as of one."""
    fields = fields_in_use(one.kind)
    names = _user_names(fields, rows)
    return {
        row.id: [ShownField(field, _cell(one, field, row, names)) for field in fields]
        for row in rows
    }


def cells(
    one: Customised, rows: Sequence[Any], names: Collection[str]
) -> Mapping[int, Mapping[str, str]]:
    """Give what a page of a list shows: by record id, then by the field's name."""
    fields = _named(one, names)
    users = _user_names(fields, rows)
    return {row.id: {field.name: _cell(one, field, row, users) for field in fields} for row in rows}


def plain_cells(
    one: Customised, rows: Sequence[Any], names: Collection[str]
) -> Mapping[int, Mapping[str, Any]]:
    """Give the same for files: numbers, money and dates as such, all else as people read it."""
    fields = _named(one, names)
    users = _user_names(fields, rows)
    return {row.id: {field.name: _plain(field, row, users) for field in fields} for row in rows}


def _named(one: Customised, names: Collection[str]) -> list[DefinedField]:
    keys = [key for name in names if (key := key_of(name))]
    return [field for key in keys if (field := defined_field(one.kind, key))]


def _plain(field: DefinedField, row: Any, users: Mapping[int, str]) -> Any:
    value = decoded(field, (getattr(row, CUSTOM) or {}).get(field.key))
    if field.type is FieldType.NUMBER and value is not None:
        return value.normalize()  # zeros at the end say nothing
    if field.type in {*DIGITS, FieldType.DATE, FieldType.LINK, FieldType.TEXT}:
        return value
    if isinstance(value, list):
        return on_one_line(str(field.titles.get(key, key)) for key in value)
    return _shown(field, value, "", users)


def _cell(one: Customised, field: DefinedField, row: Any, users: Mapping[int, str]) -> str:
    held = getattr(row, CUSTOM) or {}
    currency = getattr(row, one.currency) if one.currency else company().currency
    return _shown(field, decoded(field, held.get(field.key)), currency, users)


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


def _user_names(fields: Sequence[DefinedField], rows: Sequence[Any]) -> Mapping[int, str]:
    """Give the names of the users that some rows name, in one statement where there are any."""
    keys = [field.key for field in fields if field.type is FieldType.USER]
    ids = {held.get(key) for row in rows for key in keys if (held := getattr(row, CUSTOM) or {})}
    ids.discard(None)
    if not ids:
        return {}
    users = table_of(User).c
    found = rows_of(reading(), sa.select(users.id, users.name).where(users.id.in_(ids)))
    return {row.id: row.name for row in found}
