"""Mappings: small TOML files that say which column fills which field.

.. code-block:: toml

    [columns]
    opportunity_id = "external_id"
    deal_stage = ["stage", "outcome"]            # one column may fill several fields
    engage_date = { field = "opened_on", dates = "mdy" }
    paid = { field = "amount", when = { status = "Closed" } }
    planned = { field = "amount", when = { status = ["Active", "Draft"] } }

    [compose]
    name = "{product}, {account}"                # a field made of several columns

    [values.outcome]
    Won = "won"
    "*" = ""                                     # anything else: nothing

    [defaults]
    currency = "USD"                             # where a row has nothing of its own

    [options]
    source = "opportunities"                     # under which its external ids are kept
    match = ["external_id"]
    only = "update"                              # or "create"; without it both
    create_missing = ["client", "owner"]
    ignore = ["Column that nobody needs"]
    sheet = "Deals"                              # or: encoding, delimiter, dates, decimal

A mapping without ``[columns]`` leaves the columns to be recognised by their headings.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from salesman_core.i18n import texts
from salesman_core.records.custom.kinds import CUSTOM, EXTENSIONS
from salesman_core.records.imports.cells import SEVERAL
from salesman_core.records.imports.dates import ORDERS
from salesman_core.records.imports.errors import MappingError
from salesman_core.records.imports.sheet import Cell
from salesman_hookspecs import ImportField

_ = texts.gettext

ANYTHING_ELSE: Final = "*"
DECIMAL_MARKS: Final = (".", ",")
CREATE: Final = "create"
UPDATE: Final = "update"
_TABLES = ("columns", "compose", "values", "defaults", "options")
_PLACE = re.compile(r"\{([^{}]+)\}")
_DELIMITER = re.compile(r"[^\r\n\"]")


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a column fills.

    :param fields: names of fields.
    :param dates: the order of its dates: ``dmy``, ``mdy``, ``ymd``; empty to recognise it.
    :param decimal: its decimal mark: ``.`` or ``,``; empty to recognise it.
    :param when: only in rows in which these columns hold one of these texts. Several columns
        may fill one field, where each says when.
    """

    fields: tuple[str, ...]
    dates: str = ""
    decimal: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Composition:
    """A text made of columns, as ``{product}, {account}``."""

    template: str

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of its columns."""
        return tuple(_PLACE.findall(self.template))

    def filled(self, texts_by_heading: Mapping[str, str]) -> str:
        """Give the text; what stood around an empty cell is cut off at both ends."""
        made = _PLACE.sub(lambda place: texts_by_heading.get(place[1], ""), self.template)
        return " ".join(made.split()).strip(" ,;:/|·–—-")


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is read and its rows are matched.

    :param source: under which the external ids of the file are kept.
    :param match: fields whose values find the record that a row means; empty for the usual ones.
    :param only: what rows may do with the records of their kind: ``create`` or ``update`` them;
        empty for both.
    :param create_missing: fields whose records are made where there is none of that name.
    :param ignore: headings of columns that are not kept.
    :param sheet: of a workbook.
    :param encoding: of a CSV file.
    :param delimiter: of a CSV file.
    :param dates: the order of dates in all columns.
    :param decimal: the decimal mark in all columns.
    """

    source: str = "import"
    match: tuple[str, ...] = ()
    only: str = ""
    create_missing: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    dates: str = ""
    decimal: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A mapping, read and judged; an empty one leaves everything to recognition."""

    columns: Mapping[str, ColumnRule] = field(default_factory=dict)
    compose: Mapping[str, Composition] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, Cell] = field(default_factory=dict)
    options: Options = field(default_factory=Options)


def read_mapping(path: Path, fields: Sequence[ImportField]) -> ColumnMapping:
    """Read a mapping from a file; see :func:`mapping_of`."""
    try:
        return mapping_of(path.read_text(encoding="utf-8-sig"), fields)
    except UnicodeDecodeError as error:
        raise MappingError(_("The mapping is no text in UTF-8")) from error


def mapping_of(text: str, fields: Sequence[ImportField]) -> ColumnMapping:
    """Read a mapping from its TOML.

    :param text: the TOML.
    :param fields: the fields that it may name.
    :raises MappingError: where it is no TOML, or names what does not exist.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(_("The mapping is no TOML: %(why)s", why=error)) from error
    return mapping_from(tables, fields)


def mapping_from(tables: Mapping[str, Any], fields: Sequence[ImportField]) -> ColumnMapping:
    """Read a mapping from its tables, as TOML gives them; see :func:`mapping_of`."""
    _require_known(tables, _TABLES, _("a mapping"))
    names = [each.name for each in fields]
    columns = {
        heading: _column_rule(heading, value, names)
        for heading, value in _table(tables, "columns").items()
    }
    compose = _compositions(_table(tables, "compose"), names)
    _require_single(columns, compose, fields)
    return ColumnMapping(
        columns=columns,
        compose=compose,
        values=_value_maps(_table(tables, "values"), names),
        defaults=_defaults(_table(tables, "defaults"), names),
        options=_options(_table(tables, "options"), names),
    )


