"""What analytics contributes to the core: read from top to bottom, it is its contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint

from salesman_analytics import bought, comings, letters, pages, permissions, with_deals
from salesman_analytics.reports import own_reports
from salesman_analytics.texts import texts
from salesman_core.toolkit import ApiBlueprint
from salesman_hookspecs import (
    AddedFilter,
    Job,
    NavItem,
    Permission,
    PresetGrant,
    Schedule,
    hookimpl,
)

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
    return [pages.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [pages.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entry."""
    return [
        NavItem(
            id="analytics",
            title=_("Analytics"),
            endpoint="analytics.index",
            station="reports",
            icon="chart-bar",
            permission=permissions.VIEW,
            order=15,
        )
    ]


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    return [
        Job("analytics.mail", letters.mail_views, title=_("Reports to be mailed")),
        Job(letters.JOB, letters.mail_view, transactional=False, title=_("Letters with reports")),
    ]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: every morning."""
    return [Schedule("analytics.mail", "0 7 * * *", "analytics.mail")]


@hookimpl
def salesman_list_filters() -> Iterable[AddedFilter]:
    """Let the lists of clients and of deals be asked for those behind a figure."""
    return [*bought.FILTERS, comings.FILTER, with_deals.FILTER]


@hookimpl
def salesman_analytics_reports() -> Iterable[Mapping[str, Any]]:
    """Give our own reports, by the very hook that others give theirs by."""
    return own_reports()
