"""Numbers, days and rates as papers of a language write them.

A paper has its own language, whoever prints it: these ask nobody who reads.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from salesman_requisites.toolkit import MOST_IN_WORDS, amount_in_words

_DAYS: Final = {"ru": "d MMMM y 'г'.", "en": "d MMMM y"}
_SHORT: Final = {"ru": "dd.MM.y", "en": "d MMM y"}
_TOUCHING: Final = re.compile(r"(?<=[A-Z])(?=\d)")
"""Where Babel lets the letters of a currency touch its number, as it does in English."""
_THREE_NAMES: Final = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:\s+[А-ЯЁ][а-яё]+){2}")


def money(amount: Decimal, language: str) -> str:
    """Give an amount with both its hundredths: ``45 000,00``, ``45,000.00``."""
    return format_decimal(amount, "#,##0.00", locale=language)


def money_with_sign(amount: Decimal, currency: str, language: str) -> str:
    """Give an amount with its currency: ``45 000,00 ₽``, ``€45,000.00``, ``RUB 45,000.00``."""
    return _TOUCHING.sub("\N{NO-BREAK SPACE}", format_currency(amount, currency, locale=language))


def number(value: Decimal, language: str) -> str:
    """Give a quantity or a rate with as many digits as it has: ``2``, ``1,5``."""
    return format_decimal(value, "#,##0.###", locale=language)


def day(value: date, language: str) -> str:
    """Give a day: ``30 ноября 2026 г.``, ``30 November 2026``."""
    return format_date(value, _DAYS[language], locale=language)


def short_day(value: date, language: str) -> str:
    """Give a day as a payment order has it: ``30.11.2026``."""
    return format_date(value, _SHORT[language], locale=language)


def in_words(amount: Decimal, currency: str, language: str) -> str:
    """Give an amount in words, or nothing of one that is too large to be put into words."""
    return amount_in_words(amount, currency, language) if abs(amount) <= MOST_IN_WORDS else ""


def with_initials(name: str) -> str:
    """Give a Russian name as it stands beside a signature: ``Иванова А. П.``.

    Only one of surname, name and patronymic is shortened; any other stays as it is.
    """
    parts = name.split()
    if not _THREE_NAMES.fullmatch(name.strip()):
        return name
    return "\u00a0".join((parts[0], *(f"{part[0]}." for part in parts[1:])))
