"""Every change of teams: a tree in which nothing stands above itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import Team
from salesman_core.access.person import SUBJECT, teams_below
from salesman_core.db import writing
from salesman_core.db.revisions import bump
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.people.rules import checked_name
from salesman_core.records.changes import Changes, audit, differences
from salesman_core.records.saving import demand_version, fingerprint

_ = texts.lazy

KIND = "team"


def add_team(name: str, parent_id: int | None = None) -> int:
    """Add a team and give its id.

    :param parent_id: the team that it stands below, or None.
    :raises InvalidError: by field.
    """
    with writing() as session:
        team = Team(
            name=_free_name(session, None, name), parent_id=_parent(session, None, parent_id)
        )
        session.add(team)
        _note(session, team, "created", {"name": (None, team.name)})
        return team.id


def version_of(name: str, parent_id: int | None) -> int:
    """Give the version of a team: another one wherever something of it differs."""
    return fingerprint(name, parent_id)


def change_team(team_id: int, values: Mapping[str, Any], version: int | None = None) -> None:
    """Change a team's ``name`` or ``parent_id``.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises InvalidError: by field, for a circle too.
    :raises StaleError: where somebody changed the team since *version*.
    """
    with writing() as session:
        team = _team(session, team_id)
        demand_version(version_of(team.name, team.parent_id), version)
        judged = dict(values)
        if "name" in judged:
            judged["name"] = _free_name(session, team_id, judged["name"])
        if "parent_id" in judged:
            judged["parent_id"] = _parent(session, team_id, judged["parent_id"])
        changes = differences(team, judged)
        for name, (_old, value) in changes.items():
            setattr(team, name, value)
        if changes:
            _note(session, team, "changed", changes)


def delete_team(team_id: int, version: int | None = None) -> None:
    """Delete a team: its people are in none, the teams below it move up.

    :param version: what the caller saw, see :func:`version_of`; None where they do not say.
    :raises StaleError: where somebody changed the team since *version*.
    """
    with writing() as session:
        team = _team(session, team_id)
        demand_version(version_of(team.name, team.parent_id), version)
        below = sa.update(Team).where(Team.parent_id == team_id)
        session.execute(below.values(parent_id=team.parent_id))
        session.delete(team)
        _note(session, team, "deleted", {"name": (team.name, None)})


def _team(session: Session, team_id: int) -> Team:
    """Load a team; all of them stay as they are meanwhile, as two moves could make a circle."""
    session.execute(sa.select(Team.id).order_by(Team.id).with_for_update()).all()
    team = session.get(Team, team_id)
    if team is None:
        raise MissingError(_("There is no such team."))
    return team


def _free_name(session: Session, team_id: int | None, typed: str) -> str:
    name = checked_name(typed)
    if session.scalar(sa.select(Team.id).where(Team.name == name, Team.id != (team_id or 0))):
        message = _("There is a team %(name)s already.", name=name)
        raise InvalidError(message, {"name": message})
    return name


def _parent(session: Session, team_id: int | None, parent_id: int | None) -> int | None:
    if parent_id is None:
        return None
    if session.get(Team, parent_id) is None:
        message = _("There is no team %(id)s.", id=parent_id)
        raise InvalidError(message, {"parent_id": message})
    if parent_id in teams_below(session, team_id):
        message = _("A team cannot stand below itself.")
        raise InvalidError(message, {"parent_id": message})
    return parent_id


def _note(session: Session, team: Team, action: str, changes: Changes) -> None:
    session.flush()
    audit(session, KIND, team.id, team.name, action, changes)
    bump(session, SUBJECT)
