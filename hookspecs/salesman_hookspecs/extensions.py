"""The hook by which a plugin keeps more data on a record, and what it declares of it."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salesman_hookspecs._markers import Phase, Policy, hookspec
from salesman_hookspecs.web import Text


def _nothing_wrong(_values: Mapping[str, Any]) -> Mapping[str, Text]:
    return {}


def _nothing_follows(_values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class ExtensionField:
    """A field of an extension: a column of its table.

    :param name: the column, and the member in JSON: small letters, digits and single underscores.
    :param title: what people read, in forms, lists and the first line of files.
    :param field: what judges its values: a field of ``toolkit``, or a class of yours that builds
        on one. It says what the column holds: ``Text(12)`` a text, ``Choice({"ru": "Russia"})`` one
        of some words with their titles, ``Date()``, ``Flag()``, ``Amount()``, ``ScaledNumber(3)``
        a number, ``Reference()`` the id of a user.
    :param help: a sentence below it in forms.
    :param searched: whether the search box looks in it: a text, and the model has a column
        ``search_text``.
    :param synonyms: headings of columns in files that mean it, in lower case, in any language.
    """

    name: str
    title: Text
    field: Any
    help: Text = ""
    searched: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordExtension:
    """What a plugin keeps of each record of a kind beside what the core does.

    :param kind: ``client``, ``contact`` or ``deal``.
    :param title: the heading of its section in forms and on cards.
    :param model: the mapped class of its table, with a row for a record at most: a column
        ``<kind>_id``, unique, refers to the record with ``ondelete="CASCADE"``. Every other column
        that is no field may be NULL or has a default.
    :param fields: its columns that people see, in their order.
    :param view_permission: what one must hold to see them, beside seeing the record; empty where
        whoever sees the record may.
    :param edit_permission: what one must hold to change them, beside changing the record and seeing
        them; empty where whoever may do both may.
    :param check: is given all fields as they are to be, None for those without a value, and gives
        what is wrong, by field: rules between fields.
    :param follows: is given the same once it is right, and gives what other columns of the table
        are to hold: what follows from the fields, as a key by which doubles are found.
    """

    kind: str
    title: Text
    model: type[Any]
    fields: tuple[ExtensionField, ...]
    view_permission: str = ""
    edit_permission: str = ""
    check: Callable[[Mapping[str, Any]], Mapping[str, Text]] = _nothing_wrong
    follows: Callable[[Mapping[str, Any]], Mapping[str, Any]] = _nothing_follows


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_record_extensions() -> Iterable[RecordExtension]:
    """Give what this plugin keeps of clients, contacts and deals, in tables of its own.

    The core shows, edits, filters, searches, imports, exports and audits it wherever it does so
    with custom fields, and gives it in JSON as ``extensions.<plugin id>``.

    Example::

        @hookimpl
        def salesman_record_extensions():
            number = ExtensionField("vat_number", "VAT number", Text(20), searched=True)
            return [RecordExtension("client", "In law", ClientInLaw, (number,))]
    """