def require_one(name: str, known: Iterable[str], where: str) -> None:
    """Refuse a name that is not *known*, and suggest the one that may be meant.

    :raises MappingError: where it is not.
    """
    names = list(known)
    if name in names:
        return
    close = get_close_matches(name, names, n=1)
    if close:
        message = _(
            "%(where)s knows no “%(name)s”: is “%(close)s” meant?",
            where=where,
            name=name,
            close=close[0],
        )
    else:
        message = _(
            "%(where)s knows no “%(name)s”, only: %(known)s",
            where=where,
            name=name,
            known=", ".join(names),
        )
    raise MappingError(message[:1].upper() + message[1:])


def _require_known(table: Iterable[str], known: Iterable[str], where: str) -> None:
    for name in table:
        require_one(name, known, where)


def _require_single(
    columns: Mapping[str, ColumnRule], compose: Iterable[str], fields: Sequence[ImportField]
) -> None:
    taken = {name: f"[compose] {name}" for name in compose}
    single = {each.name for each in fields if each.kind not in SEVERAL}
    conditional: set[str] = set()
    for heading, rule in columns.items():
        for name in single.intersection(rule.fields):
            if rule.when and name in conditional:
                continue
            if rule.when:
                conditional.add(name)
            if name in taken:
                message = _(
                    "“%(first)s” and “%(second)s” both fill %(field)s: put them together under"
                    " [compose]",
                    first=taken[name],
                    second=heading,
                    field=name,
                )
                raise MappingError(message)
            taken[name] = heading


def _table(tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise MappingError(_("[%(name)s] must be a table", name=name))
    return table


def _column_rule(heading: str, value: object, names: Sequence[str]) -> ColumnRule:
    where = _("column “%(heading)s”", heading=heading)
    table = value if isinstance(value, dict) else {"field": value}
    _require_known(table, ("field", "dates", "decimal", "when"), where)
    fields = tuple(
        name for name in _names(table.get("field", ()), where) if not _is_absent(name, names)
    )
    _require_known(fields, names, where)
    return ColumnRule(
        fields,
        dates=_choice(table.get("dates", ""), ORDERS, where),
        decimal=_choice(table.get("decimal", ""), DECIMAL_MARKS, where),
        when=_when(table.get("when", {}), where),
    )


def _is_absent(name: str, names: Iterable[str]) -> bool:
    """Tell whether a field is that of a plugin which is not active: the column is kept unread."""
    owner, dot, _field = name.partition(".")
    known = {CUSTOM, EXTENSIONS, *(one.partition(".")[0] for one in names)}
    return bool(dot) and owner not in known


def _when(value: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        message = _("%(where)s: “when” is a table of columns and what they hold", where=where)
        raise MappingError(message)
    return {heading: _names(held, where) for heading, held in value.items()}


def _names(value: object, where: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
        raise MappingError(_("%(where)s: a name or a list of names is expected", where=where))
    return tuple(listed)


def _choice(value: object, choices: Sequence[str], where: str) -> str:
    if isinstance(value, str) and value in ("", *choices):
        return value
    message = _(
        "%(where)s: “%(value)s” is none of %(choices)s",
        where=where,
        value=value,
        choices=" ".join(choices),
    )
    raise MappingError(message)


def _compositions(table: Mapping[str, Any], names: Sequence[str]) -> dict[str, Composition]:
    _require_known(table, names, "[compose]")
    made = {}
    for name, template in table.items():
        if not isinstance(template, str) or not _PLACE.search(template):
            message = _("[compose] %(name)s: a text with {column} in it is expected", name=name)
            raise MappingError(message)
        made[name] = Composition(template)
    return made


def _value_maps(table: Mapping[str, Any], names: Sequence[str]) -> dict[str, dict[str, str]]:
    _require_known(table, names, "[values]")
    maps = {}
    for name, values in table.items():
        if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
            message = _("[values.%(name)s] must hold text for text", name=name)
            raise MappingError(message)
        maps[name] = values
    return maps


def _defaults(table: Mapping[str, Any], names: Sequence[str]) -> dict[str, Cell]:
    _require_known(table, names, "[defaults]")
    allowed = (str, int, float, bool, date, datetime, time)
    for name, value in table.items():
        if not isinstance(value, allowed):
            message = _("[defaults] %(name)s: one value is expected", name=name)
            raise MappingError(message)
    return dict(table)


def _options(table: Mapping[str, Any], names: Sequence[str]) -> Options:
    where = "[options]"
    _require_known(table, Options.__dataclass_fields__, where)
    given: dict[str, Any] = {}
    for name, value in table.items():
        if name in ("match", "create_missing", "ignore"):
            given[name] = _names(value, f"{where} {name}")
        elif isinstance(value, str) and "\0" not in value:
            given[name] = value
        else:
            raise MappingError(_("%(where)s %(name)s: a text is expected", where=where, name=name))
    options = Options(**given)
    _require_known(options.match + options.create_missing, names, where)
    _choice(options.only, (CREATE, UPDATE), f"{where} only")
    _choice(options.dates, ORDERS, f"{where} dates")
    _choice(options.decimal, DECIMAL_MARKS, f"{where} decimal")
    if options.delimiter and not _DELIMITER.fullmatch(options.delimiter):
        raise MappingError(_("%(where)s delimiter: one character is expected", where=where))
    return options
