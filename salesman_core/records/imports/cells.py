"""Cells read into the values of fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from salesman_core.db import normalised
from salesman_core.i18n import texts
from salesman_core.records.contact_data import is_masked
from salesman_core.records.imports.amounts import (
    bounded,
    exact,
    in_hundredths,
    read_money,
    read_number,
)
from salesman_core.records.imports.dates import read_date, read_moment
from salesman_core.records.imports.errors import CellError
from salesman_core.records.imports.sheet import Cell
from salesman_core.records.listing import listed, pieces

_ = texts.gettext

_KEPT_DIGITS = 10**15
"""Spreadsheets keep fifteen digits of a number: from here on the last ones are lost."""
_NOTHING = ("-", "–", "—")
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|NULL!|NUM!|DIV/0!|SPILL!|CALC!)")
_BETWEEN_PHONES = re.compile(r"[,;|\n/]+")
_FEWEST_PHONE_DIGITS = 5
_ADDRESS = re.compile(r"[^\s,;|<>()\"'“”«»]+@[^\s,;|<>()\"'“”«»]+")
_YES = ("1", "yes", "y", "true", "да", "истина", "+", "x", "х", "✓", "✔", "on")
_NO = ("0", "no", "n", "false", "нет", "ложь", "off")


NOTHING: Final = "nothing"
"""The kind of columns of our own exports that say nothing which others do not."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a column, for cells that do not tell by themselves.

    :param date_order: ``dmy``, ``mdy``, ``ymd``, or empty.
    :param decimal_mark: ``.``, ``,`` or empty.
    :param zone: the company's time zone, for moments without an offset.
    """

    date_order: str = ""
    decimal_mark: str = ""
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell was read into.

    :param value: a ``str``, ``Decimal``, ``date``, ``datetime`` in UTC, ``bool``, or a tuple of
        ``str``, by the kind of its field.
    :param warning: what deserves a look, or empty.
    :param currency: the code of the currency that stands beside an amount, or empty.
    """

    value: Any
    warning: str = ""
    currency: str = ""


def text_of(cell: Cell) -> str:
    """Give a cell as its spreadsheet would show it, dates as ISO 8601."""
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return f"{Decimal(repr(cell)):.0f}"
        case float():
            return f"{exact(cell):f}"
        case datetime():
            return cell.isoformat(sep=" ")
        case timedelta():
            return _hours(cell)
        case _:
            return str(cell)


def _hours(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def is_error(cell: Cell) -> bool:
    """Tell whether a cell shows that its formula failed, as ``#REF!`` does."""
    return isinstance(cell, str) and cell.startswith("#") and bool(_ERROR.fullmatch(cell))


def read_cell(kind: str, cell: Cell, hints: Hints) -> Reading | None:
    """Read a cell into the value of a field; None where there is nothing in it.

    :param kind: of the field, as in ``ImportField.kind``.
    :param cell: what stands in the cell.
    :param hints: what is known of its column.
    :raises CellError: where the cell does not hold such a value.
    """
    if cell == "":
        return None
    if is_error(cell):
        raise CellError(text_of(cell), _("A formula of the spreadsheet failed here."))
    if kind != "text" and cell in _NOTHING:
        return None
    return READERS[kind](cell, hints)


def _text(cell: Cell, _hints: Hints) -> Reading:
    warning = ""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _KEPT_DIGITS:
        warning = _("The spreadsheet kept only the first 15 digits of this number.")
    return Reading(text_of(cell), warning)


def _money(cell: Cell, hints: Hints) -> Reading:
    amount, currency = (
        read_money(cell, hints.decimal_mark) if isinstance(cell, str) else (_counted(cell), "")
    )
    rounded = in_hundredths(amount)
    warning = "" if rounded == amount else _("rounded to %(amount)s", amount=rounded)
    return Reading(rounded, warning, currency)


def _number(cell: Cell, hints: Hints) -> Reading:
    if isinstance(cell, str):
        return Reading(read_number(cell, hints.decimal_mark))
    return Reading(_counted(cell))


def _counted(cell: Cell) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise CellError(text_of(cell), _("A number is expected."))
    return bounded(exact(cell), text_of(cell))


def _date(cell: Cell, hints: Hints) -> Reading:
    return Reading(read_date(cell, text_of(cell), hints.date_order, hints.zone))


def _moment(cell: Cell, hints: Hints) -> Reading:
    return Reading(read_moment(cell, text_of(cell), hints.date_order, hints.zone))


def _phones(cell: Cell, _hints: Hints) -> Reading | None:
    phones: list[str] = []
    for piece in pieces(_unmasked(cell)):
        phones += [piece.text] if piece.quoted else _phones_in(piece.text)
    return _several(phones)


def _unmasked(cell: Cell) -> str:
    """Give the text of a cell, where nothing in it was written for eyes that may not see it.

    Kept, it would stand for the phone or address that it hides.
    """
    text = text_of(cell)
    if is_masked(text):
        raise CellError(text, _("This is masked: whoever wrote the file might not read it."))
    return text


def _phones_in(text: str) -> list[str]:
    phones: list[str] = []
    for piece in _BETWEEN_PHONES.split(text):
        part = " ".join(piece.split())
        digits = sum(character.isdigit() for character in part)
        if part and phones and digits < _FEWEST_PHONE_DIGITS:
            phones[-1] += f", {part}"  # an extension, as in “+7 342 200-00-00, доб. 12”
        elif part:
            phones.append(part)
    return phones


def _emails(cell: Cell, _hints: Hints) -> Reading | None:
    found: list[str] = []
    rest: list[str] = []
    for piece in pieces(_unmasked(cell)):
        addresses = [piece.text] if piece.quoted else _addresses_in(piece.text)
        if addresses and not piece.quoted:
            rest += re.findall(r"\w+", _ADDRESS.sub(" ", piece.text))
        found += addresses or [piece.text.strip(" ,;|\n")]
    several = _several(found)
    warning = _("Beside the address stood: %(rest)s.", rest=" ".join(rest)) if rest else ""
    return several and Reading(several.value, warning)


def _addresses_in(text: str) -> list[str]:
    return [address.removeprefix("mailto:").strip(".") for address in _ADDRESS.findall(text)]


def _list(cell: Cell, _hints: Hints) -> Reading | None:
    return _several(listed(text_of(cell)))


def _several(parts: Iterable[str]) -> Reading | None:
    """Give the parts that hold something, each once."""
    once: dict[str, str] = {}
    for part in parts:
        if part:
            once.setdefault(normalised(part), part)
    return Reading(tuple(once.values())) if once else None


def _flag(cell: Cell, _hints: Hints) -> Reading:
    text = text_of(cell)
    plain = normalised(text)
    if plain in _YES:
        return Reading(value=True)
    if plain in _NO:
        return Reading(value=False)
    raise CellError(text, _("Yes or no is expected."))


def _nothing(_cell: Cell, _hints: Hints) -> None:
    return None


READERS: Final[dict[str, Callable[[Cell, Hints], Reading | None]]] = {
    "text": _text,
    "money": _money,
    "number": _number,
    "date": _date,
    "moment": _moment,
    "phones": _phones,
    "emails": _emails,
    "list": _list,
    "flag": _flag,
    NOTHING: _nothing,
}
SEVERAL: Final = ("phones", "emails", "list")
"""Kinds of which one field may take several columns."""
