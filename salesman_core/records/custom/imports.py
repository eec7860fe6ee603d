"""Further fields in imports: columns find them by label or key, cells are judged as in the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma
import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.db import normalised, reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import (
    DefinedField,
    FieldType,
    fields_in_use,
)
from salesman_core.records.custom.further import changeable_fields
from salesman_core.records.custom.kinds import CUSTOM, customised_kinds
from salesman_core.records.extensions.declared import extended_fields
from salesman_core.records.extensions.schemas import judged_value
from salesman_hookspecs import ImportField, ImportType, Text

_ = texts.lazy

_CELLS: Final[Mapping[FieldType, str]] = {
    FieldType.NUMBER: "number",
    FieldType.MONEY: "money",
    FieldType.DATE: "date",
    FieldType.CHOICES: "list",
    FieldType.FLAG: "flag",
}
"""How cells are read, see ``ImportField.kind``; those of other types are texts."""
_RECURRING: Final = (FieldType.TEXT, FieldType.CHOICE, FieldType.CHOICES, FieldType.USER)


def with_custom_fields(type_: ImportType) -> ImportType:
    """Give a kind of import with the further fields of its records, as they are declared now."""
    one = next(
        (one for one in customised_kinds().values() if one.imported_as == type_.record), None
    )
    further = [_import_field(field) for field in changeable_fields(one.kind)] if one else []
    return replace(type_, fields=(*type_.fields, *further)) if further else type_


def _import_field(field: DefinedField) -> ImportField:
    synonyms = (*field.synonyms, field.key, field.key.replace("_", " "))
    kind = _CELLS.get(field.type, "text")
    return ImportField(field.name, field.label, synonyms, kind, recurs=field.type in _RECURRING)


def custom_asked(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row of a file says of custom fields, as the JSON API would have it.

    Choices may be given by what people read, users by name or email.

    :returns: under ``custom``; nothing where the row says nothing.
    :raises InvalidError: by field, for a choice or user that there is not.
    """
    asked: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for field in fields_in_use(kind):
        if field.name not in row:
            continue
        try:
            asked[field.key] = _asked(field, row[field.name])
        except ValueError as error:
            wrong[field.name] = error.args[0]
    if wrong:
        raise InvalidError(_("Some fields are not right."), wrong)
    return {CUSTOM: asked} if asked else {}


def extensions_asked(
    kind: str, row: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Give what a row of a file says of fields that plugins keep, as a service takes it.

    What does not fit is left out: it never refuses a row, as little as a phone that is none.

    :returns: the values, by plugin, and what is wrong with the others, by the names of the fields.
    """
    asked: dict[str, dict[str, Any]] = {}
    wrong: dict[str, str] = {}
    for field in extended_fields(kind):
        if field.name not in row:
            continue
        try:
            value = judged_value(field, _asked(field, row[field.name]))
        except (ValueError, ma.ValidationError) as error:
            wrong[field.name] = str(_first_reason(error))
        else:
            asked.setdefault(field.owner, {})[field.key] = value
    return asked, wrong


def _first_reason(error: Exception) -> Any:
    reasons: Any = error.messages if isinstance(error, ma.ValidationError) else error.args
    return reasons[0]


def _asked(field: DefinedField, value: Any) -> Any:
    match field.type:
        case FieldType.CHOICE:
            return _choice(field, value)
        case FieldType.CHOICES:
            return [_choice(field, one) for one in value]
        case FieldType.USER:
            return _user(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"  # zeros at the end say nothing
    return value.isoformat() if isinstance(value, date) else value


def _choice(field: DefinedField, text: str) -> str:
    """Give the key of a choice that a cell names by its key or title."""
    wanted = normalised(text)
    for one in field.options:
        if one.offered and wanted in {one.key, normalised(str(one.title))}:
            return one.key
    known = ", ".join(str(one.title) for one in field.options if one.offered)
    raise ValueError(_("%(value)s is none of %(known)s.", value=text, known=known))


def _user(text: str) -> int:
    """Give the one active user of a name or email."""
    named = sa.or_(User.search_name == text, User.login == text)
    found = list(reading().scalars(sa.select(User.id).where(User.active, named).limit(2)))
    if len(found) != 1:
        raise ValueError(_("There is no one active user of this name or email."))
    return found[0]
