"""What plans contribute to the core: read from top to bottom, it is the plugin's contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint

from salesman_core.toolkit import SEE_MARGIN, ApiBlueprint
from salesman_hookspecs import (
    Demo,
    DeskWidget,
    EventType,
    ImportType,
    Job,
    NavItem,
    Permission,
    Person,
    PresetGrant,
    RecordType,
    Schedule,
    hookimpl,
)
from salesman_plans import api, deals, imports, jobs, offered, permissions, views, words
from salesman_plans.demo import give_plans
from salesman_plans.lists import LISTED
from salesman_plans.models import KIND, MARGIN, Plan
from salesman_plans.texts import texts
from salesman_plans.toolkit import Plans
from salesman_plans.widget import fulfilment_panel

_ = texts.lazy

words.describe()


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with plans."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with plans."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how plans are reached: one's own, those of one's teams, all."""
    return [
        RecordType(
            kind=KIND,
            title=_("Plan"),
            plural=_("Plans"),
            model=Plan,
            view_permission=permissions.VIEW,
            card_endpoint="plans.card",
            label="subject",
            owner="user_id",
            team="team_id",
            stays=True,
            listed=LISTED,
        )
    ]


@hookimpl
def salesman_guarded_kinds() -> Iterable[str]:
    """Guard plans: those of margins."""
    return [KIND]


@hookimpl
def salesman_record_filter(person: Person) -> sa.ColumnElement[bool] | None:
    """Show plans of margins to those alone who see margins."""
    return None if person.may(SEE_MARGIN) else Plan.metric != MARGIN


@hookimpl
def salesman_plans_sources() -> Iterable[Mapping[str, Any]]:
    """Give the figures of closed deals, by the very hook that others give theirs by."""
    return deals.sources()


@hookimpl
def salesman_service() -> Iterable[Plans]:
    """Let other plugins ask for plans."""
    return [offered.Goals()]


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [views.blueprint]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entries."""
    return [
        NavItem(
            id="plans",
            title=_("Plans"),
            endpoint="plans.index",
            station="reports",
            icon="target-arrow",
            permission=permissions.VIEW,
            order=10,
            at_hand=40,
        ),
        NavItem(
            id="basis",
            title=_("Accounting basis"),
            endpoint="plans.show_basis",
            station="administration",
            icon="scale",
            permission=permissions.MANAGE,
            order=36,
        ),
    ]


@hookimpl
def salesman_desk_widgets() -> Iterable[DeskWidget]:
    """Show on the desk how far the plan is."""
    return [
        DeskWidget(
            id="fulfilment",
            title=_("Plan fulfilment"),
            render=fulfilment_panel,
            permission=permissions.VIEW,
            order=15,
            width=6,
        )
    ]


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring plans in."""
    return [imports.PLANS]


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work that is done later."""
    return [Job("plans.tell", jobs.tell, title=_("Notices of plans"))]


@hookimpl
def salesman_schedules() -> Iterable[Schedule]:
    """Say when it is done: every quarter of an hour."""
    return [Schedule("plans.tell", "*/15 * * * *", "plans.tell")]


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Give the people of the demo company plans."""
    give_plans(demo)


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [api.api]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to plans."""
    told = {
        "whose": "company, or as team:3 and person:5",
        "month": "its first day",
        "metric": "turnover, margin, units or deals",
        "item": "the category or product whose units are planned, empty for everything",
        "value": "the plan, or null where it was taken away",
    }
    return [EventType("plans.plan.set", "A plan was set", told)]
