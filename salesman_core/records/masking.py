"""What is left of phones and emails for those who may not read them."""

from __future__ import annotations

import re
from typing import Final

from salesman_core.records.reach import phone
from salesman_core.services.company import company

CONTACT_DATA: Final = "core.client.contact_data"
"""What one must hold to read phones and emails, to look for them, and to change them."""

_HIDDEN: Final = "***"
_SHOWN_DIGITS: Final = 2
_FEWEST_DIGITS: Final = 7
_REACHES: Final = re.compile(r"[^\s@;]+@[^\s@;]+|\+?[\d(][\d\s()‐-―-]{5,}\d")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def masked(typed: str) -> str:
    """Give what is left of a phone or email: ``+7 *** ** 67``, ``a***@…``.

    Enough to tell two of them apart, not enough to reach anybody.
    """
    typed = typed.strip()
    return _masked_email(typed) if "@" in typed else _masked_phone(typed)


def is_masked(text: str) -> bool:
    """Tell whether a text holds what is left of a phone or email, as :func:`masked` gives it."""
    return _HIDDEN in text


def masked_within(text: str) -> str:
    """Give a text with what is left of each phone and email that stands in it, as in a filter."""
    return _REACHES.sub(lambda found: _masked_found(found[0]), text)


def _masked_found(found: str) -> str:
    digits = sum(character.isdigit() for character in found)
    is_none = "@" not in found and (digits < _FEWEST_DIGITS or _DAY.fullmatch(found))
    return found if is_none else masked(found)


def _masked_email(typed: str) -> str:
    return f"{typed[0]}{_HIDDEN}@…" if typed[0] != "@" else f"{_HIDDEN}@…"


def _masked_phone(typed: str) -> str:
    normalised = phone(typed, company().region).normalised
    digits = re.sub(r"\D", "", normalised or typed)
    if len(digits) < _FEWEST_DIGITS:
        return _HIDDEN
    return f"{_country(normalised)}{_HIDDEN} ** {digits[-_SHOWN_DIGITS:]}"


def _country(normalised: str | None) -> str:
    import phonenumbers  # noqa: PLC0415  # the numbers of the world take long to load

    return f"+{phonenumbers.parse(normalised).country_code} " if normalised else ""
