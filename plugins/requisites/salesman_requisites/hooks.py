"""What requisites contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.toolkit import ApiBlueprint, describe_fields
from salesman_hookspecs import (
    Demo,
    DuplicateKey,
    EventType,
    NavItem,
    Permission,
    PresetGrant,
    RecordBin,
    RecordExtension,
    RecordType,
    hookimpl,
)
from salesman_requisites import demo as story_of_demo
from salesman_requisites import models, pages, permissions
from salesman_requisites.clients import extension
from salesman_requisites.companies import service, words
from salesman_requisites.companies.models import KIND
from salesman_requisites.texts import texts

_ = texts.lazy

describe_fields(KIND, words.FIELDS, actions=words.ACTIONS)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with own companies, numbers and requisites of clients."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with them."""
    return permissions.GRANTS


@hookimpl
def salesman_record_extensions() -> Iterable[RecordExtension]:
    """Keep what clients are in law."""
    return [extension.CLIENT]


@hookimpl
def salesman_duplicate_keys() -> Iterable[DuplicateKey]:
    """Take clients for one that have one tax number."""
    return [extension.TAX_KEY]


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how own companies are reached."""
    return [
        RecordType(
            kind=KIND,
            title=_("Own company"),
            plural=_("Own companies"),
            model=models.OwnCompany,
            view_permission=permissions.VIEW,
            card_endpoint="requisites.card",
            label="short_name",
            owner=None,
            deleted="deleted_at",
            bin=RecordBin(permissions.MANAGE, service.restore_company),
        )
    ]


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [pages.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [pages.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entries."""
    return [
        NavItem(
            id="companies",
            title=_("Own companies"),
            endpoint="requisites.index",
            station="paperwork",
            icon="building-bank",
            permission=permissions.VIEW,
            order=90,
        ),
        NavItem(
            id="numbering",
            title=_("Numbers of papers"),
            endpoint="requisites.numbering",
            station="administration",
            icon="list-numbers",
            permission=permissions.MANAGE_NUMBERS,
            order=31,
        ),
    ]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to own companies."""
    fields = {"fields": "the names of the changed fields"}
    return [
        EventType("requisites.company.created", "An own company was entered"),
        EventType("requisites.company.changed", "An own company was changed", fields),
        EventType("requisites.company.archived", "An own company was archived"),
        EventType("requisites.company.taken_back", "An own company is in use again"),
        EventType("requisites.company.deleted", "An own company was put into the bin"),
        EventType("requisites.company.restored", "An own company was taken out of the bin"),
    ]


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Give the demo company the firms in whose name it makes papers."""
    story_of_demo.tell(demo)
