"""What the fields of a user may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import Team, User
from salesman_core.errors import InvalidError
from salesman_core.i18n import LANGUAGES, texts
from salesman_core.services.mail import checked_address
from salesman_hookspecs import Text

_ = texts.lazy

THEMES: Final = ("auto", "light", "dark")
NAME: Final = 200
"""So long may a name be, a user's, a team's or a role's."""


def judged_fields(session: Session, user: User | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields of a user as they are kept.

    :raises InvalidError: naming each that cannot be.
    """
    judged, wrong = dict(values), dict[str, Text]()
    for name, judge in _JUDGES.items():
        if name not in judged:
            continue
        try:
            judged[name] = judge(session, user, judged[name])
        except InvalidError as error:
            wrong[name] = error.message
    if wrong:
        raise InvalidError(_("This user cannot be like this."), wrong)
    return judged


def _name(_session: Session, _user: User | None, name: Any) -> str:
    return checked_name(name)


def _email(session: Session, user: User | None, email: Any) -> str:
    address = checked_address(str(email or ""), "email")
    other = sa.select(User.name).where(User.login == address)
    if user is not None:
        other = other.where(User.id != user.id)
    taken = session.scalar(other)
    if taken is not None:
        raise InvalidError(_("%(name)s signs in with this address already.", name=taken))
    return address


def _team(session: Session, _user: User | None, team_id: Any) -> int | None:
    if team_id is not None and session.get(Team, team_id) is None:
        raise InvalidError(_("There is no team %(id)s.", id=team_id))
    return None if team_id is None else int(team_id)


def _locale(_session: Session, _user: User | None, locale: Any) -> str:
    if locale not in {"", *LANGUAGES}:
        raise InvalidError(_("%(value)s is not known here.", value=locale))
    return str(locale)


def _theme(_session: Session, _user: User | None, theme: Any) -> str:
    if theme not in THEMES:
        raise InvalidError(_("%(value)s is not known here.", value=theme))
    return str(theme)


_JUDGES: Final[dict[str, Callable[[Session, User | None, Any], Any]]] = {
    "name": _name,
    "email": _email,
    "team_id": _team,
    "locale": _locale,
    "theme": _theme,
}


def checked_name(typed: Any) -> str:
    """Give a name as it is kept.

    :raises InvalidError: for the field ``name``, where it is empty or too long.
    """
    text = " ".join(str(typed or "").split())
    if not 0 < len(text) <= NAME:
        message = _("A name of at most %(most)s characters is needed.", most=NAME)
        raise InvalidError(message, {"name": message})
    return text
