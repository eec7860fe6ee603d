"""Finding records of one kind by name, number, phone or email, and by what was nearly typed.

A kind is described once and handed to the search box as a source::

    FOUND = Findable(
        kind="leads.lead",
        id=Lead.id,
        name=Lead.search_title,
        read=sa.select(Lead.id, Lead.title, Lead.source),
        hit=lambda row, score: SearchHit(row.title, f"/leads/{row.id}", row.source, score),
    )

    search_source("leads", _("Leads"), "inbox", permissions.VIEW, FOUND)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.records import visible
from salesman_core.db import AnyRow, normalised, planned_afresh, reading, trigrams
from salesman_core.records import reach
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.list_fields import Column, Condition, contains, either, sql_of
from salesman_core.records.nearness import distance, near_patterns, words_of
from salesman_core.services.company import company
from salesman_hookspecs import Person, SearchHit, SearchSource, Text

_NUMBER: Final = re.compile(r"[\d\s()+.\-–/]+")
_FEWEST_DIGITS: Final = 4
"""So many digits of a phone find it."""
_RECORD: Final = re.compile(r"(?:#|no)?\s?([0-9]{1,18})")
"""The number of a record, as people write it before it is normalised: ``214``, ``#214``, ``№ 214``.
"""
_MOST_JUDGED: Final = 500
"""So many names are compared with what was typed at most."""
_BESIDE: Final = ("«{}»", "“{}”", '"{}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """What records of one kind are found by.

    :param kind: the kind of record, as ``leads.lead``: only what is visible is found.
    :param id: the column of the records' ids.
    :param name: the ``Norm`` column with the name; with ``info=TRIGRAMS`` it goes by an index, and
        a typo is forgiven.
    :param read: selects what ``hit`` needs, with its joins and without any condition.
    :param hit: makes a hit of a row and its score.
    :param phones: the column of a table of phones (:class:`Reach`) that refers to the record.
    :param emails: the same for emails.
    :param words: gives the ids of the records in whose further texts all words stand, or None.
    :param numbered: whether people know the records by their number, as deals.
    :param behind: which records stand behind others that fit as well, as closed deals.
    """

    kind: str
    id: Column
    name: Column
    read: sa.Select[*tuple[Any, ...]]
    hit: Callable[[AnyRow, float], SearchHit]
    phones: Column | None = None
    emails: Column | None = None
    words: Callable[[str], sa.Select[Any] | None] | None = None
    numbered: bool = False
    behind: Condition | None = None


def search_source(
    id_: str, title: Text, icon: str, permission: str, findable: Findable
) -> SearchSource:
    """Give what the search box finds and what it forgives, for ``salesman_search_sources``."""

    def find(typed: str, person: Person, limit: int) -> Sequence[SearchHit]:
        return found(findable, typed, person, limit)

    def near(typed: str, person: Person, limit: int) -> Sequence[SearchHit]:
        return nearly_found(findable, typed, person, limit)

    return SearchSource(id_, title, icon, permission, find, near)


def found(findable: Findable, typed: str, person: Person, limit: int) -> list[SearchHit]:
    """Give the records that have all that was typed, the best first, in one statement."""
    rows = found_rows(findable, typed, person, limit)
    return [findable.hit(row, float(row.score)) for row in rows]


def found_rows(findable: Findable, typed: str, person: Person, limit: int) -> Sequence[AnyRow]:
    """Give what ``read`` selects of these records, each with its ``score``."""
    words = normalised(typed)
    if not words:
        return []
    exact = _reached(findable, words)
    further = findable.words(typed) if findable.words is not None else None
    condition = _named(findable.name, words)
    others = [one for one in (exact, further) if one is not None]
    if others:
        condition = either(findable.id, condition, *others)
    score = _score(findable, words, exact)
    statement = (
        findable.read.add_columns(score)
        .where(visible(findable.kind, person=person), condition)
        .order_by(score.desc(), findable.name, findable.id)
        .limit(limit)
    )
    with planned_afresh(reading().connection()):
        return reading().execute(statement).all()


def nearly_found(findable: Findable, typed: str, person: Person, limit: int) -> list[SearchHit]:
    """Give the records whose names are a typo away from what was typed, in two statements.

    A phone and an address are not guessed at, and without an index there is nothing to go by.
    """
    seen = visible(findable.kind, person=person)
    near = near_names(sa.select(findable.id, findable.name), findable.name, typed, seen)[:limit]
    if not near:
        return []
    statement = findable.read.where(findable.id.in_([id_ for id_, _score in near]))
    rows = {row.id: row for row in reading().execute(statement)}
    return [findable.hit(rows[id_], score) for id_, score in near if id_ in rows]


def near_names(
    read: sa.Select[Any], name: Column, typed: str, condition: Condition
) -> list[tuple[int, float]]:
    """Give which records have a name near to what was typed and how near, the nearest first.

    :param read: selects ids and names.
    :param condition: of the records that may be given: access above all.
    :returns: ids with scores below 0.5, which a hit of :func:`found` has at least.
    """
    patterns = [] if "@" in typed else near_patterns(typed)
    if not patterns or not trigrams.is_indexed(sql_of(name)):
        return []
    near = trigrams.holding(sql_of(name), patterns)
    with planned_afresh(reading().connection()):
        rows = reading().execute(read.where(condition, near).limit(_MOST_JUDGED)).all()
    return _judged([(row[0], row[1]) for row in rows], words_of(typed))


def _judged(names: Sequence[tuple[int, str]], typed: Sequence[str]) -> list[tuple[int, float]]:
    letters = sum(map(len, typed))
    near = [
        (apart, len(name), id_)
        for id_, name in names
        if (apart := distance(typed, name)) is not None
    ]
    return [(id_, 0.45 * max(0.0, 1 - apart / letters)) for apart, _length, id_ in sorted(near)]


def _reached(findable: Findable, words: str) -> sa.Select[*tuple[Any, ...]] | None:
    """Give the ids of the records of a phone, email or number; None where none was typed.

    Who may not read phones and emails does not find anybody by them either.
    """
    ways = []
    readable = sees_contact_data()
    if readable and findable.phones is not None and _NUMBER.fullmatch(words):
        ways += _reaching(findable.phones, phone_condition(words, _normalised_of(findable.phones)))
    if readable and findable.emails is not None and "@" in words:
        column = _normalised_of(findable.emails)
        ways += _reaching(findable.emails, contains(column, words))
    if findable.numbered and (number := _RECORD.fullmatch(words)):
        ways.append(sa.select(sql_of(findable.id)).where(findable.id == int(number[1])))
    if not ways:
        return None
    every = sa.union(*ways).subquery()
    return sa.select(every.c[0])


def _named(name: Column, words: str) -> Condition:
    """Give the SQL of the names that have all words; one of two letters begins a word.

    A part of two letters has no index, and half of all names have it.
    """
    if len(words) > 2 or not trigrams.is_indexed(sql_of(name)):  # noqa: PLR2004  # see above
        return contains(name, words)
    beginning = f" {trigrams.spaced(words)}"
    if len(words) == 1 or beginning.isspace():
        return sa.type_coerce(name, sa.Text()).startswith(words, autoescape=True)
    return trigrams.holding(sql_of(name), [[(beginning,)]])


def _normalised_of(refers: Column) -> sa.Column[Any]:
    table: Any = sql_of(refers)
    column: sa.Column[Any] = table.table.c.normalised
    return column


def _reaching(refers: Column, condition: Condition | None) -> list[sa.Select[Any]]:
    return [] if condition is None else [sa.select(sql_of(refers)).where(condition)]


def phone_condition(typed: str, column: sa.Column[Any]) -> Condition | None:
    """Give the SQL of the phones that a number means, whole or a part; None for too few digits.

    :param typed: in any notation: with or without the code of the country, or its last digits.
    :param column: with phones in E.164.
    """
    whole = reach.phone(typed, company().region).normalised
    if whole is not None:
        return column == whole
    digits = re.sub(r"\D", "", typed)
    if len(digits) < _FEWEST_DIGITS:
        return None
    parts = [digits, *reach.without_trunk(digits, company().region)]
    return sa.or_(*(contains(column, part) for part in parts))


def _score(
    findable: Findable, words: str, exact: sa.Select[*tuple[Any, ...]] | None
) -> sa.Label[float]:
    """Give what hits are sorted by: the very record, its whole name, a beginning, a part."""
    text = sa.type_coerce(findable.name, sa.Text())
    cases: list[tuple[Condition, sa.ColumnElement[float]]] = [
        (text == words, sa.literal(0.95)),
        (_stands(text, words, _BESIDE), sa.literal(0.9)),
        (text.startswith(words, autoescape=True), sa.literal(0.8)),
        (_stands(text, words, (" {}", "«{}", '"{}', "({}")), sa.literal(0.7)),
    ]
    if exact is not None:
        cases.insert(0, (findable.id.in_(exact), sa.literal(1.0)))
    score: sa.ColumnElement[float] = sa.case(*cases, else_=sa.literal(0.6))
    if findable.behind is not None:
        score = score - sa.case((findable.behind, sa.literal(0.05)), else_=sa.literal(0.0))
    return score.label("score")


def _stands(text: Any, words: str, shapes: Sequence[str]) -> Condition:
    return sa.or_(*(text.contains(shape.format(words), autoescape=True) for shape in shapes))
