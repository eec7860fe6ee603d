"""Amounts as people write them: ``45 000,00``, ``1,054``, ``€ 3.500,00``, ``(12.50)``."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from salesman_core.i18n import texts
from salesman_core.records.imports.errors import CellError
from salesman_core.services.company import is_currency

_ = texts.gettext

_THOUSANDS = 3
"""Digits in a group."""
_CODE_LENGTH = 3
_HUNDREDTH = Decimal("0.01")
_BOUND = Decimal(10) ** 15
"""Scaled to hundredths, greater amounts do not fit the whole numbers of a database."""

_MINUS = str.maketrans("\u2212\u2012\u2013\u2014", "----")
_PARTS = re.compile(
    r"(?P<before>\D*?)(?P<body>(?:(?<![^\W\d_])[.,])?\d(?:[\d .,'’]*\d)?)(?P<after>\D*)",
)
_GAP = re.compile(r"[ '’]")
_WITH_GAPS = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?")
_NO_CENTS = re.compile(r"[.,]\s*(?:-{1,2}|=)$|[.,]$")

_CURRENCY_WORDS: Final = {
    "€": "EUR",
    "евро": "EUR",
    "euro": "EUR",
    "$": "USD",
    "us$": "USD",
    "долл": "USD",
    "доллар": "USD",
    "доллара": "USD",
    "долларов": "USD",
    "dollars": "USD",
    "₽": "RUB",
    "р": "RUB",
    "руб": "RUB",
    "рубль": "RUB",
    "рубля": "RUB",
    "рублей": "RUB",
    "rur": "RUB",
    "£": "GBP",
    "₴": "UAH",
    "грн": "UAH",
    "₸": "KZT",
    "тг": "KZT",
    "тенге": "KZT",
    "zł": "PLN",
    "zl": "PLN",
    "₺": "TRY",
    "₾": "GEL",
    "₼": "AZN",
    "֏": "AMD",
}


@dataclass(frozen=True, slots=True)
class Written:
    """An amount taken apart, its digits not yet read.

    :param body: digits with what stands between them, the gaps of thousands taken out.
    :param gap: the space or apostrophe by which thousands were set apart; empty for none.
    :param negative: whether a minus or parentheses stand around it.
    :param word: what else stands around it, as ``руб`` or ``€``.
    """

    body: str
    gap: str
    negative: bool
    word: str


def taken_apart(text: str) -> Written | None:
    """Take a text apart; None where it is no amount."""
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_MINUS).split())
    parts = _PARTS.fullmatch(plain)
    if parts is None or (_GAP.search(parts["body"]) and not _WITH_GAPS.fullmatch(parts["body"])):
        return None
    before, after = parts["before"].strip(), _NO_CENTS.sub("", parts["after"].strip()).strip()
    bracketed = before.startswith("(") and after.endswith(")")
    if bracketed:
        before, after = before[1:].strip(), after[:-1].strip()
    minus = before.startswith("-") or before.endswith("-") or after.endswith("-")
    word = " ".join(part for part in (before.strip("+- "), after.strip("- ")) if part)
    body, gap = _GAP.sub("", parts["body"]), _GAP.search(parts["body"])
    return Written(body, gap[0] if gap else "", bracketed or minus, word)


def own_mark(written: Written) -> str:
    """Give the decimal mark that an amount shows by itself, or an empty string.

    ``3.500,00`` shows a comma, ``1,5`` too, ``1,054,200`` a point; ``1,054`` shows nothing.
    """
    marks = [character for character in written.body if character in ".,"]
    if not marks:
        return ""
    if {".", ","} <= set(marks):
        return marks[-1]
    mark, other = marks[0], "," if marks[0] == "." else "."
    if len(marks) > 1:
        return other
    whole, fraction = written.body.split(mark)
    ambiguous = len(fraction) == _THOUSANDS and 1 <= len(whole) <= _THOUSANDS and whole[0] != "0"
    return "" if ambiguous and not written.gap else mark


@dataclass(slots=True)
class MarkEvidence:
    """What the cells of a column show about its decimal mark.

    :param parting: what stands in them and may part thousands: a space, an apostrophe, a mark.
    """

    seen: Counter[str] = field(default_factory=Counter)
    parting: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        """Look at one more cell."""
        written = taken_apart(text)
        if written is None:
            return
        mark = own_mark(written)
        if mark:
            self.seen[mark] += 1
        self.parting.update({written.gap, *(one for one in ".," if one in written.body)} - {mark})

    @property
    def mark(self) -> str:
        """The mark that all of them show, or an empty string."""
        return next(iter(self.seen)) if len(self.seen) == 1 else ""


@lru_cache(maxsize=256)
def currency_of(word: str) -> str | None:
    """Give the code of a currency by its sign, word or code; None where it is none."""
    plain = word.strip(" .").casefold()
    known = _CURRENCY_WORDS.get(plain)
    if known or not plain:
        return known
    return plain.upper() if len(plain) == _CODE_LENGTH and is_currency(plain.upper()) else None


def _whole_and_fraction(written: Written, mark: str) -> str | None:
    group = "." if mark == "," else ","
    whole, _mark, fraction = written.body.partition(mark)
    if group in whole:
        first, *groups = whole.split(group)
        if not 1 <= len(first) <= _THOUSANDS or any(len(part) != _THOUSANDS for part in groups):
            return None
        whole = first + "".join(groups)
    digits = f"{whole or '0'}.{fraction or '0'}"
    return digits if re.fullmatch(r"\d+\.\d+", digits, re.ASCII) else None


def decimal_of(written: Written, mark: str) -> Decimal | None:
    """Give the number, its decimal mark being what it shows itself or else *mark*."""
    digits = _whole_and_fraction(written, own_mark(written) or mark)
    if digits is None:
        return None
    return -Decimal(digits) if written.negative else Decimal(digits)


def exact(number: float) -> Decimal:
    """Give a cell's number without the noise beyond the 15 digits that spreadsheets keep."""
    return Decimal(format(number, ".15g"))


