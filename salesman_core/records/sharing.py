"""What people keep under a name: for themselves, for their team or for the company."""

from __future__ import annotations

from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.models import Shared
from salesman_core.records.permissions import SHARE
from salesman_core.records.saving import named
from salesman_hookspecs import Text

_ = texts.lazy

S = TypeVar("S", bound=Shared)

PRIVATE, TEAM, COMPANY = "private", "team", "company"
SHARINGS: Final[dict[str, Text]] = {
    PRIVATE: _("only me"),
    TEAM: _("my team"),
    COMPANY: _("everybody"),
}
LONGEST_NAME: Final = 60


def within_reach(model: type[Shared]) -> sa.ColumnElement[bool]:
    """Give the condition of what is one's own, the company's, or of a team that one leads or is in.

    Whoever stands above a team sees what it shares as they see its records.
    """
    person = current_person()
    shared = sa.or_(
        model.owner_id == person.id,
        model.sharing == COMPANY,
        sa.and_(model.sharing == TEAM, model.team_id.in_(person.team_ids)),
    )
    return sa.and_(model.deleted_at.is_(None), shared)


def sharings() -> dict[str, Text]:
    """Give with whom whoever acts may share something."""
    person = current_person()
    allowed = {PRIVATE} | ({TEAM} if person.team_ids else set())
    allowed |= {COMPANY} if person.may(SHARE) else set()
    return {name: title for name, title in SHARINGS.items() if name in allowed}


def own(session: Session, model: type[S], id_: int, missing: Text, *, gone: bool = False) -> S:
    """Give one that whoever acts may change: their own.

    :param missing: what to say where there is none, or it is another's.
    :param gone: whether it is one that was deleted.
    :raises MissingError: with *missing*.
    """
    person = current_person()
    one = session.get(model, id_)
    if one is None or (one.deleted_at is not None) != gone:
        raise MissingError(missing)
    if one.owner_id != person.id and not person.everything:
        raise MissingError(missing)
    return one


def call(one: Shared, name: str) -> None:
    """Give something its name.

    :raises InvalidError: for a name that is none, or too long a one.
    """
    one.name = named(name)
    if len(one.name) > LONGEST_NAME:
        message = _("Give at most %(most)s characters.", most=LONGEST_NAME)
        raise InvalidError(message, {"name": message})


def share(session: Session, one: Shared, sharing: str) -> None:
    """Share something, or keep it for its owner alone.

    :raises InvalidError: for a sharing that there is not, and for a team where there is none.
    :raises ForbiddenError: where whoever acts may not share with everybody.
    """
    if sharing not in SHARINGS:
        message = _("Choose with whom it is shared.")
        raise InvalidError(message, {"sharing": message})
    if sharing == COMPANY and one.sharing != COMPANY:
        demand_permission(SHARE)
    one.sharing, one.team_id = sharing, None
    if sharing == TEAM:
        one.team_id = session.scalar(sa.select(User.team_id).where(User.id == one.owner_id))
        if one.team_id is None:
            message = _("You are in no team.")
            raise InvalidError(message, {"sharing": message})
