"""Figures in a text that are no telephone numbers, though they may look like one.

``30.11.2026 10`` and the ten digits of an ИНН are valid numbers in some region of the world.
"""

from __future__ import annotations

import re
from typing import Final

_GAP: Final = "|"
"""Stands in place of such a figure: what is before and behind it is not one number."""

_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:19|20)\d\d"
_MONTH_WORD: Final = (
    r"(?:янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]{0,7}\.?"
)
_CLOCK: Final = r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?!\d|\.\d)(?::[0-5]\d(?!\d))?"
_ALONE: Final = r"(?<!\d)(?<!\d[.\-/])"
"""Whatever follows is no further part of a number: ``123-45-67`` holds no date."""

_DATE: Final = "|".join(
    (
        rf"{_DAY}\.{_MONTH}\.(?:{_YEAR}|\d\d)(?!\d|\.\d)",
        rf"{_DAY}-{_MONTH}-{_YEAR}(?!\d|-\d)",  # two digits of a year: (3522) 12-11-56 is none
        rf"\d\d?/\d\d?/(?:{_YEAR}|\d\d)(?!\d)",
        rf"{_YEAR}[-./](?:0[1-9]|1[0-2])[-./](?:0[1-9]|[12]\d|3[01])(?!\d)",
        rf"{_DAY}\s+{_MONTH_WORD},?\s+{_YEAR}(?!\d)",
        rf"\b{_MONTH_WORD}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)",
    )
)
_SUM: Final = r"(?:\d{1,3}(?:[ \u00a0\u202f.,']\d{3}){1,4}|\d{1,12})(?:[.,]\d\d?)?"
_CURRENCY: Final = (
    r"(?:тыс|млн|руб|р\.|р\b|₽|\$|€|£|¥|₸|долл|евро|тенге|rub\b|rur\b|usd\b|eur\b|kzt\b|byn\b)"
)
_REGISTERED: Final = r"(?:ИНН|КПП|ОГРНИП|ОГРН|ОКПО|БИК|СНИЛС|INN|[рк]/сч?|[рк]\.\s?с\.)"
_PAPER: Final = r"(?:заказ|договор|сч[её]т|order|invoice|contract)\w*\s*(?:№|#|no\.?|номер)"

_FIGURES: Final = re.compile(
    "|".join(
        (
            rf"{_ALONE}(?:{_DATE})(?:\s?г\.)?(?:[T,]?\s?(?:в |at )?{_CLOCK})?",
            r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)",
            rf"(?<![\d+(-]){_SUM}\s?{_CURRENCY}",
            rf"[$€£₽]\s?{_SUM}",
            rf"\b{_REGISTERED}(?:\s?/\s?КПП)?[\s:=№]{{0,5}}\d[\d-]*(?:\s?/\s?\d+)?",
            rf"\b{_PAPER}\s?\d+",
        )
    ),
    re.IGNORECASE,
)


def without_figures(text: str) -> str:
    """Give a text without dates, times, sums of money, and numbers of companies and papers."""
    return _FIGURES.sub(_GAP, text)
