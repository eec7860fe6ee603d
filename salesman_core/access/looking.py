"""Looking at the CRM as somebody else: with their eyes, without their hands.

A look belongs to one browser and lasts an hour at most. Whoever acts in that browser is then the
person who is looked as, so every read gives what they would see; and nothing can be changed, so
nobody finds in their own history what they have not done. The JSON API knows no looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from flask import Flask, g, request

from salesman_core.access.models import Look
from salesman_core.access.person import current_person, person_of
from salesman_core.access.records import demand_permission
from salesman_core.access.sign_in import current_browser, end_looks, knows_cookies
from salesman_core.clock import now
from salesman_core.db import reading, refuse_changes, writing
from salesman_core.errors import ConflictError, ForbiddenError, MissingError, SalesmanError
from salesman_core.i18n import texts
from salesman_hookspecs import Person, Scope

_ = texts.lazy

LOOK_AS: Final = "core.user.look_as"
LONGEST: Final = timedelta(hours=1)

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_AS_ONESELF: Final = frozenset({"people_look.end", "sign.leave"})
"""What is done by whoever looks, and not by whom they look as."""


class LookingError(SalesmanError):
    """Somebody tried to change something while they look as somebody else."""

    status = 403


@dataclass(frozen=True, slots=True)
class CurrentLook:
    """A look that is going on in this browser.

    :param looker: who looks; ``seen`` is whose eyes these are.
    :param until: when it ends by itself, UTC.
    """

    looker: Person
    seen: Person
    until: datetime


@dataclass(frozen=True, slots=True)
class PastLook:
    """A look as it is told afterwards."""

    user_name: str
    seen_name: str
    since: datetime
    until: datetime


def init_looking(app: Flask) -> None:
    """Let pages of *app* be seen with the eyes of whom the browser looks as."""
    app.before_request(_see)


def _see() -> None:
    browser = current_browser() if knows_cookies() else None
    if browser is None or browser.seen_id is None or request.endpoint in _AS_ONESELF:
        return
    looker, seen = person_of(browser.user_id), person_of(browser.seen_id)
    if looker is None or seen is None or browser.look_until is None or not covers(looker, seen):
        return
    g.salesman_look = CurrentLook(looker, seen, browser.look_until)
    g.salesman_person = seen
    refusal = LookingError(
        _(
            "You look with the eyes of %(name)s, so nothing can be changed. Stop looking first.",
            name=seen.name,
        )
    )
    refuse_changes(refusal)
    if request.method not in _READING:
        raise refusal


def current_look() -> CurrentLook | None:
    """Give the look that is going on, or None where people see with their own eyes."""
    look: CurrentLook | None = g.get("salesman_look")
    return look


def covers(looker: Person, seen: Person) -> bool:
    """Tell whether somebody may look as somebody else: they hold all that the other holds.

    With a scope of *own* or *team* the two reach different records, so only *all* covers it.
    """
    if looker.id == seen.id or not looker.may(LOOK_AS):
        return False
    if looker.everything:
        return True
    held = (name for name, scope in seen.scopes.items() if scope is not Scope.NONE)
    return not seen.everything and all(looker.scope(name) is Scope.ALL for name in held)


def begin_look(seen_id: int) -> datetime:
    """Look as somebody else from now on, in this browser; give when it ends by itself.

    :raises MissingError: where there is no such active user.
    :raises ForbiddenError: for somebody who holds more than oneself.
    :raises ConflictError: for oneself, and where nobody is signed in in this browser.
    """
    demand_permission(LOOK_AS)
    looker, seen, browser = current_person(), person_of(seen_id), current_browser()
    if seen is None:
        raise MissingError(_("There is no such user."))
    if browser is None or looker.id == seen_id:
        raise ConflictError(_("These are your own eyes."))
    if not covers(looker, seen):
        message = _("%(name)s holds more than you: ask an administrator.", name=seen.name)
        raise ForbiddenError(message, LOOK_AS)
    moment = now()
    with writing() as session:
        end_looks(session, browser.id)
        session.add(
            Look(
                session_id=browser.id,
                user_id=looker.id,
                user_name=looker.name,
                seen_id=seen_id,
                seen_name=seen.name,
                since=moment,
                until=moment + LONGEST,
            )
        )
    return moment + LONGEST


def end_look() -> tuple[int, str] | None:
    """See with one's own eyes again; give whom one looked as, None where one did not."""
    browser = current_browser()
    if browser is None or browser.seen_id is None:
        return None
    with writing() as session:
        end_looks(session, browser.id)
    name = sa.select(Look.seen_name).where(Look.session_id == browser.id)
    found = reading().scalar(name.order_by(Look.id.desc()).limit(1))
    return browser.seen_id, str(found or "")


def looks_of(user_id: int, limit: int = 10) -> list[PastLook]:
    """Give the latest looks of a user, and those of others as them."""
    found = sa.select(Look.user_name, Look.seen_name, Look.since, Look.until).where(
        sa.or_(Look.user_id == user_id, Look.seen_id == user_id)
    )
    rows = reading().execute(found.order_by(Look.id.desc()).limit(limit))
    return [PastLook(row.user_name, row.seen_name, row.since, row.until) for row in rows]
