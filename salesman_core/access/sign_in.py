"""Signing in with a password, and the browsers in which somebody is signed in.

The cookie holds a random secret and nothing about the person; its hash is a row of
``core_session``, which can be listed and taken back. The JSON API knows no cookies: under
``/api/`` nobody is recognised here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import flask_login
import sqlalchemy as sa
import structlog
from flask import Flask, g, request, session
from sqlalchemy.orm import Session

from salesman_core.access import attempts, passwords
from salesman_core.access.models import Look, SignedIn, User
from salesman_core.access.person import person_of
from salesman_core.access.tokens import hashed
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts

_ = texts.lazy
log = structlog.get_logger(__name__)

LONGEST_STAY: Final = timedelta(days=90)
"""After so long everybody signs in again."""
IDLE_STAYING: Final = timedelta(days=14)
"""How long a browser that stays signed in may be left alone."""
IDLE: Final = timedelta(hours=12)
"""The same for one that does not: a working day."""

_SEEN_NOTED: Final = timedelta(minutes=5)
_BYTES: Final = 32
_AGENT: Final = 300
_LOGIN: Final = 254
_API: Final = "/api/"
_COOKIES: Final = {True: "__Host-salesman", False: "salesman"}
"""The prefix keeps other hosts of the same domain from planting a cookie (RFC 6265bis, 4.1.3)."""


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser in which somebody is signed in, as Flask-Login keeps it for a request.

    :param seen_id: the user as whom they look; see :mod:`salesman_core.access.looking`.
    :param look_until: when that ends by itself, UTC.
    """

    secret: str
    id: int
    user_id: int
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False
    seen_id: int | None = None
    look_until: datetime | None = None

    def get_id(self) -> str:
        """Give what the cookie holds."""
        return self.secret


@dataclass(frozen=True, slots=True)
class Device:
    """A browser as its owner sees it in a list.

    :param agent: what it called itself when it signed in.
    :param current: whether it is the one that asks.
    """

    id: int
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    current: bool


class SignInRefusedError(InvalidError):
    """An address and a password do not belong together.

    :param user_id: whose account it was, for the audit alone; None where there is none.
    """

    def __init__(self, user_id: int | None) -> None:
        super().__init__(_("This address and this password do not belong together."))
        self.user_id = user_id


def init_sign_in(app: Flask) -> None:
    """Let every page request of *app* know who is signed in, as ``current_person`` gives it.

    ``SESSION_COOKIE_SECURE`` is set already, True where the CRM is served over HTTPS.
    """
    app.config.update(
        SESSION_COOKIE_NAME=_COOKIES[app.config["SESSION_COOKIE_SECURE"]],
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST_STAY,
    )
    attempts.install(app)
    manager = flask_login.LoginManager()
    manager.session_protection = None  # an office whose address changes must not be signed out
    manager.user_loader(_browser)
    manager.init_app(app, add_context_processor=False)
    app.before_request(_recognise)


def knows_cookies() -> bool:
    """Tell whether a request's cookie says who is there: not in the JSON API, nor for files."""
    return not request.path.startswith(_API) and not (request.endpoint or "").endswith("static")


def _recognise() -> None:
    browser = current_browser() if knows_cookies() else None
    if browser is not None:
        g.salesman_person = person_of(browser.user_id)


def current_browser() -> Browser | None:
    """Give the browser that asks, or None where nobody is signed in."""
    user = flask_login.current_user._get_current_object()  # noqa: SLF001  # Werkzeug's own API
    return user if isinstance(user, Browser) else None


def _browser(secret: str) -> Browser | None:
    """Give the browser that a cookie belongs to, unless its time is over."""
    row = (
        reading()
        .execute(
            sa.select(SignedIn.id, SignedIn.user_id, SignedIn.seen_at, Look.seen_id, Look.until)
            .join(User, User.id == SignedIn.user_id)
            .outerjoin(Look, sa.and_(Look.session_id == SignedIn.id, Look.until > now()))
            .where(
                SignedIn.hash == hashed(secret),
                SignedIn.expires_at > now(),
                SignedIn.epoch == User.epoch,
                User.active,
            )
        )
        .one_or_none()
    )
    if row is None:
        return None
    if row.seen_at <= now() - _SEEN_NOTED:
        _note_seen(row.id)
    return Browser(secret, row.id, row.user_id, seen_id=row.seen_id, look_until=row.until)


def _note_seen(device_id: int) -> None:
    """Move the end of idleness along, never past the longest stay."""
    with writing() as writer:
        device = writer.get(SignedIn, device_id)
        if device is None:
            return
        idle = device.expires_at - device.seen_at
        device.seen_at = now()
        device.expires_at = min(now() + idle, device.created_at + LONGEST_STAY)


def sign_in(login: str, password: str, *, stay: bool = False) -> None:
    """Sign this browser in.

    :param login: the user's email address or login name, in any case.
    :param stay: whether the browser stays signed in when it is closed.
    :raises TooManyAttemptsError: where somebody has to wait, saying how long.
    :raises SignInRefusedError: where the two do not belong together; its words do not say which is
        wrong.
    """
    address = request.remote_addr or ""
    account = (
        reading()
        .execute(
            sa.select(User.id, User.password_hash, User.active).where(User.login == _typed(login))
        )
        .one_or_none()
    )
    known = account is not None and _knows(account.id, address)
    attempts.note(_typed(login), address, known_here=known)
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right or not account.active:
        log.info("sign_in_refused", user_id=account.id if account else None, address=address)
        raise SignInRefusedError(account.id if account else None)
    attempts.forget(_typed(login), address)
    if passwords.outdated(account.password_hash):
        _keep_anew(account.id, password)
    sign_in_as(account.id, stay=stay)


