"""How the story and the history of clients and contacts are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.clients.addresses import address_in_words
from salesman_core.clients.bans import bans_in_words
from salesman_core.clients.lists import KINDS
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.queries import rung_moves
from salesman_core.clients.schemas import ChangeContactSchema, ClientSchema
from salesman_core.clients.service import change_client, change_contact
from salesman_core.db import reading
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import (
    PARTICIPANTS,
    USERS,
    FieldWords,
    describe_fields,
    describe_kind,
    names_from,
)
from salesman_core.records.contact_data import EMAILS, IMPORTED, PHONES
from salesman_core.records.merging.words import describe_tables
from salesman_core.records.restoring import Restoring, let_restore
from salesman_core.web.templating import render
from salesman_hookspecs import TimelineEntry, TimelineQuery, TimelineSource

_ = texts.lazy

_BOTH: Final = {
    "name": FieldWords(_("Name")),
    "phones": PHONES,
    "emails": EMAILS,
    "bans": FieldWords(_("Does not want"), item=bans_in_words),
    "external_ids": FieldWords(_("Keys in other systems")),
    "imported": IMPORTED,
    "custom": FieldWords(_("Further fields")),
}


def seen_clients(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of clients that the person sees."""
    found = sa.select(Client.id, Client.name).where(Client.id.in_(ids), visible("client"))
    return {row.id: row.name for row in session.execute(found)}


def merged_clients(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of clients that the person sees, themselves or as part of another one."""
    kept = sa.select(Client.id).where(visible("client"))
    seen = sa.or_(visible("client"), Client.merged_into_id.in_(kept))
    found = sa.select(Client.id, Client.name).where(Client.id.in_(ids), seen)
    return {row.id: row.name for row in session.execute(found)}


describe_fields(
    "client",
    {
        **_BOTH,
        "kind": FieldWords(_("Kind"), choices=KINDS),
        "owner_id": FieldWords(_("Owner"), names=USERS),
        "rung_id": FieldWords(_("Relationship"), names=names_from(Rung)),
        "rung_pinned_at": FieldWords(_("Relationship held by hand since")),
        "participants": PARTICIPANTS,
        "site": FieldWords(_("Site")),
        "address": FieldWords(_("Address")),  # until a client had several
        "addresses": FieldWords(_("Addresses"), item=address_in_words),
        "source": FieldWords(_("Source")),
        "merged": FieldWords(_("Merged with"), names=merged_clients),
        "merged_into_id": FieldWords(_("Merged into"), names=seen_clients),
        "tags": FieldWords(_("Tags")),
    },
)
describe_fields(
    "contact",
    {
        **_BOTH,
        "name": FieldWords(_("Full name")),
        "client_id": FieldWords(_("Client"), names=seen_clients),
        "position": FieldWords(_("Position")),
        "primary": FieldWords(_("Primary contact")),
    },
)
describe_kind(
    "rung",
    _("Rung"),
    {
        "name": FieldWords(_("Name")),
        "colour": FieldWords(_("Colour")),
        "position": FieldWords(_("Place")),
        "interests": FieldWords(_("Interests")),
        "sales": FieldWords(_("Sales")),
    },
)
let_restore(
    "client",
    Restoring(
        "core.client.edit",
        {
            *("name", "kind", "owner_id", "site", "addresses", "source", "tags"),
            *("phones", "emails", "bans", "external_ids"),
        },
        lambda: ClientSchema(partial=True),
        change_client,
    ),
)
let_restore(
    "contact",
    Restoring(
        "core.client.edit",
        {"name", "position", "primary", "phones", "emails", "bans", "external_ids"},
        lambda: ChangeContactSchema(partial=True),
        change_contact,
    ),
)

describe_tables(
    {
        "core_client_address": _("Addresses"),
        "core_client_email": _("Emails"),
        "core_client_evidence": _("Evidence of the relationship"),
        "core_client_external_id": _("Keys in other systems"),
        "core_client_participant": _("Participants"),
        "core_client_phone": _("Phones"),
        "core_client_tag": _("Tags"),
        "core_contact_ban": _("What somebody does not want"),
        "core_rung_move": _("Moves on the ladder"),
    }
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
