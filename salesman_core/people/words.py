"""How the audit tells of users, teams and roles."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.explaining import SCOPES
from salesman_core.access.models import Role, Team
from salesman_core.access.permissions import permission_named, role_name
from salesman_core.i18n import LANGUAGES, texts, texts_of
from salesman_core.people import roles, service, taken_over, teams
from salesman_core.records.audit_fields import (
    USERS,
    FieldWords,
    describe_fields,
    describe_kind,
    names_from,
)

_ = texts.lazy

_SCOPES: Final = {scope.name.lower(): title for scope, title in SCOPES.items()}


def _role_names(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Give the names of roles, a preset's in the reader's language."""
    found = session.execute(sa.select(Role.id, Role.preset, Role.name).where(Role.id.in_(ids)))
    return {row.id: role_name(row.preset, row.name) for row in found}


def _permission(name: str) -> FieldWords:
    """Give how a change of a grant is read: the permission by its title."""
    known = permission_named(name)
    if known is None:
        return FieldWords(name, choices=_SCOPES)
    title = texts_of(name.partition(".")[0]).gettext(known.title)
    return FieldWords(title, choices=_SCOPES)


def describe() -> None:
    """Say how changes of users, teams and roles are read."""
    describe_fields(
        service.KIND,
        {
            "name": FieldWords(_("Name")),
            "email": FieldWords(_("Email")),
            "login": FieldWords(_("Login name")),
            "team_id": FieldWords(_("Team"), names=names_from(Team)),
            "role_ids": FieldWords(
                _("Roles"),
                names=_role_names,
                added=_("Role given"),
                removed=_("Role taken away"),
            ),
            "locale": FieldWords(_("Language"), choices=LANGUAGES),
            "theme": FieldWords(_("Theme")),
            "active": FieldWords(_("Active")),
            "external_ids": FieldWords(_("Keys in other systems")),
            "device": FieldWords(_("Browser")),
            "seen_id": FieldWords(_("As whom"), names=USERS),
            "until": FieldWords(_("At most until")),
            "successor_id": FieldWords(_("Successor"), names=USERS),
            taken_over.FIELD: FieldWords(_("Taken over"), item=taken_over.in_words),
        },
        actions={taken_over.HANDED: _("records handed over")},
    )
    describe_kind(
        teams.KIND,
        _("Team"),
        {
            "name": FieldWords(_("Name")),
            "parent_id": FieldWords(_("Above it"), names=names_from(Team)),
        },
    )
    describe_kind(roles.KIND, _("Role"), {"name": FieldWords(_("Name"))}, others=_permission)
    describe_kind("settings", _("Settings"))
