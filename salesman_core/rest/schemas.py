"""Schemas: what they say in the OpenAPI document is what they enforce, to the letter.

Messages are for people and translated; those of marshmallow's own fields are looked up in our
catalogue (:data:`WORDS_OF_MARSHMALLOW`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.rest.fields import (
    Choice,
    Date,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Money,
    Reference,
    ScaledNumber,
    Text,
)
from salesman_hookspecs import Text as Words

__all__ = [
    "Choice",
    "Date",
    "ExternalIds",
    "Flag",
    "Integer",
    "JsonObject",
    "ListOf",
    "Moment",
    "Money",
    "Reference",
    "ScaledNumber",
    "Schema",
    "Text",
    "flattened",
    "judge",
    "page_schema",
]

_ = texts.lazy

WORDS_OF_MARSHMALLOW: Final = (
    _("Missing data for required field."),
    _("Field may not be null."),
    _("Unknown field."),
    _("Invalid input type."),
    _("Invalid value."),
    _("Not a valid string."),
    _("Not a valid list."),
    _("Not a valid mapping type."),
    _("Not a valid boolean."),
    _("Not a valid integer."),
    _("Not a valid number."),
    _("Not a valid email address."),
    _("Not a valid URL."),
)
"""Messages of fields that are not ours, named here so that translators find them."""

WHOLE: Final = "_schema"
"""marshmallow's name for what is wrong with an object rather than with one of its fields."""


class Schema(ma.Schema):
    """The base of all schemas: unknown fields are refused, fields keep their order.

    :param from_text: True where all values come as texts, as in addresses and forms.
    """

    class Meta(ma.Schema.Meta):
        unknown = ma.RAISE

    def __init__(self, *, from_text: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.from_text = from_text

    def __deepcopy__(self, memo: dict[int, Any]) -> Schema:
        """Give the same: a schema is not changed once it is made."""
        return self


class PageSchema(Schema):
    """A page of a list."""

    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The cursor of the next page, or null on the last one."},
    )


def page_schema(item: ma.Schema) -> Schema:
    """Give the schema of pages of what *item* describes."""
    name = f"{type(item).__name__.removesuffix('Schema')}Page"
    members = {"items": fields.List(fields.Nested(item), required=True)}
    made = type(name, (PageSchema,), {**members, "__module__": type(item).__module__})
    return made()  # type: ignore[no-any-return]  # made here, a class of ours


def judge(schema: ma.Schema, values: Any) -> dict[str, Any]:
    """Give *values* as *schema* makes them.

    :raises InvalidError: by field; the parts of nested ones joined by dots, as ``phones.0.type``.
    """
    try:
        judged: dict[str, Any] = schema.load(values)
    except ma.ValidationError as error:
        raise InvalidError(_("Some fields are not right."), flattened(error)) from error
    return judged


def flattened(error: ma.ValidationError) -> dict[str, Words]:
    """Give what is wrong by field."""
    untyped: Any = error
    return dict(_leaves(untyped.normalized_messages(), ""))


def _leaves(messages: Any, path: str) -> Iterator[tuple[str, Words]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _leaves(below, path if name == WHOLE else f"{path}.{name}".lstrip("."))
    elif isinstance(messages, list) and messages and isinstance(messages[0], Mapping):
        yield from _leaves(messages[0], path)
    else:
        first = messages[0] if isinstance(messages, list) and messages else messages
        yield path or WHOLE, texts.lazy(first) if isinstance(first, str) else first
