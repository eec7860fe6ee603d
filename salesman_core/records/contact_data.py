"""Phones and emails for those who may know of a record, but not how to reach whom it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import FieldWords
from salesman_core.records.reach import phone
from salesman_core.services.company import company

_ = texts.lazy

CONTACT_DATA: Final = "core.client.contact_data"
"""What one must hold to read phones and emails, to look for them, and to change them."""

_HIDDEN: Final = "***"
_SHOWN_DIGITS: Final = 2
_FEWEST_DIGITS: Final = 7


def sees_contact_data() -> bool:
    """Tell whether whoever acts may read phones and emails."""
    return current_person().may(CONTACT_DATA)


def masked(typed: str) -> str:
    """Give what is left of a phone or email: ``+7 *** ** 67``, ``a***@…``.

    Enough to tell two of them apart, not enough to reach anybody.
    """
    typed = typed.strip()
    return _masked_email(typed) if "@" in typed else _masked_phone(typed)


def is_masked(text: str) -> bool:
    """Tell whether a text holds what is left of a phone or email, as :func:`masked` gives it."""
    return _HIDDEN in text


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


def readable(one: Mapping[str, Any]) -> dict[str, Any]:
    """Give a phone or email as whoever acts may read it.

    :param one: ``typed``, and ``normalised`` or None.
    :returns: the same, with whether it is masked under ``masked``.
    """
    if sees_contact_data():
        return {**one, "masked": False}
    return {"typed": masked(one["typed"]), "normalised": None, "masked": True}


def readable_imported(imported: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what an imported file knew and no field holds, as whoever acts may read it.

    Nothing of it to those who may not read phones and emails: what was not recognised may be one.
    """
    return imported if sees_contact_data() else {}


def demand_contact_data(values: Mapping[str, Any]) -> None:
    """Let only those change phones and emails who may read them.

    Else a masked one, sent back as it was read, would overwrite the true one.

    :param values: what is to be changed, as the JSON API names it.
    :raises ForbiddenError: where phones or emails are among it.
    """
    if "phones" in values or "emails" in values:
        demand_permission(CONTACT_DATA)


PHONES: Final = FieldWords(_("Phones"), permission=CONTACT_DATA, mask=masked)
EMAILS: Final = FieldWords(_("Emails"), permission=CONTACT_DATA, mask=masked)
"""How changes of phones and emails are read, of whatever kind of record."""

IMPORTED: Final = FieldWords(_("From the imported file"), permission=CONTACT_DATA)
"""How changes of what no field holds are read."""
