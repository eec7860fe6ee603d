"""How the story and the history of clients and contacts are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from salesman_core.clients.lists import KINDS
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.queries import rung_moves
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.history import (
    PARTICIPANTS,
    USERS,
    FieldWords,
    describe_fields,
    names_from,
)
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
        "participants": PARTICIPANTS,
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
    moves = rung_moves(reading(), query.record_id, query.limit, query.before)
    return [
        TimelineEntry(
            at=move.at,
            kind="ladder",
            text=render("core/clients/card/move.html", move=move),
            icon="stairs-up",
            actor=move.actor_name,
            url=move.url,
            id=move.id,
        )
        for move in moves
    ]


STORY: Final = TimelineSource("ladder", _("Relationship"), ladder_entries)
