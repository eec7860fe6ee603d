"""How the history of an activity is told: its fields and their values as people call them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar.lists import PRIORITY_TITLES
from salesman_calendar.models import KIND, Kind, Result
from salesman_calendar.references import about_field
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    Client,
    Contact,
    Deal,
    FieldWords,
    kinds_meant,
    record_type,
    seen_records,
    user_names,
    visible_names,
)

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
    "guest": FieldWords(_("Guest")),
    "recurrence": FieldWords(_("Comes again")),
    "minutes": FieldWords(_("Minutes"), figure=True),
    "priority": FieldWords(_("Priority"), choices=PRIORITY_TITLES),
    "remind_minutes": FieldWords(_("Reminder, minutes before"), figure=True),
    "done_at": FieldWords(_("Done")),
    "result_id": FieldWords(_("Result"), names=_names(Result)),
    "result_text": FieldWords(_("What came of it")),
}


def about_words(field: str) -> FieldWords:
    """Give how the record is told that an activity is about; its kind stands in the field's name.

    Whoever does not see the record does not learn that there is one.
    """
    kind = field.removeprefix(about_field(""))
    if kind == field or kind not in kinds_meant(record_type(KIND)):
        return FieldWords(field)
    return FieldWords(record_type(kind).title, names=_names_of_records(kind))


@functools.cache
def _names_of_records(kind: str) -> Names:
    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        seen = seen_records(session, [(kind, id_) for id_ in ids])
        named = {id_: record.name for (_kind, id_), record in seen.items()}
        return {id_: named.get(id_, "") for id_ in ids}

    return names


ACTIONS: Final = {
    "done": _("done"),
    "reopened": _("taken up again"),
    "invited": _("invited"),
    "uninvited": _("called off for a guest"),
    "accepted": _("a guest is coming"),
    "tentative": _("a guest may be coming"),
    "declined": _("a guest is not coming"),
}
