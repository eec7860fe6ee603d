"""What people type in their own way, turned into the notation of the JSON API.

``45 000,00``, ``12.3.26`` and ``40 %`` are read as they are meant; what cannot be read raises a
``ValueError`` with the reason, for the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports.amounts import in_hundredths, read_money, read_number
from salesman_core.records.imports.dates import own_order, read_date, taken_apart
from salesman_core.records.imports.errors import CellError
from salesman_core.services.company import company
from salesman_core.web.forms import number_or_none
from salesman_core.web.locale import current_language
from salesman_hookspecs import Text

_ = texts.lazy

_MARKS: Final = {"ru": ",", "en": "."}
_DECIMAL_MARK = str.maketrans({".": ","})


def text_of(typed: str) -> str:
    """Give what was typed without the space around it."""
    return typed.strip()


def money_of(typed: str) -> Decimal:
    """Give an amount typed in any usual notation, 0 for nothing."""
    return _money(typed)[0]


def decimal_of(typed: str) -> Decimal:
    """Give a number typed in any usual notation.

    :raises CellError: where it is none.
    """
    return read_number(typed, _MARKS.get(current_language(), ""))


def currency_in(typed: str) -> str:
    """Give the code of the currency that was typed beside an amount, or an empty string."""
    return _money(typed)[1]


def _money(typed: str) -> tuple[Decimal, str]:
    if not typed.strip():
        return Decimal(0), ""
    amount, currency = read_money(typed, _MARKS.get(current_language(), ""))
    if in_hundredths(amount) != amount:
        raise ValueError(_("At most %(scale)s digits after the point.", scale=2))
    return amount, currency


def date_of(typed: str) -> date | None:
    """Give a date typed in any usual notation, None for nothing."""
    typed = typed.strip()
    if not typed:
        return None
    parts = taken_apart(typed)
    order = (own_order(parts) if parts else "") or "dmy"
    return read_date(typed, typed, order, company().tz)


def number_of(typed: str) -> int | None:
    """Give a whole number, as an id or a percentage; None for nothing."""
    typed = typed.strip().removesuffix("%").rstrip()
    if not typed:
        return None
    number = number_or_none(typed)
    if number is None:
        raise ValueError(_("A whole number is expected."))
    return number


Reader = Callable[[str], Any]


def read_typed(
    typed: Mapping[str, str], readers: Mapping[str, Reader], *names: str
) -> dict[str, Any]:
    """Give the values of some fields of a form, as the JSON API names them; absent ones left out.

    :param readers: how each field is read.
    :raises InvalidError: by field, for what could not be read.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for name in names:
        if name not in typed:
            continue
        try:
            values[name] = readers[name](typed[name])
        except CellError as error:
            wrong[name] = error.reason
        except ValueError as error:
            wrong[name] = error.args[0]
    if wrong:
        raise InvalidError(_("Something could not be read."), wrong)
    return values


def written(value: Any) -> str:
    """Give a value as it stands in a field: what is read as the same again."""
    if isinstance(value, Decimal):
        return _plain_amount(value)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return "" if value is None else str(value)


def _plain_amount(amount: Decimal) -> str:
    """Give an amount without its gaps, hundredths only where there are some."""
    if amount == 0:
        return ""
    text = f"{amount:f}" if amount % 1 else f"{amount:.0f}"
    return text.translate(_DECIMAL_MARK) if current_language() == "ru" else text
