"""Phones and emails for those who may know of a record, but not how to reach whom it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import FieldWords
from salesman_core.records.masking import CONTACT_DATA, is_masked, masked

__all__ = [
    "CONTACT_DATA",
    "EMAILS",
    "IMPORTED",
    "PHONES",
    "demand_contact_data",
    "is_masked",
    "masked",
    "readable",
    "readable_imported",
    "sees_contact_data",
    "shown",
]

_ = texts.lazy


def sees_contact_data() -> bool:
    """Tell whether whoever acts may read phones and emails."""
    return current_person().may(CONTACT_DATA)


def shown(typed: str) -> str:
    """Give a phone or email in the words in which whoever acts may read it."""
    return typed if sees_contact_data() else masked(typed)


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
