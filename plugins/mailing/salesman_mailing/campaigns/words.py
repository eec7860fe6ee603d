"""How campaigns are told of: their states, their fields, what became of letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import FieldWords, user_names
from salesman_mailing.groups.models import Group
from salesman_mailing.texts import texts

_ = texts.lazy

STATES: Final = {
    "draft": _("Draft"),
    "scheduled": _("Scheduled"),
    "sending": _("Being sent"),
    "paused": _("Paused"),
    "stopped": _("Stopped"),
    "done": _("Done"),
}
FATES: Final = {
    "waiting": _("waits"),
    "in_hand": _("in hand"),
    "sent": _("sent"),
    "refused": _("refused by the server"),
    "failed": _("not taken after several attempts"),
    "interrupted": _("interrupted"),
    "skipped": _("left out: may not be written to any more"),
}
RETURNS: Final = {
    "opened": _("opened"),
    "clicked": _("clicked"),
    "bounced": _("came back"),
    "complained": _("called it spam"),
    "answered": _("answered"),
}
OUTCOMES: Final = {None: _("in work"), "won": _("won"), "lost": _("lost")}
"""What became of a deal that came after a letter."""


def _groups(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    rows = session.execute(sa.select(Group.id, Group.name).where(Group.id.in_(list(ids))))
    return {row.id: row.name for row in rows}


FIELDS: Final = {
    "name": FieldWords(_("Name")),
    "group_id": FieldWords(_("Group"), names=_groups),
    "subject": FieldWords(_("Subject")),
    "preheader": FieldWords(_("Preview line")),
    "text": FieldWords(_("Letter")),
    "sender_name": FieldWords(_("Sender")),
    "reply_to": FieldWords(_("Answers go to")),
    "per_hour": FieldWords(_("Letters an hour")),
    "per_domain": FieldWords(_("Letters an hour to one domain")),
    "state": FieldWords(_("State"), choices=STATES),
    "owner_id": FieldWords(_("Made by"), names=user_names),
    "again": FieldWords(_("Interrupted letters sent again")),
}
