"""The member ``extensions`` of records in the JSON API, as plugins declare it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

import marshmallow as ma

from salesman_core.db import reading
from salesman_core.i18n import speaking, texts
from salesman_core.plugins.host import current_host
from salesman_core.records.custom.definitions import DefinedField
from salesman_core.records.custom.values import in_json
from salesman_core.records.extensions.declared import Extension, extensions_of, seen_extensions
from salesman_core.records.extensions.rows import rows_held
from salesman_core.rest.fields import DescribedField, or_null, refused
from salesman_hookspecs import Phase

_ = texts.lazy

MOST_TITLED: Final = 30
"""So many words of a choice are explained in the document; codes of countries are known."""


class ExtensionValues(DescribedField[dict[str, Any]]):
    """What plugins keep of a record: ``{plugin: {name: value}}``, null for no value.

    A change names what it changes.

    :param kind: of the record.
    """

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self._kind = kind

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema of what active plugins keep, in English as the rest of it."""
        with speaking("en"):
            described = {one.owner: _described(one) for one in extensions_of(self._kind)}
        return {"type": "object", "properties": described, "additionalProperties": False}

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refused(_("Give an object."))
        return judged_extensions(self._kind, value)


def judged_extensions(kind: str, sent: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Judge values of extensions in the notation of the JSON API.

    :raises marshmallow.ValidationError: by plugin and field.
    """
    known = {one.owner: one for one in extensions_of(kind)}
    wrong: dict[str, Any] = {owner: [_("Unknown field.")] for owner in sent if owner not in known}
    read: dict[str, dict[str, Any]] = {}
    for owner in [one for one in known if one in sent]:
        try:
            read[owner] = _judged(known[owner], sent[owner])
        except ma.ValidationError as error:
            wrong[owner] = error.messages
    if wrong:
        raise ma.ValidationError(wrong)
    return read


def _judged(one: Extension, sent: Any) -> dict[str, Any]:
    if not isinstance(sent, Mapping):
        raise refused(_("Give an object."))
    fields = {field.key: field for field in one.fields}
    wrong: dict[str, Any] = {str(key): [_("Unknown field.")] for key in sent if key not in fields}
    read: dict[str, Any] = {}
    for key in [key for key in fields if key in sent]:
        try:
            read[key] = judged_value(fields[key], sent[key])
        except ma.ValidationError as error:
            wrong[key] = error.messages
    if wrong:
        raise ma.ValidationError(wrong)
    return read


def judged_value(field: DefinedField, value: Any) -> Any:
    """Judge a value of a field; an empty text is none.

    :raises marshmallow.ValidationError: where it does not fit.
    :raises PluginFailedError: where what the plugin judges by fails.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    place = f"salesman_record_extensions: {field.name}"
    judge = partial(_deserialized, field, value)
    read = current_host().dispatcher.insisted(field.owner, place, judge, phase=Phase.BOOT)
    if isinstance(read, ma.ValidationError):
        raise read
    return (read.strip() or None) if isinstance(read, str) else read


def _deserialized(field: DefinedField, value: Any) -> Any:
    """Give a value as the plugin reads it, or its refusal, which is no failure."""
    try:
        return field.judge.deserialize(value)
    except ma.ValidationError as error:
        return error


def _described(one: Extension) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": "object",
        "title": str(one.declared.title),
        "properties": {field.key: _described_field(field) for field in one.fields},
        "additionalProperties": False,
    }
    if one.declared.view_permission:
        needed = f"With the permission {one.declared.view_permission} alone."
        described["description"] = needed
    return described


def _described_field(field: DefinedField) -> dict[str, Any]:
    about = ". ".join(part for part in map(str, (field.label, field.help)) if part)
    few = field.options if len(field.options) <= MOST_TITLED else ()
    titles = ", ".join(f"{one.key}: {one.title}" for one in few)
    described = or_null(field.judge.described())
    return described | {"description": f"{about} ({titles})" if titles else about}


def extensions_json(kind: str, ids: Collection[int]) -> Mapping[int, dict[str, Any]]:
    """Give what plugins keep of some records as the JSON API shows it, by record.

    A statement for each extension that whoever acts may see; nothing where there is none.
    """
    seen = seen_extensions(kind)
    found: dict[int, dict[str, Any]] = {id_: {} for id_ in ids} if seen else {}
    for one in seen:
        names = [field.key for field in one.fields]
        nothing = dict.fromkeys(names)
        rows = rows_held(reading(), one, ids)
        for id_, shown in found.items():
            row = rows.get(id_)
            held = nothing if row is None else {key: in_json(row[key]) for key in names}
            shown[one.owner] = dict(held)
    return found
