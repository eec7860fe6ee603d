"""Countries of firms and currencies of accounts, as they may be chosen."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from babel import Locale
from babel.numbers import list_currencies

_FIRST: Final = ("RU", "KZ", "BY")
_USUAL: Final = ("RUB", "USD", "EUR", "CNY", "KZT", "BYN")
_LETTERS: Final = 2

COUNTRIES: Final = tuple(
    sorted(
        code
        for code in map(str, Locale("en").territories)
        if len(code) == _LETTERS and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ"}
    )
)
"""ISO 3166, two letters each."""

CURRENCIES: Final = tuple(sorted(list_currencies()))
"""ISO 4217, three letters each."""


@functools.lru_cache(maxsize=8)
def countries(language: str) -> Sequence[tuple[str, str]]:
    """Give the countries by their names in a language, the neighbours first."""
    names = Locale(language).territories
    others = sorted(set(COUNTRIES) - set(_FIRST), key=lambda code: names.get(code, code))
    return [(code, str(names.get(code, code))) for code in (*_FIRST, *others)]


@functools.lru_cache(maxsize=8)
def currencies(language: str) -> Sequence[tuple[str, str]]:
    """Give the currencies with their names in a language, the usual ones first."""
    names = Locale(language).currencies
    others = [code for code in CURRENCIES if code not in _USUAL]
    return [(code, f"{code} — {names.get(code, code)}") for code in (*_USUAL, *others)]
