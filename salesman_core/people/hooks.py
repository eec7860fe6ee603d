"""What people contribute, through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from flask import Blueprint, url_for

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.db import normalised, reading
from salesman_core.i18n import texts
from salesman_core.people import (
    admin_views,
    api,
    entry_views,
    handing_over,
    look_views,
    mail_views,
    permissions,
    role_views,
    views,
    why_views,
    words,
)
from salesman_core.records.audit import VIEW as AUDIT
from salesman_core.records.list_fields import contains
from salesman_core.rest import ApiBlueprint
from salesman_core.services import mail
from salesman_core.web.templating import render
from salesman_hookspecs import (
    Job,
    NavItem,
    Permission,
    Person,
    PresetGrant,
    RecordType,
    SearchHit,
    SearchSource,
    SlotFill,
    hookimpl,
)

_ = texts.lazy

words.describe()


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with users, teams and roles."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Let everybody see their colleagues."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how users are reached."""
    return [
        RecordType(
            kind="user",
            title=_("User"),
            plural=_("Users"),
            model=User,
            view_permission=permissions.VIEW,
            card_endpoint="people.user",
            owner=None,
            history_permission=AUDIT,
        )
    ]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the entries of the administration."""
    station = "administration"
    return [
        NavItem("users", _("Users"), "people.users", station, "users", permissions.MANAGE, 10),
        NavItem("teams", _("Teams"), "people.teams", station, "sitemap", permissions.MANAGE, 11),
        NavItem(
            "roles", _("Roles"), "people_roles.index", station, "shield", permissions.ROLES, 12
        ),
        NavItem(
            "mail", _("Outgoing mail"), "people_mail.index", station, "mail", permissions.MAIL, 13
        ),
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Lead from the person's menu to their profile."""
    return [SlotFill("profile", "shell.person_menu", _profile_link, _("Profile"))]


def _profile_link(_page: object) -> str:
    return render("core/people/profile_link.html")


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    pages = (entry_views, views, admin_views, role_views, mail_views, why_views, look_views)
    return [*(page.blueprint for page in pages), why_views.records_blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [api.users_api, api.teams_api, api.roles_api, api.me_api]


@hookimpl
def salesman_jobs() -> Iterable[Job]:
    """Give the work of sending letters and of handing records over."""
    return [mail.JOB, handing_over.HAND_OVER]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find colleagues."""
    return [SearchSource("users", _("Users"), "users", permissions.VIEW, _find)]


def _find(typed: str, person: Person, limit: int) -> Sequence[SearchHit]:
    found = reading().execute(
        sa.select(User.id, User.name, User.search_name, User.email)
        .where(contains(User.search_name, typed), User.active, visible("user", person=person))
        .order_by(User.search_name, User.id)
        .limit(limit)
    )
    wanted = normalised(typed)
    return [
        SearchHit(
            title=row.name,
            url=url_for("people.user", record_id=row.id),
            detail=row.email or "",
            score=0.6 if row.search_name.startswith(wanted) else 0.4,
        )
        for row in found
    ]
