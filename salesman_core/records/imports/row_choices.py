"""What is done with the rows of a file, and by what they find their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from salesman_core.i18n import texts
from salesman_core.records.imports.mapping import CREATE, UPDATE, Options
from salesman_core.records.imports.recognition import OptionChoice
from salesman_hookspecs import ImportField, ImportType, Text

_ = texts.lazy

ONLY_TITLE: Final = _("Create or update")
MATCH_TITLE: Final = _("A row finds its record by")

BETWEEN: Final = "+"
"""What stands between fields that are chosen together."""
_BOTH: Final = ""
_DONE: Final[Mapping[str, Text]] = {
    _BOTH: _("create and update"),
    CREATE: _("create only"),
    UPDATE: _("update only"),
}


def row_choices(type_: ImportType, options: Options) -> list[OptionChoice]:
    """Give what can be chosen about the rows of a kind of record; nothing where it has one way."""
    if not type_.keys:
        return []
    chosen = BETWEEN.join(options.match)
    ways = [*type_.keys, options.match] if options.match else type_.keys
    keys = {BETWEEN.join(way): keys_words(way, type_.fields) for way in ways}
    return [
        OptionChoice("only", ONLY_TITLE, options.only, list(_DONE.items())),
        OptionChoice("match", MATCH_TITLE, chosen, [("", type_.usual), *keys.items()]),
    ]


def keys_words(match: Sequence[str], fields: Sequence[ImportField]) -> str:
    """Give the fields by which rows find their records, all of which must fit."""
    titles = {field.name: str(field.title) for field in fields}
    return " + ".join(titles[name] for name in match)


def only_words(only: str) -> Text:
    """Give what rows may do with records."""
    return _DONE[only]


def chosen_match(value: str) -> list[str]:
    """Give the fields of a choice of :func:`row_choices`."""
    return value.split(BETWEEN) if value else []
