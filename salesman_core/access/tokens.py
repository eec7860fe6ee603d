"""Keys to the JSON API: shown once when they are made, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from salesman_core.access.models import Token, User
from salesman_core.access.permissions import permission_named
from salesman_core.access.person import limited, person_of
from salesman_core.clock import now
from salesman_core.db import reading, rows_of, table_of, writing
from salesman_core.db.revisions import bump, kept
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_hookspecs import Person, Text

_ = texts.lazy

_TOKEN: Final = table_of(Token).c
_BY_HASH: Final = sa.select(
    _TOKEN.id,
    _TOKEN.user_id,
    _TOKEN.name,
    _TOKEN.permissions,
    _TOKEN.expires_at,
    _TOKEN.used_at,
).where(_TOKEN.hash == sa.bindparam("hashed"))

SUBJECT: Final = "tokens"
"""The counter that is raised whenever a token is made or taken back."""

PREFIX: Final = "sm_"
"""What every token begins with, so that scanners of code and logs can recognise a leaked one."""

_BYTES: Final = 32
_NAME: Final = 200
_USE_NOTED: Final = timedelta(hours=1)


@dataclass(slots=True)
class _Key:
    """A token as its process keeps it."""

    id: int
    user_id: int
    name: str
    permissions: list[str] | None
    expires_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptToken:
    """What is known of a token after it was made.

    :param permissions: what it is narrowed to, or None for all that its user may do.
    :param used_at: when it was last used, give or take an hour; UTC.
    """

    id: int
    name: str
    permissions: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


def new_token(
    user_id: int,
    name: str,
    permissions: Iterable[str] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a token and give it; it cannot be had again.

    :param name: what it is for, in its owner's words.
    :param permissions: narrows it to some of the user's permissions; None for all of them.
    :param expires_at: UTC; None for a token that holds until it is revoked.
    :raises InvalidError: by field, for an empty name, an unknown permission or a past expiry.
    :raises MissingError: where there is no such user.
    """
    narrowed = None if permissions is None else sorted(set(permissions))
    wrong = _complaints(name.strip(), narrowed or (), expires_at)
    if wrong:
        raise InvalidError(_("The token cannot be made like this."), wrong)
    token = PREFIX + secrets.token_urlsafe(_BYTES)
    with writing() as session:
        if session.get(User, user_id) is None:
            raise MissingError(_("There is no such user."))
        session.add(
            Token(
                user_id=user_id,
                name=name.strip(),
                hash=hashed(token),
                permissions=narrowed,
                created_at=now(),
                expires_at=expires_at,
            )
        )
        bump(session, SUBJECT)
    return token


def _complaints(
    name: str, permissions: Iterable[str], expires_at: datetime | None
) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    if not name or len(name) > _NAME:
        wrong["name"] = _("Say what it is for, in at most %(most)s characters.", most=_NAME)
    unknown = [one for one in permissions if permission_named(one) is None]
    if unknown:
        wrong["permissions"] = _("There is no permission %(name)s.", name=", ".join(unknown))
    if expires_at is not None and expires_at <= now():
        wrong["expires_at"] = _("This moment has passed.")
    return wrong


def hashed(secret: str) -> str:
    """Give what is kept of a random secret: SHA-256, in 64 hexadecimal digits.

    A slow hash would add nothing, because nobody can guess 256 random bits.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of_token(token: str) -> Person | None:
    """Give whoever a token stands for, narrowed to what it may do.

    None where there is no such token, where it has expired, or where its user may not act.
    """
    if not token.startswith(PREFIX):
        return None
    key = hashed(token)
    known: dict[str, _Key] = kept(SUBJECT)
    if key not in known:
        found = rows_of(reading(), _BY_HASH, {"hashed": key})
        if not found:
            return None
        known[key] = _Key(*found[0])
    return _person_of(known[key])


def name_of_token(token: str) -> str:
    """Give what a token is called for which somebody has just been let in."""
    known: dict[str, _Key] = kept(SUBJECT)
    key = known.get(hashed(token))
    return key.name if key is not None else ""


def _person_of(key: _Key) -> Person | None:
    moment = now()
    if key.expires_at is not None and key.expires_at <= moment:
        return None
    person = person_of(key.user_id)
    if person is None:
        return None
    if key.used_at is None or key.used_at <= moment - _USE_NOTED:
        key.used_at = moment
        _note_use(key.id, moment)
    return limited(person, key.permissions)


def _note_use(token_id: int, moment: datetime) -> None:
    with writing() as session:
        session.execute(sa.update(Token).where(Token.id == token_id).values(used_at=moment))


def tokens_of(user_id: int) -> list[KeptToken]:
    """Give a user's tokens, the newest first."""
    rows = reading().execute(
        sa.select(
            Token.id,
            Token.name,
            Token.permissions,
            Token.created_at,
            Token.expires_at,
            Token.used_at,
        )
        .where(Token.user_id == user_id)
        .order_by(Token.id.desc())
    )
    return [
        KeptToken(
            id=row.id,
            name=row.name,
            permissions=None if row.permissions is None else tuple(row.permissions),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in rows
    ]


def revoke(token_id: int, user_id: int) -> str:
    """Take a user's token back at once; give the name it had.

    :raises MissingError: where the user has no such token.
    """
    with writing() as session:
        token = session.get(Token, token_id)
        if token is None or token.user_id != user_id:
            raise MissingError(_("There is no such token."))
        session.delete(token)
        bump(session, SUBJECT)
        return token.name


def revoke_all(user_id: int) -> None:
    """Take back all tokens of a user."""
    with writing() as session:
        session.execute(sa.delete(Token).where(Token.user_id == user_id))
        bump(session, SUBJECT)
