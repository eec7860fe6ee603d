"""What UniSender contributes: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint

from salesman_core.toolkit import FieldWords, describe_kind, reading
from salesman_hookspecs import HealthCheck, NavItem, Permission, hookimpl
from salesman_unisender import adapter, service, views
from salesman_unisender.models import ACCOUNT
from salesman_unisender.permissions import MANAGE, PERMISSIONS
from salesman_unisender.texts import texts

_ = texts.lazy

describe_kind(
    ACCOUNT,
    _("Account of UniSender"),
    {
        "key": FieldWords(_("Key of the API")),
        "follows_readers": FieldWords(_("Opens and clicks")),
    },
)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Say who may connect the company with UniSender."""
    return PERMISSIONS


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the administrator's page, and what UniSender calls."""
    return [views.blueprint]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entry."""
    return [
        NavItem(
            id="account",
            title="UniSender",
            endpoint="unisender.account",
            station="administration",
            icon="plug-connected",
            permission=MANAGE,
            order=60,
        )
    ]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell whether UniSender answered the last time."""
    found = service.account(reading())
    if found is None:
        return []
    return [HealthCheck("UniSender", ok=not found.problem, detail=found.problem)]


@hookimpl(optionalhook=True)
def salesman_mailing_services() -> Iterable[Mapping[str, Any]]:
    """Let groups be linked with lists of UniSender."""
    return [
        {
            "id": "unisender",
            "title": "UniSender",
            "connect": adapter.connect,
            "setup": "unisender.account",
        }
    ]
