"""Amounts in words: cardinals by num2words, units and their cases by our own tables.

What num2words says of money is not used: it takes a whole number for hundredths, does not know the
tenge in English, and writes the hundredths in words only. Its feminine cardinals are right below a
thousand alone («одна миллион» above), so no more than the last three digits are asked for.
"""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Final

from salesman_requisites.amounts.units import ENGLISH, RUSSIAN, Unit, Units

MOST: Final = Decimal("999999999999999.99")
"""The largest amount that is put into words; a sum of money holds no more digits either."""

_TEENS: Final = range(11, 15)
_FEW: Final = range(2, 5)


def amount_in_words(
    amount: Decimal, currency: str, language: str, *, hundredths_in_words: bool = False
) -> str:
    """Give an amount in words, with a capital letter, as papers have it.

    «Двенадцать тысяч рублей 50 копеек»; "Twelve thousand rubles 50 kopecks". Of a currency whose
    units nobody has named here the code stands instead: «Двенадцать тысяч GBP 50/100».

    :param amount: with at most two digits after the point, from -:data:`MOST` to :data:`MOST`.
    :param currency: ISO 4217; rubles, tenge, dollars, euros, Belarusian rubles and yuan have names.
    :param language: ``ru`` or ``en``.
    :param hundredths_in_words: the kopecks in words as well, and not in two figures.
    :raises ValueError: for an amount with more digits, and for another language.
    """
    if language not in _LANGUAGES:
        message = f"amounts are put into words in {', '.join(_LANGUAGES)}, not in {language!r}"
        raise ValueError(message)
    whole, hundredths = _taken_apart(amount)
    units = _LANGUAGES[language].get(currency)
    if units is None:
        text = f"{_cardinal(whole, language)} {currency} {hundredths:02}/100"
    else:
        text = _said(whole, hundredths, units, language, in_words=hundredths_in_words)
    if amount < 0:
        text = f"{_MINUS[language]} {text}"
    return text[0].upper() + text[1:]


def _taken_apart(amount: Decimal) -> tuple[int, int]:
    if not amount.is_finite() or abs(amount) > MOST:
        message = f"{amount} is beyond {MOST}"
        raise ValueError(message)
    scaled = abs(amount) * 100
    if scaled != int(scaled):
        message = f"{amount} has more than two digits after the point"
        raise ValueError(message)
    return divmod(int(scaled), 100)


def _said(whole: int, hundredths: int, units: Units, language: str, *, in_words: bool) -> str:
    said = f"{_counted(whole, units.whole, language)} {_form(whole, units.whole, language)}"
    unit = _form(hundredths, units.hundredth, language)
    if not in_words:
        return f"{said} {hundredths:02} {unit}"
    joint = " and " if language == "en" else " "
    return f"{said}{joint}{_counted(hundredths, units.hundredth, language)} {unit}"


def _form(count: int, unit: Unit, language: str) -> str:
    """Give a unit in the form that a number asks for."""
    if language == "en":
        return unit.one if count == 1 else unit.many
    if count % 100 in _TEENS:
        return unit.many
    if count % 10 == 1:
        return unit.one
    return unit.few if count % 10 in _FEW else unit.many


def _counted(count: int, unit: Unit, language: str) -> str:
    if language == "en" or not unit.feminine:
        return _cardinal(count, language)
    thousands, rest = count - count % 1000, count % 1000
    parts = [_cardinal(thousands, language)] if thousands else []
    if rest or not thousands:
        parts.append(_cardinal(rest, language, gender="f"))
    return " ".join(parts)


@functools.lru_cache(maxsize=1024)
def _cardinal(number: int, language: str, **how: str) -> str:
    from num2words import num2words  # noqa: PLC0415  # sixty languages take long to load

    return str(num2words(number, lang=language, **how)).replace(",", "")


_LANGUAGES: Final = {"ru": RUSSIAN, "en": ENGLISH}
_MINUS: Final = {"ru": "минус", "en": "minus"}
