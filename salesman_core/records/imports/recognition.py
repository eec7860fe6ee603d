"""What was recognised in a file, in words, and how a person can say it otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from salesman_core.i18n import texts
from salesman_core.records.imports.mapping import Options
from salesman_core.records.imports.plan import Column, Plan
from salesman_core.records.imports.sheet import Layout
from salesman_core.records.imports.survey import Survey
from salesman_hookspecs import Text

_ = texts.lazy

_ENCODINGS: Final = {
    "utf-8-sig": "UTF-8",
    "cp1251": "Windows-1251",
    "utf-16": "UTF-16",
    "cp866": "DOS (cp866)",
    "koi8-r": "KOI8-R",
    "cp1252": "Windows-1252",
}
"""Those that can be chosen; “UTF-8” is read with a mark at its beginning and without one."""
_SAME: Final = {"utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
_DELIMITERS: Final = {
    ";": _("“;” semicolon"),
    ",": _("“,” comma"),
    "\t": _("tab"),
    "|": _("“|” vertical bar"),
}
_ORDERS: Final = {
    "dmy": _("31.12.2026, day first"),
    "mdy": _("12/31/2026, month first"),
    "ymd": _("2026-12-31, year first"),
}
_PARTING: Final = {
    " ": _("spaces"),
    "'": _("apostrophes"),
    "’": _("apostrophes"),
    ".": _("points"),
    ",": _("commas"),
}
_MARKS: Final = {",": _("comma, as 45 000,50"), ".": _("point, as 45,000.50")}


def reading_words(options: Options) -> list[tuple[Text, Text]]:
    """Give in what respects a mapping says how files are read, and how."""
    said: tuple[tuple[Text, str, Mapping[str, Text]], ...] = (
        (_("Sheet"), options.sheet, {}),
        (_("Encoding"), options.encoding, _ENCODINGS),
        (_("Between cells"), options.delimiter, _DELIMITERS),
        (_("Order of dates"), options.dates, _ORDERS),
        (_("Decimal mark"), options.decimal, _MARKS),
    )
    return [(title, titles.get(chosen, chosen)) for title, chosen, titles in said if chosen]


def order_title(order: str) -> Text:
    """Give an order of dates in words, as ``dmy``."""
    return _ORDERS[order]


def mark_title(mark: str) -> Text:
    """Give a decimal mark in words."""
    return _MARKS[mark]


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """An option of a mapping, as a person chooses it on a page.

    :param name: of its control, as in :class:`~.mapping.Options`.
    :param chosen: what a person or the mapping says; empty for what is usual or recognised.
    :param options: what can be chosen: value and title, the first being the empty one.
    """

    name: str
    title: Text
    chosen: str
    options: Sequence[tuple[str, Text]]


def reading_choices(layout: Layout, options: Options) -> list[OptionChoice]:
    """Give how a file is read, in every respect that can be said otherwise."""
    each_column = _("by column")
    dates = _choice("dates", _("Order of dates"), options.dates, each_column, _ORDERS)
    decimal = _choice("decimal", _("Decimal mark"), options.decimal, each_column, _MARKS)
    return [*_of_layout(layout, options), dates, decimal]


def _of_layout(layout: Layout, options: Options) -> Iterator[OptionChoice]:
    if layout.kind == "CSV":
        found = _found(_SAME.get(layout.encoding, layout.encoding), options.encoding, _ENCODINGS)
        yield _choice("encoding", _("Encoding"), options.encoding, found, _ENCODINGS)
        found = _found(layout.delimiter, options.delimiter, _DELIMITERS)
        yield _choice("delimiter", _("Between cells"), options.delimiter, found, _DELIMITERS)
    elif len(layout.sheets) > 1:
        sheets = {name: name for name in layout.sheets}
        found = _found(layout.sheet, options.sheet, sheets)
        yield _choice("sheet", _("Sheet"), options.sheet, found, sheets)


def _found(found: str, chosen: str, titles: Mapping[str, Text]) -> Text:
    """Give the title of leaving something to recognition: with what was found, where it was."""
    if chosen:
        return _("recognise it")
    return _("recognised: %(what)s", what=titles.get(found, found))


def _choice(
    name: str, title: Text, chosen: str, recognised: Text, titles: Mapping[str, Text]
) -> OptionChoice:
    known = titles if not chosen or chosen in titles else {chosen: chosen, **titles}
    return OptionChoice(name, title, chosen, [("", recognised), *known.items()])


@dataclass(frozen=True, slots=True)
class ColumnTold:
    """How the dates or amounts of a column are read.

    :param words: what was recognised.
    :param is_doubtful: whether a person should look at it.
    """

    heading: str
    words: Text
    is_doubtful: bool = False


def columns_told(plan: Plan, survey: Survey, options: Options) -> list[ColumnTold]:
    """Give how the columns of dates and amounts are read, those in which something stands."""
    told = []
    for column in plan.columns:
        if column.index not in survey.filled:
            continue
        if column.index in survey.orders:
            told.append(_dates_told(column, survey, options))
        if column.index in survey.marks:
            told.append(_amounts_told(column, survey, options))
    return told


def _dates_told(column: Column, survey: Survey, options: Options) -> ColumnTold:
    evidence = survey.orders[column.index]
    order = _ORDERS.get(survey.hints(column, options).date_order, "")
    heading, is_doubtful = column.heading, False
    if column.rule.dates or options.dates:
        words = _("dates: %(order)s (chosen)", order=order)
    elif evidence.order:
        words = _("dates: %(order)s", order=order)
    elif evidence.seen:
        words, is_doubtful = _("dates: in both orders, choose one"), True
    elif evidence.undecided and order:
        words = _("dates: %(order)s (as in the other columns)", order=order)
    elif evidence.undecided:
        words = _("dates: day and month cannot be told apart, choose their order")
        is_doubtful = True
    else:
        words = _("dates: without a doubt")
    return ColumnTold(heading, words, is_doubtful)


def _amounts_told(column: Column, survey: Survey, options: Options) -> ColumnTold:
    evidence = survey.marks[column.index]
    mark = _MARKS.get(survey.hints(column, options).decimal_mark, "")
    if column.rule.decimal or options.decimal:
        words = _("decimal mark: %(mark)s (chosen)", mark=mark)
    elif mark:
        words = _("decimal mark: %(mark)s", mark=mark)
    elif evidence.seen:
        words = _("decimal marks: both, each number is read by the one that it shows")
    else:
        words = _("decimal mark: none to be seen")
    return ColumnTold(column.heading, _with_thousands(words, column, survey, options))


def _with_thousands(words: Text, column: Column, survey: Survey, options: Options) -> Text:
    """Add by what thousands are parted, as they are read: never by what is the decimal mark."""
    mark = survey.hints(column, options).decimal_mark
    if not mark and all(each.kind == "number" for each in column.fields):
        mark = "."  # as read_number takes it
    parting = survey.marks[column.index].parting - {mark}
    signs = dict.fromkeys(str(title) for sign, title in _PARTING.items() if sign in parting)
    if not signs:
        return words
    return _("%(words)s; thousands are parted by %(signs)s", words=words, signs=", ".join(signs))
