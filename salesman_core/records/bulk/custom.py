"""Custom fields in acts on many records: asked for, judged and set as on a single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom.definitions import defined_field, fields_in_use
from salesman_core.records.custom.kinds import CUSTOM, key_of, name_of
from salesman_core.records.custom.schemas import judged
from salesman_core.records.custom.values import decoded, in_json
from salesman_hookspecs import BulkField

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class CustomBulkField(BulkField):
    """A custom field that an act asks for.

    :param record_kind: of the records that have it.
    """

    record_kind: str = ""


def custom_fields(kind: str) -> Sequence[CustomBulkField]:
    """Give the custom fields of a kind of record as an act asks for them."""
    return [
        CustomBulkField(one.name, one.label, "custom", emptied=not one.required, record_kind=kind)
        for one in fields_in_use(kind)
    ]


def judged_custom(field: BulkField, given: Any) -> Any:
    """Give a value as the JSON API writes it, None where there is none in it.

    :raises ValueError: for what the field does not take.
    """
    key = str(key_of(field.name))
    try:
        values = judged(getattr(field, "record_kind", ""), {key: given}, whole=False)
    except ma.ValidationError as error:
        raise ValueError(_first_reason(error.messages)) from error
    return in_json(values[key])


def typed_custom(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the custom fields among some values as a service takes them, under ``custom``.

    :param values: by names as ``custom.budget``, as :func:`judged_custom` gave them.
    :raises InvalidError: by field, for what a definition takes no longer.
    """
    sent = {key: value for name, value in values.items() if (key := key_of(name))}
    if not sent:
        return {}
    try:
        return {CUSTOM: judged(kind, sent, whole=False)}
    except ma.ValidationError as error:
        reasons = error.messages_dict.items()
        wrong = {name_of(str(key)): _first_reason(one) for key, one in reasons}
        raise InvalidError(_("Some fields are not right."), wrong) from error


def held_custom(kind: str, record: Any, name: str) -> Any:
    """Give what a record holds in a custom field, as the JSON API writes it."""
    field = defined_field(kind, str(key_of(name)))
    return None if field is None else in_json(decoded(field, (record.custom or {}).get(field.key)))


def _first_reason(messages: Any) -> Any:
    """Give the first of the reasons that marshmallow tells, however deep it lies."""
    while isinstance(messages, Mapping | list):
        messages = next(iter(messages.values() if isinstance(messages, Mapping) else messages))
    return messages
