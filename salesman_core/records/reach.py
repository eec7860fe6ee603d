"""Telephone numbers and addresses for letters: kept as typed, compared as normalised."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email


@dataclass(frozen=True, slots=True)
class Reached:
    """A number or address.

    :param typed: what somebody wrote.
    :param normalised: what it means, or None where it does not validate.
    """

    typed: str
    normalised: str | None

    @property
    def valid(self) -> bool:
        """Whether it validates."""
        return self.normalised is not None


def phone(typed: str, region: str) -> Reached:
    """Read a telephone number.

    :param region: whose notation a number without ``+`` is in, as ``RU``.
    """
    typed = typed.strip()
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return Reached(typed, None)
    if not phonenumbers.is_valid_number(number):
        return Reached(typed, None)
    return Reached(typed, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email(typed: str) -> Reached:
    """Read an address for letters; whether its domain answers is not asked."""
    typed = typed.strip()
    try:
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        return Reached(typed, None)
    return Reached(typed, found.normalized.casefold())
