"""What people change about themselves: password, profile, tokens; and the ways back in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from flask import request
from sqlalchemy.orm import Session

from salesman_core.access import attempts, passwords, sign_in, tokens
from salesman_core.access.models import User
from salesman_core.access.person import (
    SUBJECT,
    SYSTEM,
    acting_as,
    current_person,
    load_person,
)
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.people import entering, letters
from salesman_core.people.links import Purpose, user_of_link
from salesman_core.people.rules import judged_fields
from salesman_core.people.service import KIND
from salesman_core.records.changes import audit, differences
from salesman_core.services.mail import send

_ = texts.lazy
log = structlog.get_logger(__name__)


def own_id() -> int:
    """Give the id of the user who acts.

    :raises MissingError: for the system, which has no profile.
    """
    user_id = current_person().id
    if user_id is None:
        raise MissingError(_("There is no such user."))
    return user_id


def change_profile(values: Mapping[str, Any]) -> None:
    """Change one's own ``name``, ``locale`` or ``theme``.

    :raises InvalidError: by field.
    """
    allowed = {key: value for key, value in values.items() if key in {"name", "locale", "theme"}}
    with writing() as session:
        user = session.get_one(User, own_id())
        changes = differences(user, judged_fields(session, user, allowed))
        for name, (_old, value) in changes.items():
            setattr(user, name, value)
        if changes:
            user.search_name, user.updated_at = user.name, now()
            audit(session, KIND, user.id, user.name, "changed", changes)
            bump(session, SUBJECT)


def change_password(old: str, new: str) -> None:
    """Change one's own password, which signs out everywhere else.

    :raises InvalidError: for the field ``old_password`` or ``password``.
    """
    with writing() as session:
        user = session.get_one(User, own_id())
        if not passwords.matches(user.password_hash, old):
            message = _("This is not your present password.")
            raise InvalidError(message, {"old_password": message})
        _set_password(session, user, new)


def _set_password(session: Session, user: User, new: str) -> None:
    passwords.demand_good(new, name=user.name, email=user.email or "")
    user.password_hash = passwords.hashed(new)
    user.updated_at = now()
    session.flush()
    sign_in.sign_out_others(user.id)
    audit(session, KIND, user.id, user.name, "password_changed", {})
    bump(session, SUBJECT)


def come_by_link(proof: str, purpose: Purpose, password: str) -> None:
    """Set the password of the user whom a link was sent to, and sign them in.

    :raises MissingError: where the link holds no longer.
    :raises InvalidError: for the field ``password``.
    """
    user_id = user_of_link(proof, purpose)
    with writing() as session, acting_as(load_person(session, user_id) or SYSTEM):
        user = session.get_one(User, user_id, with_for_update=True)
        user_of_link(proof, purpose)
        _set_password(session, user, password)
    entering.let_in(user_id)


def ask_for_new_password(login: str) -> None:
    """Send somebody who forgot their password a link; say nothing of whether there is such a user.

    :raises TooManyAttemptsError: where too many letters were asked for.
    """
    attempts.note_letter(login, request.remote_addr or "")
    found = sa.select(User).where(
        User.login == login.replace("\0", ""), User.active, User.email.is_not(None)
    )
    user = reading().scalars(found).one_or_none()
    if user is None:
        log.info("new_password_for_nobody", address=request.remote_addr)
        return
    letter = letters.new_password(user)
    if user.password_hash is None:
        letter = letters.invitation(user, by="SalesMan")
    send(letter)


def make_token(
    name: str, permissions: Iterable[str] | None = None, expires_at: datetime | None = None
) -> str:
    """Make a token of one's own and give it; it cannot be had again.

    :raises InvalidError: by field.
    """
    person = current_person()
    with writing() as session:
        token = tokens.new_token(own_id(), name, permissions, expires_at)
        audit(session, KIND, own_id(), person.name, "token_added", {"name": (None, name)})
    return token


def take_token_back(token_id: int) -> None:
    """Revoke one of one's own tokens.

    :raises MissingError: where one has no such token.
    """
    person = current_person()
    with writing() as session:
        name = tokens.revoke(token_id, own_id())
        audit(session, KIND, own_id(), person.name, "token_revoked", {"name": (name, None)})
