"""Which kinds of record have custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.models import CustomWord
from salesman_hookspecs import Text

_ = texts.lazy

CUSTOM: Final = "custom"
"""The member of the JSON API, the column and the beginning of names that custom fields go by."""


@dataclass(frozen=True, slots=True)
class Customised:
    """A kind of record that has custom fields.

    :param kind: as in ``RecordType.kind``.
    :param title: what people call its records, in the plural.
    :param model: the mapped class, with a column ``custom`` of JSON.
    :param words: the mapped class of what is looked for in them, see :class:`CustomWord`.
    :param imported_as: the word of its import, as ``deals``.
    :param currency: the attribute that holds the currency of its amounts; None for the company's.
    """

    kind: str
    title: Text
    model: type[Any]
    words: type[CustomWord]
    imported_as: str
    currency: str | None = None


_kinds: dict[str, Customised] = {}


def customised(one: Customised) -> Customised:
    """Let a kind of record have custom fields."""
    _kinds[one.kind] = one
    return one


def customised_kinds() -> Mapping[str, Customised]:
    """Give the kinds of record that have custom fields, by name."""
    return _kinds


def customised_kind(kind: str) -> Customised:
    """Give one of them.

    :raises MissingError: for a kind that has none.
    """
    found = _kinds.get(kind)
    if found is None:
        raise MissingError(_("Records of the kind %(kind)s have no custom fields.", kind=kind))
    return found


def name_of(key: str) -> str:
    """Give the name of a field among all fields of its record, as ``custom.budget``."""
    return f"{CUSTOM}.{key}"


def key_of(name: str) -> str | None:
    """Give the key out of such a name, None for a field of another sort."""
    head, dot, key = name.partition(".")
    return key if dot and head == CUSTOM else None
