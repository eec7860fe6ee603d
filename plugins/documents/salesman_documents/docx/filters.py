"""The filters of templates, and how values stand in a document where no filter says it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context, Undefined

from salesman_documents.docx.values import Amount, Picture

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_YES: Final = {"ru": ("да", "нет"), "en": ("yes", "no")}
_SHORT: Final = {"ru": "dd.MM.yyyy", "en": "d MMM yyyy"}
_TOUCHING: Final = re.compile(r"(?<=[A-Z])(?=\d)")
"""Where Babel lets the letters of a currency touch its number, as it does in English."""
_TEENS: Final = range(11, 15)
_FEW: Final = range(2, 5)


class NoNumberError(ValueError):
    """A filter met a value that it can do nothing with."""


def shown(value: Any, language: str) -> Any:
    """Give a value as it stands in a document where no filter says how."""
    match value:
        case bool():
            return _YES[language][not value]
        case Amount():
            return format_decimal(value, "#,##0.00", locale=language)
        case Decimal() | float():
            return format_decimal(value, "#,##0.###", locale=language)
        case date():
            return format_date(value, _SHORT[language], locale=language)
        case str():  # a plain one again, whatever filters have made of it: pictures alone are XML
            return _CONTROL.sub("", str(value))
        case int() | Picture() | Undefined():
            return value
        case _:
            return ""


class Filters:
    """Our filters for documents in a language.

    :param ask: gives an amount in words: the process that fills in has no tables of its own.
    """

    def __init__(self, language: str, ask: Callable[..., str] | None) -> None:
        self._language, self._ask = language, ask

    def by_name(self) -> dict[str, Callable[..., Any]]:
        """Give them as templates call them."""
        return {
            "money": self._money,
            "number": self._number,
            "date": self._date,
            "words": self._words,
            "percent": self._percent,
            "plural": lambda count, *forms: plural(count, forms, self._language),
            "initials": initials,
            "width": width,
            "qr": qr,
        }

    @pass_context
    def _money(self, context: Context, value: Any, currency: str = "") -> str:
        number = _decimal(value)
        code = currency or _currency(context, value)
        if not code:
            return str(format_decimal(number, "#,##0.00", locale=self._language))
        said = format_currency(number, code, locale=self._language)
        return _TOUCHING.sub("\N{NO-BREAK SPACE}", said)

    def _number(self, value: Any, digits: int | None = None) -> str:
        pattern = "#,##0.###"
        if digits is not None:
            places = min(max(digits, 0), 6)
            pattern = "#,##0" + "." * (places > 0) + "0" * places
        return str(format_decimal(_decimal(value), pattern, locale=self._language))

    def _percent(self, value: Any) -> str:
        joint = "" if self._language == "en" else "\xa0"
        return f"{self._number(value)}{joint}%"

    def _date(self, value: Any, style: str = "short") -> str:
        if value in (None, ""):
            return ""
        read = value if isinstance(value, date) else date.fromisoformat(str(value))
        if style == "quoted" and self._language == "ru":
            return str(format_date(read, "«dd» MMMM yyyy 'г'.", locale="ru"))
        named = style if style in {"medium", "long", "full"} else "long"
        pattern = _SHORT[self._language] if style == "short" else named
        return str(format_date(read, pattern, locale=self._language))

    @pass_context
    def _words(self, context: Context, value: Any, currency: str = "", language: str = "") -> str:
        code = currency or _currency(context, value) or "RUB"
        if self._ask is None:
            return ""
        tongue = language or self._language
        return self._ask(amount=str(_decimal(value)), currency=code, language=tongue)


def _currency(context: Context, value: Any) -> str:
    if isinstance(value, Amount):
        return value.currency
    document = context.get("document")
    return str(document.get("currency") or "") if isinstance(document, Mapping) else ""


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Undefined):
        str(value)  # says which variable it is
    try:
        return Decimal(str(value or 0)).quantize(Decimal("0.001")).normalize() + 0
    except InvalidOperation as error:
        message = f"{str(value)[:40]!r} is no number"
        raise NoNumberError(message) from error


def plural(count: Any, forms: tuple[str, ...], language: str) -> str:
    """Give the form of a word that a number asks for: two of English, three of Russian."""
    whole = abs(int(_decimal(count)))
    if not forms:
        return ""
    if language == "en" or len(forms) < 3:  # noqa: PLR2004  # one, few, many
        return forms[0] if whole == 1 else forms[-1]
    if whole % 100 in _TEENS:
        return forms[2]
    if whole % 10 == 1:
        return forms[0]
    return forms[1] if whole % 10 in _FEW else forms[2]


def initials(value: Any) -> str:
    """Give a name as it stands beside a signature: «Иванова А. П.»."""
    first, *others = str(value or "").split() or [""]
    return " ".join([first, *(f"{one[0]}." for one in others)])


def width(picture: Any, millimetres: Any) -> Any:
    """Give a picture that stands so wide in the document."""
    if not isinstance(picture, Picture):
        return picture
    return Picture(picture.content, min(float(_decimal(millimetres)), 180.0))


def qr(value: Any) -> Picture:
    """Give a text as a QR code."""
    import segno  # noqa: PLC0415  # few templates have one

    text = str(value or "")[:1500]
    if not text:
        return Picture(b"")
    content = io.BytesIO()
    segno.make(text, error="m", micro=False).save(content, kind="png", scale=6, border=2)
    return Picture(content.getvalue(), 30)
