"""Which columns of a sheet fill which fields: as a mapping says, or recognised by heading."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from salesman_core.db import normalised
from salesman_core.i18n import LANGUAGES, speaking, texts
from salesman_core.records.imports.cells import NOTHING, SEVERAL
from salesman_core.records.imports.errors import MappingError
from salesman_core.records.imports.mapping import ColumnMapping, ColumnRule, require_one
from salesman_hookspecs import ImportField

_ = texts.gettext

_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that fills fields.

    :param index: its place, from 0.
    :param heading: what stands above it.
    :param fields: what it fills.
    :param rule: what the mapping says about it.
    """

    index: int
    heading: str
    fields: tuple[ImportField, ...]
    rule: ColumnRule


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each column.

    :param headings: of all columns.
    :param columns: those that fill fields.
    :param kept: index and heading of those that are kept with the record as they are.
    """

    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    kept: tuple[tuple[int, str], ...]


def plain(heading: str) -> str:
    """Give a heading as it is compared: without case, ё and punctuation."""
    return " ".join(_PUNCTUATION.sub(" ", normalised(heading)).split())


def planned(headings: Sequence[str], fields: Sequence[ImportField], mapping: ColumnMapping) -> Plan:
    """Say what becomes of each column, where nothing that a row needs is left unfilled.

    :param headings: of the sheet.
    :param fields: what may be filled.
    :param mapping: where it names columns, only those are used; else they are recognised.
    :raises MappingError: where the mapping names a column that the sheet does not have, or no
        column fills a field that is required or finds the records.
    """
    plan = laid_out(headings, fields, mapping)
    _require_reachable(plan.columns, fields, mapping)
    require_keys(plan, fields, mapping)
    return plan


def laid_out(
    headings: Sequence[str], fields: Sequence[ImportField], mapping: ColumnMapping
) -> Plan:
    """Say what becomes of each column, whatever may be lacking still; see :func:`planned`."""
    _require_headings(headings, mapping)
    rules = dict(mapping.columns) or recognised(headings, fields, mapping)
    by_name = {each.name: each for each in fields}
    columns, kept = [], []
    for index, heading in enumerate(headings):
        rule = rules.get(heading, ColumnRule(()))
        filled = tuple(by_name[one] for one in rule.fields if by_name[one].kind != NOTHING)
        if filled:
            columns.append(Column(index, heading, filled, rule))
        elif not rule.fields and heading not in mapping.options.ignore:
            kept.append((index, heading))
    return Plan(tuple(headings), tuple(columns), tuple(kept))


def _require_headings(headings: Sequence[str], mapping: ColumnMapping) -> None:
    for heading in named_headings(mapping):
        require_one(heading, headings, _("the file"))


def named_headings(mapping: ColumnMapping) -> Iterator[str]:
    """Give the headings that a mapping names: a file that lacks one of them is not meant by it."""
    yield from mapping.columns
    yield from mapping.options.ignore
    for rule in mapping.columns.values():
        yield from rule.when
    for composition in mapping.compose.values():
        yield from composition.headings


def recognised(
    headings: Sequence[str], fields: Sequence[ImportField], mapping: ColumnMapping
) -> dict[str, ColumnRule]:
    """Give a rule for each heading that means a field, by its name, its title or a synonym.

    The first column of a meaning wins, except where a field takes several: then each adds to it.
    What follows from other columns is passed over beside them alone: without them it may say
    something, and is a column as any other.
    """
    words = {heading: plain(_without_count(heading)) for heading in headings}
    meanings, following = _meanings(fields, set(words.values()))
    taken = set(mapping.compose)
    rules = {}
    for heading in sorted(headings, key=lambda one: words[one] in following):
        meant = (meanings.get(words[heading]), following.get(words[heading]))
        field = next((one for one in meant if one and one.name not in taken), None)
        if field is None or heading in mapping.options.ignore:
            continue
        rules[heading] = ColumnRule((field.name,))
        if field.kind not in SEVERAL:
            taken.add(field.name)
    return rules


def _without_count(heading: str) -> str:
    """Give a heading as it stood in the file: “Phone (2)” is the second “Phone”."""
    return re.sub(r" \(\d+\)$", "", heading)


_Meanings = dict[str, ImportField]


def _meanings(fields: Sequence[ImportField], words: Collection[str]) -> tuple[_Meanings, _Meanings]:
    """Give what headings mean: columns that fill something, and those that follow from others.

    :param words: all headings, as they are compared.
    """
    filled = [field for field in fields if field.kind != NOTHING]
    titled = {field.name for field in filled if not _plain_titles(field).isdisjoint(words)}
    following = [
        field for field in fields if field.kind == NOTHING and titled.issuperset(field.follows_from)
    ]
    spellings = [
        *((field.name, field) for field in filled),
        *((title, field) for field in filled for title in _titles(field)),
        *((synonym, field) for field in filled for synonym in field.synonyms),
    ]
    titles = [(title, field) for field in following for title in _titles(field)]
    return _by_spelling(spellings), _by_spelling(titles)


def _by_spelling(spellings: Iterable[tuple[str, ImportField]]) -> _Meanings:
    meanings: _Meanings = {}
    for spelling, field in spellings:
        meanings.setdefault(plain(spelling), field)
    return meanings


def _titles(field: ImportField) -> list[str]:
    """Give what a field is called, in whatever language the file was written."""
    titles = [str(field.title)]
    for language in LANGUAGES:
        with speaking(language):
            titles.append(str(field.title))
    return titles


def _plain_titles(field: ImportField) -> set[str]:
    return set(map(plain, _titles(field)))


def _require_reachable(
    columns: Sequence[Column], fields: Sequence[ImportField], mapping: ColumnMapping
) -> None:
    filled = _filled(columns, mapping)
    missing = [field for field in fields if field.required and field.name not in filled]
    if missing:
        message = _("No column fills %(fields)s: name one in a mapping", fields=_named(missing))
        raise MappingError(message)


def require_keys(plan: Plan, fields: Sequence[ImportField], mapping: ColumnMapping) -> None:
    """Refuse to look for records by what no row says: it would find nothing.

    :raises MappingError: at ``match``, where nothing fills a field that it names.
    """
    lacking = set(mapping.options.match) - _filled(plan.columns, mapping)
    if lacking:
        named = _named([field for field in fields if field.name in lacking])
        message = _("No column fills %(fields)s, by which rows find their records", fields=named)
        raise MappingError(message, {"match": message})


def _filled(columns: Sequence[Column], mapping: ColumnMapping) -> set[str]:
    filled = {field.name for column in columns for field in column.fields}
    return filled.union(mapping.compose, mapping.defaults)


def _named(fields: Sequence[ImportField]) -> str:
    return ", ".join(_("“%(name)s”", name=field.title) for field in fields)
