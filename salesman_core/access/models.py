"""Users, teams, roles and what lets a person in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.db import Base, Norm, identity, refers


class Team(Base):
    """A group of users below one another in a tree; *team* scope covers the teams below."""

    __tablename__ = "core_team"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    parent_id: Mapped[int | None] = refers("core_team.id", ondelete="SET NULL")


class User(Base):
    """Somebody who works here, or worked here, or whom an import named.

    A user without a password cannot sign in until the invitation was accepted.
    """

    __tablename__ = "core_user"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(200))
    search_name: Mapped[str] = mapped_column(Norm, index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    login: Mapped[str | None] = mapped_column(Norm, unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    team_id: Mapped[int | None] = refers("core_team.id", ondelete="SET NULL")
    locale: Mapped[str] = mapped_column(sa.String(5), default="")
    theme: Mapped[str] = mapped_column(sa.String(5), default="auto")
    active: Mapped[bool] = mapped_column(default=True)
    invited_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)
    preferences: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class UserExternalId(Base):
    """The key of a user in another system, or the name that a file gave them."""

    __tablename__ = "core_user_external_id"

    source: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    record_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE")


class Role(Base):
    """What people of one kind may do.

    ``preset`` names the preset that it came from; ``everything`` holds every permission of every
    plugin, those of tomorrow included.
    """

    __tablename__ = "core_role"

    id: Mapped[int] = identity()
    preset: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    everything: Mapped[bool] = mapped_column(default=False)


class RoleGrant(Base):
    """How far a role holds a permission; that of an absent plugin is kept."""

    __tablename__ = "core_role_grant"

    role_id: Mapped[int] = mapped_column(
        sa.ForeignKey("core_role.id", ondelete="CASCADE"), primary_key=True
    )
    permission: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    scope: Mapped[int] = mapped_column(sa.SmallInteger)


class SeededGrants(Base):
    """An owner whose preset grants have been given: an administrator's changes stay from then."""

    __tablename__ = "core_seeded_grants"

    owner: Mapped[str] = mapped_column(sa.String(31), primary_key=True)
    permission: Mapped[str] = mapped_column(sa.String(120), primary_key=True)


class UserRole(Base):
    """A role that a user has."""

    __tablename__ = "core_user_role"

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = refers("core_role.id", ondelete="CASCADE", primary_key=True)


class Token(Base):
    """A key to the JSON API; only its hash is kept.

    ``permissions`` narrows what it may do to some of its user's permissions; None for all.
    """

    __tablename__ = "core_token"

    id: Mapped[int] = identity()
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(200))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    permissions: Mapped[list[str] | None] = mapped_column(sa.JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SignedIn(Base):
    """A browser in which a user is signed in; only the hash of its secret is kept."""

    __tablename__ = "core_session"

    id: Mapped[int] = identity()
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE")
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    epoch: Mapped[int]
    agent: Mapped[str] = mapped_column(sa.String(300), default="")
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Look(Base):
    """An administrator's look at the CRM as somebody else, from when until when.

    ``until`` is the hour that it may last at most, until it is ended before. It keeps names, so
    that it can be read when one of the two is gone.
    """

    __tablename__ = "core_look"

    id: Mapped[int] = identity()
    session_id: Mapped[int | None] = refers("core_session.id", ondelete="SET NULL")
    user_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    user_name: Mapped[str] = mapped_column(sa.String(200))
    seen_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    seen_name: Mapped[str] = mapped_column(sa.String(200))
    since: Mapped[datetime]
    until: Mapped[datetime]
