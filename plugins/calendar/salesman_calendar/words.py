"""How the history of an activity is told: its fields and their values as people call them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar.lists import PRIORITY_TITLES
from salesman_calendar.models import Kind, Result
from salesman_calendar.texts import texts
from salesman_core.toolkit import Client, Contact, Deal, FieldWords, user_names, visible_names

_ = texts.lazy

Names = Callable[[Session, Collection[int]], Mapping[int, str]]


def _names(model: type[Kind | Result]) -> Names:
    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        named = sa.select(model.id, model.name).where(model.id.in_(ids))
        return {row.id: row.name for row in session.execute(named)}

    return names


WITH_WHOM: Final = _("With whom")

FIELDS: Final = {
    "kind_id": FieldWords(_("Kind"), names=_names(Kind)),
    "subject": FieldWords(_("Subject")),
    "text": FieldWords(_("Details")),
    "owner_id": FieldWords(_("Responsible"), names=user_names),
    "client_id": FieldWords(_("Client"), names=visible_names("client", Client)),
    "deal_id": FieldWords(_("Deal"), names=visible_names("deal", Deal)),
    "contact_ids": FieldWords(
        WITH_WHOM,
        names=visible_names("contact", Contact),
        added=_("Added: with whom"),
        removed=_("Removed: with whom"),
    ),
    "day": FieldWords(_("Day")),
    "starts_at": FieldWords(_("Time")),
    "minutes": FieldWords(_("Minutes"), figure=True),
    "priority": FieldWords(_("Priority"), choices=PRIORITY_TITLES),
    "remind_minutes": FieldWords(_("Reminder, minutes before"), figure=True),
    "done_at": FieldWords(_("Done")),
    "result_id": FieldWords(_("Result"), names=_names(Result)),
    "result_text": FieldWords(_("What came of it")),
}

ACTIONS: Final = {
    "done": _("done"),
    "reopened": _("taken up again"),
}
