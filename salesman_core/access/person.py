"""Who acts: the person behind a request, a job or a command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from flask import g, has_app_context
from sqlalchemy.orm import Session

from salesman_core.access.models import Role, RoleGrant, Team, User, UserRole
from salesman_core.db import BigId, reading
from salesman_core.db.revisions import kept
from salesman_core.errors import UnauthenticatedError
from salesman_core.i18n import language_found_anew, texts
from salesman_hookspecs import Person, Scope

_ = texts.lazy

SUBJECT: Final = "access"
"""The counter that is raised whenever a user, a role or a team changes."""

SYSTEM: Final = Person(id=None, name="SalesMan", everything=True)
"""The system itself: jobs, schedules and the command line."""


def current_person() -> Person:
    """Give whoever acts.

    :raises UnauthenticatedError: where nobody is signed in.
    """
    person = maybe_person()
    if person is None:
        raise UnauthenticatedError(_("Sign in to go on."))
    return person


def maybe_person() -> Person | None:
    """Give whoever acts, or None where nobody is signed in."""
    if not has_app_context():
        return None
    person: Person | None = g.get("salesman_person")
    return person


@contextmanager
def acting_as(person: Person) -> Iterator[None]:
    """Let *person* be the one who acts inside the block."""
    before = g.get("salesman_person")
    with language_found_anew():
        g.salesman_person = person
        try:
            yield
        finally:
            g.salesman_person = before


def person_of(user_id: int) -> Person | None:
    """Give a user as a person with all that their roles grant, or None where they may not act.

    Kept in memory until a user, role or team changes.
    """
    people: dict[int, Person | None] = kept(SUBJECT)
    if user_id not in people:
        people[user_id] = load_person(reading(), user_id)
    return people[user_id]


def people_names() -> Mapping[int, str]:
    """Give what every user is called, also who may not act any more; kept in memory likewise."""
    known: dict[Any, Any] = kept(SUBJECT)
    if "names" not in known:
        rows = reading().execute(sa.select(User.id, User.name))
        known["names"] = {row.id: row.name for row in rows}
    names: Mapping[int, str] = known["names"]
    return names


def load_person(session: Session, user_id: int) -> Person | None:
    """Read a user with roles and teams."""
    user = session.execute(
        sa.select(User.id, User.name, User.email, User.locale, User.team_id).where(
            User.id == user_id, User.active
        )
    ).one_or_none()
    if user is None:
        return None
    roles = sa.select(UserRole.role_id).where(UserRole.user_id == user_id)
    everything = bool(
        session.scalar(sa.select(sa.exists().where(Role.id.in_(roles), Role.everything)))
    )
    held = sa.select(Role.preset).where(Role.id.in_(roles), Role.preset.is_not(None))
    return Person(
        id=user.id,
        name=user.name,
        email=user.email or "",
        locale=user.locale,
        scopes=_widest(session, roles),
        team_ids=teams_below(session, user.team_id),
        everything=everything,
        presets=frozenset(preset for preset in session.scalars(held) if preset),
    )


def _widest(session: Session, roles: sa.Select[int]) -> Mapping[str, Scope]:
    rows = session.execute(
        sa.select(RoleGrant.permission, sa.func.max(RoleGrant.scope))
        .where(RoleGrant.role_id.in_(roles))
        .group_by(RoleGrant.permission)
    ).all()
    return {permission: Scope(scope) for permission, scope in rows}


def teams_below(session: Session, team_id: int | None) -> tuple[int, ...]:
    """Give a team and all those below it."""
    if team_id is None:
        return ()
    below = sa.select(sa.literal(team_id, BigId).label("id")).cte("below", recursive=True)
    below = below.union(sa.select(Team.id).where(Team.parent_id == below.c.id))
    return tuple(session.scalars(sa.select(below.c.id)))


def limited(person: Person, permissions: Iterable[str] | None) -> Person:
    """Give *person* narrowed to some permissions, as a token may be."""
    if permissions is None:
        return person
    scopes = {name: person.scope(name) for name in permissions}
    return replace(person, scopes=scopes, everything=False)
