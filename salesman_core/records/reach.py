"""Telephone numbers and addresses for letters: kept as typed, compared as normalised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from salesman_core.records.changes import Changes, Planned, carry_out
from salesman_core.services.company import company


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
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        return Reached(typed, None)
    return Reached(typed, found.normalized.casefold())


def set_reach(record: Any, values: Mapping[str, Any]) -> Changes:
    """Set the phones and emails of a record, as far as *values* name them.

    :param record: mapped, with relationships ``phones`` and ``emails`` to rows of :class:`Reach`.
    :param values: ``phones`` and ``emails`` as lists of what was typed.
    :returns: what that changes.
    """
    return carry_out(plan_reach(record, values))


def plan_reach(record: Any, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Give what :func:`set_reach` would do."""
    if "phones" in values:
        region = company().region
        found = [phone(one, region) for one in values["phones"] if one.strip()]
        yield from _plan_rows(record, "phones", found)
    if "emails" in values:
        found = [email(one) for one in values["emails"] if one.strip()]
        yield from _plan_rows(record, "emails", found)


def _plan_rows(record: Any, name: str, wanted: Sequence[Reached]) -> Iterator[Planned]:
    before = [one.typed for one in getattr(record, name)]
    after = [one.typed for one in wanted]
    if before != after:
        yield Planned(name, before, after, lambda: _set_rows(record, name, wanted))


def _set_rows(record: Any, name: str, wanted: Sequence[Reached]) -> None:
    row = sa.inspect(type(record)).relationships[name].mapper.class_
    rows = [
        row(typed=one.typed, normalised=one.normalised, position=position)
        for position, one in enumerate(wanted)
    ]
    setattr(record, name, rows)