def read_number(text: str, mark: str = "") -> Decimal:
    """Give a number that is no money; ``1.054`` is read as 1.054, ``1,054`` as 1054.

    :param text: what stands in the cell.
    :param mark: the decimal mark of its column, or empty where the column shows none.
    :raises CellError: where it is no number.
    """
    written = taken_apart(text)
    if written is None or written.word not in ("", "%"):
        raise CellError(text, _("A number is expected."))
    number = decimal_of(written, mark or ".")
    if number is None:
        raise CellError(text, _("A number is expected."))
    return bounded(number, text)


def read_money(text: str, mark: str = "") -> tuple[Decimal, str]:
    """Give an amount and the code of the currency beside it (empty where there is none).

    Where neither the text nor its column shows the decimal mark, three digits after the only mark
    are thousands: ``1,054`` and ``1.054`` are both 1054.

    :param text: what stands in the cell.
    :param mark: the decimal mark of its column, or empty where the column shows none.
    :raises CellError: where it is no amount.
    """
    written = taken_apart(text)
    currency = currency_of(written.word) if written else None
    if written is None or (written.word and currency is None):
        raise _no_amount(text)
    number = decimal_of(written, mark or ("." if "," in written.body else ","))
    if number is None:
        raise _no_amount(text)
    return bounded(number, text), currency or ""


def _no_amount(text: str) -> CellError:
    return CellError(text, _("An amount is expected, as 45 000,00 or 1,054.50."))


def bounded(number: Decimal, text: str) -> Decimal:
    """Give *number*, or refuse what no table holds."""
    if abs(number) >= _BOUND:
        raise CellError(text, _("The number is too large."))
    return number


def in_hundredths(amount: Decimal) -> Decimal:
    """Give *amount* rounded to hundredths, halves away from zero."""
    return amount.quantize(_HUNDREDTH, ROUND_HALF_UP)
