"""What the administration contributes, through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from salesman_core.administration import (
    fault_views,
    holiday_api,
    holiday_views,
    job_views,
    place_views,
    views,
    words,
)
from salesman_core.administration.permissions import COMPANY, JOBS, PERMISSIONS, PLUGINS
from salesman_core.i18n import texts
from salesman_core.jobs import dead_count
from salesman_core.rest import ApiBlueprint
from salesman_hookspecs import NavItem, Permission, hookimpl

_ = texts.lazy

words.describe()

_STATION = "administration"


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what only administrators do by default."""
    return PERMISSIONS


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [
        views.blueprint,
        job_views.blueprint,
        place_views.blueprint,
        fault_views.blueprint,
        holiday_views.blueprint,
    ]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API of holidays."""
    return [holiday_api.holidays_api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entries; background work counts what failed for the last time."""
    company, plugins = "administration.company_form", "administration.plugins"
    return [
        NavItem("company", _("Company"), company, _STATION, "building", COMPANY, order=10),
        NavItem(
            "holidays",
            _("Holidays"),
            "holidays.index",
            _STATION,
            "calendar-off",
            COMPANY,
            order=12,
        ),
        NavItem(
            id="jobs",
            title=_("Background work"),
            endpoint="jobs.index",
            station=_STATION,
            icon="list-check",
            permission=JOBS,
            order=80,
            badge=lambda: dead_count() or None,
        ),
        NavItem("faults", _("Faults"), "faults.index", _STATION, "bug", PLUGINS, order=95),
        NavItem("plugins", _("Plugins"), plugins, _STATION, "puzzle", PLUGINS, order=90),
    ]
