"""How the history of a group is told: its fields as people call them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import FieldWords, user_names
from salesman_mailing.consent.purposes import purpose_names
from salesman_mailing.texts import texts

_ = texts.lazy


def _purposes(session: Session, _ids: Collection[int]) -> Mapping[int, str]:
    return purpose_names(session)


FIELDS: Final = {
    "name": FieldWords(_("Name")),
    "description": FieldWords(_("Description")),
    "purpose_id": FieldWords(_("Purpose"), names=_purposes),
    "owner_id": FieldWords(_("Made by"), names=user_names),
    "members": FieldWords(_("Named members")),
    "filters": FieldWords(_("Filters")),
    "kept_out": FieldWords(_("Kept out")),
    "mailing_list": FieldWords(_("List of a mailing service")),
    "mailing_fields": FieldWords(_("Fields of a mailing service")),
}
