"""What clients contribute, through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.clients import (
    api,
    bulk,
    card,
    contact_views,
    duplicate_keys,
    list_page,
    merge_views,
    permissions,
    rung_views,
    rungs,
    search,
    service,
    similar,
    views,
    words,
)
from salesman_core.clients.doubles import FINDER
from salesman_core.clients.import_apply import apply_clients
from salesman_core.clients.import_contacts import apply_contacts
from salesman_core.clients.import_keys import (
    CLIENTS_FOUND_BY,
    CLIENTS_USUALLY,
    CONTACTS_FOUND_BY,
    CONTACTS_USUALLY,
)
from salesman_core.clients.imports import CLIENT_FIELDS, CONTACT_FIELDS
from salesman_core.clients.merging import MERGE
from salesman_core.clients.models import (
    Client,
    ClientEmail,
    ClientParticipant,
    Contact,
    ContactEmail,
)
from salesman_core.i18n import texts
from salesman_core.records.changes import announce_changed
from salesman_core.rest import ApiBlueprint
from salesman_hookspecs import (
    BulkAction,
    DuplicateKey,
    EventType,
    ImportType,
    Job,
    NavItem,
    Permission,
    PresetGrant,
    QuickCreate,
    Reassigned,
    RecordBin,
    RecordType,
    SearchSource,
    Slot,
    TimelineSource,
    hookimpl,
)

_ = texts.lazy

_PAGES = (views, contact_views, list_page, merge_views, rung_views)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with clients."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with clients."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how clients are reached, and contacts through them."""
    return [
        RecordType(
            kind="client",
            title=_("Client"),
            plural=_("Clients"),
            model=Client,
            view_permission="core.client.view",
            card_endpoint="clients.card",
            participants=ClientParticipant,
            deleted="deleted_at",
            listed=list_page.LISTED,
            merged="merged_into_id",
            bin=RecordBin("core.client.delete", service.restore_client, similar.double_of_restored),
            notes_and_files=True,
            emails=(ClientEmail, "client_id"),
        ),
        RecordType(
            kind="contact",
            title=_("Contact"),
            plural=_("Contacts"),
            model=Contact,
            view_permission="core.client.view",
            card_endpoint="clients.contact",
            owner=None,
            deleted="deleted_at",
            through=("client", "client_id"),
            bin=RecordBin("core.client.edit", service.restore_contact),
            emails=(ContactEmail, "contact_id"),
        ),
    ]


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many clients at once."""
    return bulk.ACTIONS


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API of clients."""
    return [api.clients_api, api.contacts_api, api.rungs_api]


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages of clients and of the ladder."""
    return dict.fromkeys(page.blueprint for page in _PAGES)


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the entries of the list of clients and of the ladder."""
    return [
        NavItem(
            "clients",
            _("Clients"),
            "clients.index",
            "sale",
            "users-group",
            "core.client.view",
            order=10,
            at_hand=80,
        ),
        NavItem(
            "doubles",
            _("Doubles"),
            "clients.doubles_found",
            "sale",
            "copy",
            MERGE,
            order=90,
        ),
        NavItem(
            "rungs",
            _("Ladder of relationship"),
            "rungs.index",
            "administration",
            "stairs-up",
            rungs.MANAGE,
            order=40,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of a new client."""
    return [
        QuickCreate(
            "client", _("Client"), "clients.new", "user-plus", "core.client.create", order=10
        )
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the places of a client's card that others may fill."""
    context, load = card.ClientCard, card.slot_context
    return [
        Slot("client.card.next_step", context, "Client: what is to be done next", load),
        Slot("client.card.panels", context, "Client: above the story", load),
        Slot("client.card.side", context, "Client: beside the story", load),
    ]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let clients and contacts be found."""
    return search.SOURCES


@hookimpl
def salesman_duplicate_keys() -> Iterable[DuplicateKey]:
    """Let doubles of clients be found by phone and email."""
    return duplicate_keys.KEYS


@hookimpl
def salesman_timeline_sources() -> Iterable[TimelineSource]:
    """Give the moves on the ladder to the story of clients."""
    return [words.STORY]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to clients and contacts."""
    fields = {"fields": "the names of the changed fields"}
    merged = {"lost_ids": "the ids of the other clients"}
    return [
        EventType("core.client.created", "A client was made", {"name": "the client's name"}),
        EventType("core.client.changed", "A client was changed", fields),
        EventType("core.client.deleted", "A client was put into the bin"),
        EventType("core.client.restored", "A client was taken out of the bin"),
        EventType("core.client.merged", "Clients were merged into this one", merged),
        EventType("core.client.unmerged", "Clients that were merged are several again", merged),
        EventType(
            "core.client.climbed",
            "A client moved on the ladder of relationship",
            {
                "rung_id": "the new rung",
                "automatic": "whether evidence moved it",
                "reason": "why, in words",
            },
        ),
        EventType("core.contact.created", "A contact was made", {"client_id": "its client"}),
        EventType("core.contact.changed", "A contact was changed", fields),
        EventType("core.contact.deleted", "A contact was put into the bin"),
        EventType("core.contact.restored", "A contact was taken out of the bin"),
    ]


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring clients and contacts in."""
    permission = "core.client.import"
    return [
        ImportType(
            "clients",
            _("Clients"),
            permission,
            CLIENT_FIELDS,
            apply_clients,
            CLIENTS_FOUND_BY,
            CLIENTS_USUALLY,
        ),
        ImportType(
            "contacts",
            _("Contacts"),
            permission,
            CONTACT_FIELDS,
            apply_contacts,
            CONTACTS_FOUND_BY,
            CONTACTS_USUALLY,
        ),
    ]


@hookimpl
def salesman_records_reassigned(reassigned: Reassigned) -> None:
    """Announce that clients have another owner."""
    if reassigned.kind == "client":
        announce_changed("core.client.changed", reassigned, ("owner_id",))


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the search for doubles."""
    return [FINDER]
