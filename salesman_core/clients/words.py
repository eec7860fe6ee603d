"""How the story and the history of clients and contacts are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from salesman_core.clients.lists import KINDS
from salesman_core.clients.models import Client, Rung, RungMove
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.history import USERS, FieldWords, describe_fields, names_from
from salesman_core.web.templating import render
from salesman_hookspecs import TimelineEntry, TimelineQuery, TimelineSource

_ = texts.lazy

_BOTH: Final = {
    "name": FieldWords(_("Name")),
    "phones": FieldWords(_("Phones")),
    "emails": FieldWords(_("Emails")),
    "external_ids": FieldWords(_("Keys in other systems")),
    "imported": FieldWords(_("From the imported file")),
    "custom": FieldWords(_("Further fields")),
}

describe_fields(
    "client",
    {
        **_BOTH,
        "kind": FieldWords(_("Kind"), choices=KINDS),
        "owner_id": FieldWords(_("Owner"), names=USERS),
        "rung_id": FieldWords(_("Relationship"), names=names_from(Rung)),
        "participants": FieldWords(_("Participants"), names=USERS),
        "site": FieldWords(_("Site")),
        "address": FieldWords(_("Address")),
        "source": FieldWords(_("Source")),
        "tags": FieldWords(_("Tags")),
    },
)
describe_fields(
    "contact",
    {
        **_BOTH,
        "name": FieldWords(_("Full name")),
        "client_id": FieldWords(_("Client"), names=names_from(Client)),
        "position": FieldWords(_("Position")),
        "primary": FieldWords(_("Primary contact")),
    },
)


def ladder_entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the moves of a client on the ladder, each with its reason."""
    if query.kind != "client":
        return ()
    before, after = sa.orm.aliased(Rung), sa.orm.aliased(Rung)
    moves = (
        sa.select(
            RungMove.id,
            RungMove.at,
            RungMove.actor_name,
            RungMove.reason,
            RungMove.url,
            before.name.label("from_rung"),
            after.name.label("to_rung"),
            after.colour,
        )
        .outerjoin(before, before.id == RungMove.from_rung_id)
        .join(after, after.id == RungMove.to_rung_id)
        .where(RungMove.client_id == query.record_id)
        .order_by(RungMove.at.desc(), RungMove.id.desc())
        .limit(query.limit)
    )
    if query.before is not None:
        moves = moves.where(RungMove.at <= query.before)
    return [
        TimelineEntry(
            at=row.at,
            kind="ladder",
            text=render("core/clients/card/move.html", move=row),
            icon="stairs-up",
            actor=row.actor_name,
            url=row.url,
            id=row.id,
        )
        for row in reading().execute(moves)
    ]


STORY: Final = TimelineSource("ladder", _("Relationship"), ladder_entries)
