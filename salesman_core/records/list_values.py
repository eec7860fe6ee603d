"""Values as they stand in addresses: filters of lists and the places that cursors remember."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db.types import ScaledDecimal
from salesman_core.i18n import texts
from salesman_core.records.relative import PATTERN

_ = texts.lazy

ME: Final = "me"
"""Stands for whoever asks, where the id of a user is expected."""

MY_TEAM: Final = "my_team"
"""Stands for whoever asks and all of their team, and of those below it."""

MOST_TEXT: Final = 500
"""So long may a text be that a list is filtered by."""

_DIGITS: Final = 18
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_BITS: Final = {sa.SmallInteger: 15, sa.BigInteger: 63, sa.Integer: 31}
_WHOLE: Final = re.compile(r"-?\d{1,19}(\.0{1,9})?", re.ASCII)  # JSON Schema takes 98.0 as whole
_DECIMAL: Final = re.compile(r"-?\d{1,19}(\.\d{1,9})?", re.ASCII)
DATE_PATTERN: Final = r"\d{4}-\d{2}-\d{2}"
MOMENT_PATTERN: Final = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})"


class FieldKind(StrEnum):
    """What a field of a list holds: decides its operators and how its values are written."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    REF = "ref"
    """The id of another record."""
    USER = "user"
    """The id of a user; ``me`` stands for whoever asks, ``my_team`` for all of their team."""
    CHOICE = "choice"
    FLAG = "flag"


def kind_of_type(type_: sa.types.TypeEngine[Any]) -> FieldKind:
    """Give the kind whose notation fits the values of a column.

    :raises TypeError: for a type that has no order that both databases agree on.
    """
    if isinstance(type_, ScaledDecimal):
        return FieldKind.NUMBER
    by_python: dict[type[Any], FieldKind] = {
        str: FieldKind.TEXT,
        bool: FieldKind.FLAG,
        int: FieldKind.NUMBER,
        Decimal: FieldKind.NUMBER,
        date: FieldKind.DATE,
        datetime: FieldKind.MOMENT,
    }
    plain = type_.impl_instance if isinstance(type_, sa.TypeDecorator) else type_
    if plain.python_type not in by_python:
        message = f"a list cannot be sorted by a column of the type {type_!r}"
        raise TypeError(message)
    return by_python[plain.python_type]


def written(value: Any) -> str:
    """Give a value as :func:`read_value` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def read_value(kind: FieldKind, type_: sa.types.TypeEngine[Any], text: str) -> Any:
    """Give what *text* means for a column of *type_*.

    :raises ValueError: with what is wrong, for a person, where it means nothing.
    """
    return _READERS[kind](text, type_)


def schema_of(kind: FieldKind, type_: sa.types.TypeEngine[Any]) -> dict[str, Any]:
    """Give the JSON Schema of what :func:`read_value` takes."""
    if kind is FieldKind.NUMBER and isinstance(type_, sa.Integer):
        most = _most_whole(type_)
        return {"type": "integer", "minimum": -most, "maximum": most}
    if kind in {FieldKind.NUMBER, FieldKind.MONEY}:
        scale = type_.scale if isinstance(type_, ScaledDecimal) else 2
        whole = min(15, _DIGITS - scale)  # all of them fit into the column
        return {"type": "string", "pattern": rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{scale}}})?$"}
    return _SCHEMAS[kind]


def read_text(text: str, most: int = MOST_TEXT) -> str:
    """Give a text that the databases can take.

    :raises ValueError: for one that is too long or holds what is no character.
    """
    if len(text) > most:
        raise ValueError(_("Give at most %(most)s characters.", most=most))
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError(_("This is not a text."))
    return text


def text_schema(most: int) -> dict[str, Any]:
    """Give the JSON Schema of what :func:`read_text` takes."""
    return {"type": "string", "maxLength": most, "pattern": r"^[^\u0000]*$"}


def _number(text: str, type_: sa.types.TypeEngine[Any]) -> int | Decimal:
    if isinstance(type_, ScaledDecimal):
        return _scaled(text, type_.scale)
    if not isinstance(type_, sa.Integer):
        return _plain_decimal(text)
    most = _most_whole(type_)
    if not _WHOLE.fullmatch(text) or abs(Decimal(text)) > most:
        raise ValueError(_("%(value)s is not a whole number that fits here.", value=text))
    return int(Decimal(text))


def _most_whole(type_: sa.types.TypeEngine[Any]) -> int:
    bits = next((bits for base, bits in _BITS.items() if isinstance(type_, base)), 63)
    return (1 << bits) - 1


def _plain_decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(_("%(value)s is not a number.", value=text))
    return Decimal(text)


def _scaled(text: str, scale: int) -> Decimal:
    number = _plain_decimal(text)
    units = number.scaleb(scale)
    if units != int(units) or abs(units) >= 2**63:
        raise ValueError(
            _(
                "%(value)s has more than %(scale)s digits after the point, or is too large.",
                value=text,
                scale=scale,
            )
        )
    return number


def _money(text: str, type_: sa.types.TypeEngine[Any]) -> Decimal:
    return _scaled(text, type_.scale if isinstance(type_, ScaledDecimal) else 2)


def _date(text: str, _type: sa.types.TypeEngine[Any]) -> date:
    if re.fullmatch(DATE_PATTERN, text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError(_("%(value)s is not a date as 2026-11-23.", value=text))


def _moment(text: str, _type: sa.types.TypeEngine[Any]) -> datetime:
    if re.fullmatch(MOMENT_PATTERN, text, re.ASCII):
        try:
            return _utc(datetime.fromisoformat(text))
        except ValueError:  # as the 30th of February
            pass
    raise ValueError(_("%(value)s is not a moment as 2026-11-23T09:30:00Z.", value=text))


def _utc(moment: datetime) -> datetime:
    """Give a moment in UTC, the nearest one where its zone leads out of the calendar."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST if moment.year == 1 else _LAST


def _reference(text: str, _type: sa.types.TypeEngine[Any]) -> int:
    if not _WHOLE.fullmatch(text) or not 0 <= Decimal(text) < 2**63:
        raise ValueError(_("%(value)s is not the id of a record.", value=text))
    return int(Decimal(text))


def _flag(text: str, _type: sa.types.TypeEngine[Any]) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(_("Say true or false."))
    return text == "true"


_READERS: Final[dict[FieldKind, Callable[[str, sa.types.TypeEngine[Any]], Any]]] = {
    FieldKind.TEXT: lambda text, _type: read_text(text),
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.MOMENT: _moment,
    FieldKind.REF: _reference,
    FieldKind.USER: _reference,
    FieldKind.CHOICE: lambda text, _type: read_text(text),
    FieldKind.FLAG: _flag,
}

_ID: Final = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_TEXT: Final = text_schema(MOST_TEXT)
_PERIOD: Final = {"type": "string", "pattern": f"^({PATTERN})$"}
_SCHEMAS: Final[dict[FieldKind, dict[str, Any]]] = {
    FieldKind.TEXT: _TEXT,
    FieldKind.DATE: {
        "anyOf": [{"type": "string", "format": "date", "pattern": f"^{DATE_PATTERN}$"}, _PERIOD]
    },
    FieldKind.MOMENT: {
        "anyOf": [
            {"type": "string", "format": "date-time", "pattern": f"^{MOMENT_PATTERN}$"},
            _PERIOD,
        ]
    },
    FieldKind.REF: _ID,
    FieldKind.USER: {"anyOf": [_ID, {"type": "string", "enum": [ME, MY_TEAM]}]},
    FieldKind.CHOICE: _TEXT,
    FieldKind.FLAG: {"type": "boolean"},
}
