"""Fields that the company of a walk has defined: they hold words like any other."""

from __future__ import annotations

from typing import Any, Final

from salesman_core.records.custom.kinds import customised_kinds
from salesman_core.records.custom.service import define_field
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
