"""Further fields of the records of a walk: they hold words like any other."""

from __future__ import annotations

from typing import Any, Final

from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.records.custom.service import define_field
from salesman_core.records.extensions.declared import extended_fields, extensions_of
from salesman_core.rest import Text as PlainText
from salesman_core.testing.walk.factories import Text

SEARCHED, LINKED = "walk_text", "walk_link"
_FIELDS: Final = (
    {"key": SEARCHED, "label": "Walk text", "type": "text", "searched": True},
    {"key": LINKED, "label": "Walk link", "type": "link"},
)


def define_fields() -> None:
    """Define a text that the search looks in and a link, for every kind that may have fields."""
    for kind in customised_kinds():
        for field in _FIELDS:
            define_field(kind, field)


def custom_values(text: Text) -> dict[str, Any]:
    """Give the value of each of these fields, with a new word in it.

    :param text: gives a word for a place.
    """
    return {
        SEARCHED: text("custom text"),
        LINKED: f"https://example.com/{text('custom link')}",
    }


def extension_values(kind: str, text: Text) -> dict[str, dict[str, Any]]:
    """Give a value of each plain text that plugins keep of a kind of record, a new word in each.

    :param text: gives a word for a place, as ``extensions.requisites.full_name``.
    """
    return {
        one.owner: {
            field.key: text(field.name) for field in one.fields if type(field.judge) is PlainText
        }
        for one in extensions_of(kind)
    }


def permission_of(kind: str, place: str) -> str | None:
    """Give what one must hold to see what plugins keep of a record; None where it takes nothing."""
    declared = {field.name: field.permission for field in extended_fields(kind)}
    return declared.get(place)