def _typed(login: str) -> str:
    return login.replace("\0", "")[:_LOGIN]


def _knows(user_id: int, address: str) -> bool:
    """Tell whether the user is signed in at this address already."""
    here = sa.exists().where(
        SignedIn.user_id == user_id, SignedIn.address == address, SignedIn.expires_at > now()
    )
    return bool(reading().scalar(sa.select(here)))


def _keep_anew(user_id: int, password: str) -> None:
    with writing() as writer:
        kept = sa.update(User).where(User.id == user_id)
        writer.execute(kept.values(password_hash=passwords.hashed(password)))


def sign_in_as(user_id: int, *, stay: bool = False) -> None:
    """Sign this browser in as somebody who has proved to be this user.

    Everything that the browser's session held before is forgotten, so that a secret which
    somebody else planted there is worth nothing.
    """
    secret, moment = secrets.token_urlsafe(_BYTES), now()
    before = current_browser()
    with writing() as writer:
        over = SignedIn.expires_at <= moment
        if before is not None:
            end_looks(writer, before.id)
            over = sa.or_(over, SignedIn.id == before.id)
        writer.execute(sa.delete(SignedIn).where(over))
        device = SignedIn(
            user_id=user_id,
            hash=hashed(secret),
            epoch=writer.scalars(sa.select(User.epoch).where(User.id == user_id)).one(),
            agent=request.user_agent.string[:_AGENT],
            address=request.remote_addr or "",
            created_at=moment,
            seen_at=moment,
            expires_at=moment + (IDLE_STAYING if stay else IDLE),
        )
        writer.add(device)
        writer.flush()
    session.clear()
    session.permanent = stay
    flask_login.login_user(Browser(secret, device.id, user_id))
    g.salesman_person = person_of(user_id)
    log.info("signed_in", user_id=user_id, address=device.address)


def sign_out() -> None:
    """Sign this browser out, and forget all that its session held."""
    browser = current_browser()
    if browser is not None:
        with writing() as writer:
            end_looks(writer, browser.id)
            writer.execute(sa.delete(SignedIn).where(SignedIn.id == browser.id))
    flask_login.logout_user()
    session.clear()
    g.pop("salesman_person", None)


def end_looks(session: Session, device_id: int) -> None:
    """End the look as somebody else that goes on in a browser, before that is signed out."""
    _end(session, Look.session_id == device_id)


def end_looks_of(session: Session, user_id: int) -> None:
    """End all looks of a user as others, and those of others as them."""
    _end(session, sa.or_(Look.user_id == user_id, Look.seen_id == user_id))


def _end(session: Session, condition: sa.ColumnElement[bool]) -> None:
    going_on = sa.update(Look).where(condition, Look.until > now())
    session.execute(going_on.values(until=now()))


def devices_of(user_id: int) -> list[Device]:
    """Give the browsers in which a user is signed in, the last seen first."""
    here = current_browser()
    rows = reading().execute(
        sa.select(
            SignedIn.id,
            SignedIn.agent,
            SignedIn.address,
            SignedIn.created_at,
            SignedIn.seen_at,
        )
        .where(SignedIn.user_id == user_id, SignedIn.expires_at > now())
        .order_by(SignedIn.seen_at.desc(), SignedIn.id.desc())
    )
    return [
        Device(
            id=row.id,
            agent=row.agent,
            address=row.address,
            created_at=row.created_at,
            seen_at=row.seen_at,
            current=here is not None and here.id == row.id,
        )
        for row in rows
    ]


def sign_out_device(device_id: int, user_id: int) -> None:
    """Sign one of a user's browsers out.

    :raises MissingError: where the user is not signed in there.
    """
    with writing() as writer:
        device = writer.get(SignedIn, device_id)
        if device is None or device.user_id != user_id:
            raise MissingError(_("Nobody is signed in there any more."))
        end_looks(writer, device_id)
        writer.delete(device)


def sign_out_others(user_id: int) -> None:
    """Sign a user out everywhere but in this browser, which gets a new secret.

    The user's epoch is raised, so that links which were sent before hold no longer either.
    """
    here = current_browser()
    mine = here if here is not None and here.user_id == user_id else None
    with writing() as writer:
        epoch = writer.scalars(
            sa.update(User)
            .where(User.id == user_id)
            .values(epoch=User.epoch + 1)
            .returning(User.epoch)
        ).one()
        end_looks_of(writer, user_id)
        others = sa.delete(SignedIn).where(SignedIn.user_id == user_id)
        writer.execute(others.where(SignedIn.id != mine.id) if mine else others)
        if mine:
            secret = secrets.token_urlsafe(_BYTES)
            kept = sa.update(SignedIn).where(SignedIn.id == mine.id)
            writer.execute(kept.values(hash=hashed(secret), epoch=epoch))
            flask_login.login_user(Browser(secret, mine.id, user_id))
