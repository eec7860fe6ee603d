"""The extensions that active plugins have declared, and who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.db import table_of
from salesman_core.errors import PluginError
from salesman_core.plugins.dispatch import Contribution
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.records.custom.definitions import DefinedField, FieldType, Option
from salesman_core.records.custom.keys import KEY
from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.rest import Choice, Date, Flag, Money, Reference, ScaledNumber, Text
from salesman_hookspecs import ExtensionField, RecordExtension
from salesman_hookspecs.extensions import salesman_record_extensions

SEARCHED: Final = "search_text"
"""The column in which the search box looks."""

_TYPES: Final[Mapping[type[Any], FieldType]] = {
    Money: FieldType.MONEY,
    ScaledNumber: FieldType.NUMBER,
    Date: FieldType.DATE,
    Choice: FieldType.CHOICE,
    Flag: FieldType.FLAG,
    Reference: FieldType.USER,
    Text: FieldType.TEXT,
}
"""What a field of an extension holds, by what judges it; the first that fits."""


@dataclass(frozen=True, slots=True, eq=False)
class Extension:
    """What a plugin keeps of each record of a kind.

    :param owner: the plugin.
    :param fields: what people see of it, in their order.
    """

    owner: str
    declared: RecordExtension
    table: sa.Table
    fields: tuple[DefinedField, ...]

    @property
    def refers(self) -> sa.Column[Any]:
        """The column that refers to the record."""
        return self.table.c[f"{self.declared.kind}_id"]

    @property
    def seen(self) -> bool:
        """Whether whoever acts may see it, of a record that they see."""
        permission = self.declared.view_permission
        return not permission or current_person().may(permission)

    @property
    def changeable(self) -> bool:
        """Whether whoever acts may change it, of a record that they may change."""
        permission = self.declared.edit_permission
        return self.seen and (not permission or current_person().may(permission))

    def demand_changeable(self) -> None:
        """Let nobody change what they may not.

        :raises ForbiddenError: for who may not see it or not change it.
        """
        for permission in (self.declared.view_permission, self.declared.edit_permission):
            if permission:
                demand_permission(permission)

    def column(self, field: DefinedField) -> sa.Column[Any]:
        """Give the column of a field."""
        return self.table.c[field.key]


def extensions_of(kind: str) -> Sequence[Extension]:
    """Give what active plugins keep of a kind of record, whoever may see it."""
    return current_host().derived(_by_kind).get(kind, ())


def extension(kind: str, owner: str) -> Extension | None:
    """Give what an active plugin keeps of a kind of record."""
    return next((one for one in extensions_of(kind) if one.owner == owner), None)


def seen_extensions(kind: str) -> Sequence[Extension]:
    """Give those of them that whoever acts may see."""
    return [one for one in extensions_of(kind) if one.seen]


def extended_fields(kind: str) -> Sequence[DefinedField]:
    """Give the fields of what active plugins keep of a kind of record, whoever may see them."""
    return [field for one in extensions_of(kind) for field in one.fields]


def any_extension() -> bool:
    """Tell whether an active plugin extends any kind of record; without a host, none does."""
    return "salesman_host" in current_app.extensions and bool(current_host().derived(_by_kind))


def _by_kind(host: PluginHost) -> Mapping[str, Sequence[Extension]]:
    found: dict[str, list[Extension]] = {}
    for one in host.contributions(salesman_record_extensions):
        found.setdefault(one.value.kind, []).append(_extension(one))
    return found


def _extension(one: Contribution[RecordExtension]) -> Extension:
    declared = one.value
    fields = tuple(_field(one.owner, declared, field) for field in declared.fields)
    return Extension(one.owner, declared, table_of(declared.model), fields)


def _field(owner: str, declared: RecordExtension, field: ExtensionField) -> DefinedField:
    type_ = type_of(field)
    titles = field.field.titles if type_ is FieldType.CHOICE else {}
    return DefinedField(
        id=0,
        kind=declared.kind,
        key=field.name,
        label=field.title,
        type=type_,
        options=tuple(Option(key, title) for key, title in titles.items()),
        help=field.help,
        required=False,
        searched=field.searched,
        retired=False,
        owner=owner,
        section=declared.title,
        judge=field.field,
        synonyms=field.synonyms,
        permission=declared.view_permission or None,
    )


def type_of(field: ExtensionField) -> FieldType:
    """Give what a field of an extension holds.

    :raises PluginError: where nothing here knows how to show what it is judged by.
    """
    for judge, type_ in _TYPES.items():
        if isinstance(field.field, judge):
            return type_
    known = ", ".join(judge.__name__ for judge in _TYPES)
    message = f"{field.name!r} is judged by none of {known}"
    raise PluginError(message)


def refuse_mistaken_extensions(host: PluginHost) -> None:
    """Fail plugins that declare what cannot be kept, at start and not in front of people."""
    taken: set[tuple[str, str]] = set()
    for one in host.contributions(salesman_record_extensions, inactive=True):
        place = one.owner, one.value.kind
        complaints = list(_complaints(one))
        if place in taken:
            complaints.append(f"two extensions of one kind of record: {one.value.kind}")
        taken.add(place)
        if complaints:
            hook = salesman_record_extensions.__name__
            fault = host.dispatcher.faults.note(one.owner, hook, PluginError(complaints[0]))
            host.fail(one.owner, fault)


def _complaints(one: Contribution[RecordExtension]) -> Iterator[str]:
    """Give what is wrong with a declaration."""
    declared, table = one.value, table_of(one.value.model)
    if declared.kind not in customised_kinds():
        known = ", ".join(customised_kinds())
        yield f"records of the kind {declared.kind!r} are not extended, only: {known}"
        return
    if not table.name.startswith(f"{one.owner}_"):
        yield f"the table {table.name!r} must begin with {one.owner!r} and an underscore"
    yield from _about_reference(declared, table)
    for field in declared.fields:
        yield from _about_field(field, table)
    if len({field.name for field in declared.fields}) < len(declared.fields):
        yield "two fields have one name"


def _about_reference(declared: RecordExtension, table: sa.Table) -> Iterator[str]:
    name = f"{declared.kind}_id"
    column, target = table.c.get(name), f"core_{declared.kind}.id"
    keys = () if column is None else column.foreign_keys
    if not any(key.target_fullname == target and key.ondelete == "CASCADE" for key in keys):
        yield f"{table.name}.{name} must refer to {target} with ondelete CASCADE"
    elif column is not None and not (column.unique or column.primary_key):
        yield f"{table.name}.{name} must be unique: a record has one row"


def _about_field(field: ExtensionField, table: sa.Table) -> Iterator[str]:
    if not KEY.fullmatch(field.name):
        yield f"{field.name!r} is no name of a field: small letters, digits, single underscores"
    if field.name not in table.c:
        yield f"the table {table.name} has no column {field.name}"
    try:
        type_ = type_of(field)
    except PluginError as error:
        yield str(error)
        return
    if field.searched and type_ is not FieldType.TEXT:
        yield f"{field.name!r} holds no text: the search box cannot look in it"
    if field.searched and SEARCHED not in table.c:
        yield f"the table {table.name} has no column {SEARCHED}, in which the search box looks"
