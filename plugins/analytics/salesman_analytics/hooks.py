"""What analytics contributes to the core: read from top to bottom, it is its contents."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_analytics import api, permissions, views
from salesman_analytics.texts import texts
from salesman_core.toolkit import ApiBlueprint
from salesman_hookspecs import NavItem, Permission, PresetGrant, hookimpl

_ = texts.lazy


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what one may see."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give which preset roles see reports."""
    return permissions.GRANTS


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [views.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [api.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entry."""
    return [
        NavItem(
            id="analytics",
            title=_("Analytics"),
            endpoint="analytics.funnel",
            station="reports",
            icon="chart-bar",
            permission=permissions.VIEW,
            order=15,
        )
    ]
