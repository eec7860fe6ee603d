"""Rates out of pasted lines or a file: a currency, a day and a rate in each, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from salesman_core.deals.rate_table import DatedRate, judged_rate
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports.errors import CellError
from salesman_core.records.typed import date_of, decimal_of

_ = texts.lazy

MOST_LINES: Final = 5000

_GAP: Final = re.compile(r"[;\t ]+")
_DAY: Final = re.compile(r"\d+[./-]\d+[./-]\d+")
_CODE: Final = re.compile(r"[A-Za-z]{3}")
_PARTS: Final = 3


def rates_of(text: str) -> list[DatedRate]:
    """Give the rates of some lines; empty ones and a heading are passed over.

    :raises InvalidError: at the field ``lines``, naming the first line that is no rate.
    """
    found = [_rate_of(number, line) for number, line in _lines(text)]
    if not found:
        message = _("Give at least one line, as USD 23.11.2026 92.5.")
        raise InvalidError(message, {"lines": message})
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        message = _("These are more than %(most)s lines: enter them in parts.", most=MOST_LINES)
        raise InvalidError(message, {"lines": message})
    for number, line in enumerate(lines, 1):
        is_heading = number == 1 and not re.search(r"\d", line)
        if line.strip() and not is_heading:
            yield number, line.strip()


def _rate_of(number: int, line: str) -> DatedRate:
    parts = [part.strip('"') for part in _GAP.split(line)]
    codes = [part for part in parts if _CODE.fullmatch(part)]
    days = [part for part in parts if _DAY.fullmatch(part)]
    rest = [part for part in parts if part not in (*codes, *days)]
    if len(parts) != _PARTS or not codes or not days or not rest:
        raise _refused(number, line, _("A currency, a day and a rate are expected."))
    try:
        return judged_rate(codes[0].upper(), date_of(days[0]), decimal_of(rest[0]))
    except CellError as error:
        raise _refused(number, line, error.reason) from error
    except InvalidError as error:
        raise _refused(number, line, next(iter(error.fields.values()))) from error


def _refused(number: int, line: str, reason: object) -> InvalidError:
    message = _("Line %(number)s, “%(line)s”: %(reason)s", number=number, line=line, reason=reason)
    return InvalidError(message, {"lines": message})
