"""Further fields in acts on many records: asked for, judged and set as on a single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom.further import (
    changeable_fields,
    further_field,
    held_in_record,
)
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.custom.members import by_members, judged_members
from salesman_core.records.custom.values import in_json
from salesman_hookspecs import BulkField

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class CustomBulkField(BulkField):
    """A custom field that an act asks for.

    :param record_kind: of the records that have it.
    """

    record_kind: str = ""


def custom_fields(kind: str) -> Sequence[CustomBulkField]:
    """Give the further fields of a kind of record as an act asks for them."""
    return [
        CustomBulkField(one.name, one.label, "custom", emptied=not one.required, record_kind=kind)
        for one in changeable_fields(kind)
    ]


def judged_custom(field: BulkField, given: Any) -> Any:
    """Give a value as the JSON API writes it, None where there is none in it.

    :raises ValueError: for what the field does not take.
    """
    try:
        values = judged_members(getattr(field, "record_kind", ""), {field.name: given})
    except ma.ValidationError as error:
        raise ValueError(_first_reason(error.messages)) from error
    return in_json(values[field.name])


def typed_custom(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the further fields among some values as a service takes them.

    :param values: by names as ``custom.budget``, as :func:`judged_custom` gave them.
    :returns: under ``custom`` and ``extensions``.
    :raises InvalidError: by field, for what a definition takes no longer.
    """
    sent = {name: value for name, value in values.items() if is_further(name)}
    try:
        return by_members(judged_members(kind, sent))
    except ma.ValidationError as error:
        wrong = {str(name): _first_reason(one) for name, one in error.messages_dict.items()}
        raise InvalidError(_("Some fields are not right."), wrong) from error


def held_custom(kind: str, record: Any, name: str) -> Any:
    """Give what a record holds in a further field, as the JSON API writes it."""
    field = further_field(kind, name)
    return None if field is None else in_json(held_in_record(field, record))


def _first_reason(messages: Any) -> Any:
    """Give the first of the reasons that marshmallow tells, however deep it lies."""
    while isinstance(messages, Mapping | list):
        messages = next(iter(messages.values() if isinstance(messages, Mapping) else messages))
    return messages
