"""Which kinds of record have custom fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.models import CustomWord
from salesman_hookspecs import Text

_ = texts.lazy

CUSTOM: Final = "custom"
"""The member of the JSON API, the column and the beginning of names that custom fields go by."""

EXTENSIONS: Final = "extensions"
"""The member of the JSON API and the beginning of names that the fields of plugins go by."""


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


@dataclass(frozen=True, slots=True)
class FieldUser:
    """What refers to custom fields of a kind of record by their names, and is no record.

    :param title: what such things are to a field, as “Stages that asked for it on entry”.
    :param in_words: gives those that refer to the field of a name, as ``custom.budget``.
    :param let_go: takes it out of them, in the transaction in which it is deleted for good.
    """

    title: Text
    in_words: Callable[[Session, str], Sequence[str]]
    let_go: Callable[[Session, str], None]


_users: dict[str, list[FieldUser]] = {}


def field_user(kind: str, one: FieldUser) -> None:
    """Let something be asked before a custom field of a kind of record goes."""
    _users.setdefault(kind, []).append(one)


def field_users(kind: str) -> Sequence[FieldUser]:
    """Give what may refer to custom fields of a kind of record."""
    return _users.get(kind, ())


def name_of(key: str) -> str:
    """Give the name of a field among all fields of its record, as ``custom.budget``."""
    return f"{CUSTOM}.{key}"


def is_further(name: str) -> bool:
    """Tell whether a name is that of a custom field, or of a field that a plugin keeps."""
    return name.partition(".")[0] in {CUSTOM, EXTENSIONS} and "." in name


def owner_of(name: str) -> str | None:
    """Give the plugin out of ``extensions.requisites.inn``, None for a field of another sort."""
    head, _dot, rest = name.partition(".")
    owner, dot, _key = rest.partition(".")
    return owner if dot and head == EXTENSIONS else None


def key_of(name: str) -> str | None:
    """Give the key out of such a name, None for a field of another sort."""
    head, dot, key = name.partition(".")
    return key if dot and head == CUSTOM else None
