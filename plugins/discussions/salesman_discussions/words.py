"""How the history of a discussion is told: its fields and their values as people call them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import FieldWords, record_type, seen_records, user_names
from salesman_discussions import ties
from salesman_discussions.service import ties_field
from salesman_discussions.texts import texts

_ = texts.lazy

FIELDS: Final = {
    "subject": FieldWords(_("Subject")),
    "private": FieldWords(_("Private")),
    "owner_id": FieldWords(_("Opened by"), names=user_names),
    "participants": FieldWords(
        _("Participants"), names=user_names, added=_("Invited"), removed=_("Taken out")
    ),
    "decision": FieldWords(_("Decision")),
}
ACTIONS: Final = {
    "closed": _("closed"),
    "reopened": _("taken up again"),
    "message_changed": _("a message was changed"),
    "message_deleted": _("a message was taken back"),
    "message_restored": _("a message stands again"),
}


def about_words(field: str) -> FieldWords:
    """Give how the records are told that a discussion is about; their kind stands in the name.

    Whoever does not see such a record does not learn what it is called.
    """
    kind = field.removeprefix(ties_field(""))
    if kind == field or not ties.may_be_about(kind):
        return FieldWords(field)
    title = record_type(kind).title
    return FieldWords(title, names=_names_of_records(kind))


@functools.cache
def _names_of_records(kind: str) -> Callable[[Session, Collection[int]], Mapping[int, str]]:
    def names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
        seen = seen_records(session, [(kind, id_) for id_ in ids])
        return {id_: seen[kind, id_].name if (kind, id_) in seen else "" for id_ in ids}

    return names
