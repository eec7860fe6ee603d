"""Telephone numbers and addresses for letters: kept as typed, compared as normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from email_validator import EmailNotValidError, validate_email

_TURNS: Final = "\u200e\u200f"
"""Marks of direction, which come along when an address is copied from some pages and letters."""


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
    import phonenumbers  # noqa: PLC0415  # the numbers of the world take long to load

    typed = typed.strip()
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return Reached(typed, None)
    if not phonenumbers.is_valid_number(number):
        return Reached(typed, None)
    return Reached(typed, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def without_trunk(digits: str, region: str) -> list[str]:
    """Give the beginning of a number as it is kept, where it was typed as it is dialled at home.

    :param digits: as ``8912345``: the first is what one dials before the code of a town.
    :returns: ``["7912345"]``, or nothing where it was not typed so.
    """
    import phonenumbers  # noqa: PLC0415  # see above

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None or not metadata.national_prefix:
        return []
    trunk = metadata.national_prefix
    return [f"{metadata.country_code}{digits[len(trunk) :]}"] if digits.startswith(trunk) else []


def email(typed: str) -> Reached:
    """Read an address for letters; whether its domain answers is not asked."""
    typed = typed.strip()
    try:
        found = validate_email(typed.strip(_TURNS), check_deliverability=False)
    except EmailNotValidError:
        return Reached(typed, None)
    return Reached(typed, found.normalized.casefold())
