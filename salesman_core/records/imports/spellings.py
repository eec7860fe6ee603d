"""Names that differ only by case, space or punctuation: ``GTXPro`` and ``GTX Pro``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesman_core.db import normalised
from salesman_core.records.imports.cells import text_of
from salesman_core.records.imports.meanings import ValueMap
from salesman_core.records.listing import listed
from salesman_hookspecs import ImportField

APART: Final = "apart"
"""The choice to leave spellings as they are: they name different things."""
MOST_TEXTS: Final = 100_000
"""Texts of a field that are compared; what comes beyond is not."""

_LONGEST: Final = 200
_MOST_WAYS: Final = 10
_BETWEEN: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name that stands in a file in several ways.

    :param field: the field that the name fills.
    :param ways: how it is written and how often, the most frequent first.
    """

    field: str
    ways: tuple[tuple[str, int], ...]

    @property
    def rows(self) -> int:
        """How often it stands there in all."""
        return sum(count for _text, count in self.ways)


def spellings_in(
    texts: Mapping[str, Counter[str]],
    fields: Mapping[str, ImportField],
    values: Mapping[str, Mapping[str, str]],
) -> list[Spelling]:
    """Give the names that are written in several ways, the most frequent first.

    What a mapping says of each way of a name is settled, and not given again.

    :param texts: by field, what stands in its columns, and how often.
    :param values: what texts mean, as a mapping has it.
    """
    found = [
        spelling
        for name, counted in texts.items()
        for spelling in _of_field(fields[name], counted, values.get(name, {}))
    ]
    return sorted(found, key=lambda each: (-each.rows, each.field, each.ways))


def _of_field(
    field: ImportField, counted: Counter[str], values: Mapping[str, str]
) -> Iterator[Spelling]:
    ways: dict[str, Counter[str]] = {}
    for text, count in _meant(field, counted, values).items():
        key = _BETWEEN.sub("", normalised(text))
        if len(text) <= _LONGEST and any(character.isalpha() for character in key):
            ways.setdefault(key, Counter())[text] = count
    for each in ways.values():
        if len(each) > 1 and not all(text in values for text in each):
            ordered = sorted(each.items(), key=lambda way: (-way[1], way[0]))
            yield Spelling(field.name, tuple(ordered[:_MOST_WAYS]))


def _meant(field: ImportField, counted: Counter[str], values: Mapping[str, str]) -> Counter[str]:
    """Count what texts mean by what a mapping says so far, each part of a list for itself."""
    known, meant = ValueMap(values), Counter[str]()
    for text, count in counted.items():
        if field.kind == "list":
            for part in listed(text_of(known.each_meant(text))):
                meant[part] += count
        else:
            meant[text_of(known.meant(text))] += count
    return meant


def joined(
    tables: Mapping[str, Any], spellings: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]
) -> dict[str, Any]:
    """Give the tables of a mapping with the spellings joined as somebody has chosen.

    :param spellings: as the result of a dry run keeps them: ``field``, and ``ways`` with counts.
    :param chosen: by the control's name, ``spelling-<place>``: the place of the way that stays, or
        :data:`APART`; a spelling of which nothing is said stays as it is.
    """
    values = {name: dict(meanings) for name, meanings in tables.get("values", {}).items()}
    for place, each in enumerate(spellings):
        texts = [text for text, _count in each["ways"]]
        meant = _chosen_meanings(texts, chosen.get(f"spelling-{place}", ""))
        before = values.get(each["field"], {})
        values[each["field"]] = {
            **{text: meant.get(said, said) for text, said in before.items()},
            **meant,
        }
    return {**tables, "values": {name: said for name, said in values.items() if said}}


def _chosen_meanings(texts: Sequence[str], way: str) -> dict[str, str]:
    if way == APART:
        return {text: text for text in texts}
    places = {str(place): text for place, text in enumerate(texts)}
    if way not in places:
        return {}
    return {text: places[way] for text in texts if text != places[way]}
