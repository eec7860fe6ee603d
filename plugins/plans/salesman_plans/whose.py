"""Whose plan or figure it is: the company's, a team's or a person's, and who may ask for it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    ForbiddenError,
    MissingError,
    Team,
    User,
    current_person,
    known_teams,
    of_team,
)
from salesman_hookspecs import Person, Scope, Text
from salesman_plans.models import COMPANY, PlannedPerson
from salesman_plans.permissions import VIEW
from salesman_plans.texts import texts

_ = texts.lazy

TEAM, PERSON = "team", "person"
_KINDS: Final = (TEAM, PERSON)

PEOPLE: Final = "plans.people"
"""The counter that is raised whenever somebody gets a plan, or has none any more."""


@dataclass(frozen=True, slots=True)
class Whose:
    """The company, a team or a person.

    :param id: of the team or person; None for the company.
    :param team_id: of a person: their team, with those below it; None where there is none.
    :param with_team: of a person: whether the results of that team count as well.
    :param has_plan: of a person: whether they are to have one.
    :param active: of a person: False for who has left.
    """

    kind: str
    id: int | None = None
    name: str = ""
    team_id: int | None = None
    with_team: bool = False
    has_plan: bool = False
    active: bool = True

    @property
    def key(self) -> str:
        """How it is named in tables and addresses: ``company``, ``team:3``, ``person:5``."""
        return self.kind if self.id is None else f"{self.kind}:{self.id}"

    @property
    def title(self) -> Text:
        """What people read."""
        return _("The company") if self.kind == COMPANY else self.name

    @property
    def counted_team(self) -> int | None:
        """The team whose results count, None where it is not about one."""
        if self.kind == TEAM:
            return self.id
        return self.team_id if self.with_team else None

    @property
    def filters(self) -> dict[str, str]:
        """The filter of a list of records that shows theirs alone."""
        if self.kind == COMPANY:
            return {}
        if self.counted_team is not None:
            return {"team_id": str(self.counted_team)}
        return {"owner_id": str(self.id)}

    def owns(self, owner_id: Any) -> list[sa.ColumnElement[bool]]:
        """Give the conditions of the records of theirs.

        :param owner_id: the column that says whose a record is.
        """
        if self.kind == COMPANY:
            return []
        if self.counted_team is not None:
            return [of_team(owner_id, self.counted_team)]
        return [owner_id == self.id]

    def scope_needed(self, person: Person) -> Scope:
        """Give how far a permission has to reach for somebody to see all that counts here."""
        if self.kind == PERSON and self.id == person.id and self.counted_team is None:
            return Scope.OWN
        team_id = self.id if self.kind == TEAM else self.team_id
        return Scope.TEAM if team_id is not None and team_id in person.team_ids else Scope.ALL

    def plan_scope_needed(self, person: Person) -> Scope:
        """Give how far one has to reach to see their plan: one's own is one's own."""
        if self.kind == PERSON and self.id == person.id:
            return Scope.OWN
        return self.scope_needed(person)


THE_COMPANY: Final = Whose(COMPANY)


def key_of(team_id: int | None, user_id: int | None) -> str:
    """Give the key of whose a plan is."""
    if user_id is not None:
        return f"{PERSON}:{user_id}"
    return COMPANY if team_id is None else f"{TEAM}:{team_id}"


def may_see(whose: Whose, permission: str = VIEW) -> bool:
    """Tell whether whoever acts reaches a plan of theirs with a permission."""
    person = current_person()
    return person.scope(permission) >= whose.plan_scope_needed(person)


def demand_counting(whose: Whose, permissions: Iterable[str]) -> None:
    """Let only those count who see all that counts: what one sees of it would be no figure.

    :param permissions: to see plans, and to see the records.
    :raises ForbiddenError: for the others, with what is missing.
    """
    person = current_person()
    needed = whose.scope_needed(person)
    for permission in permissions:
        if person.scope(permission) < needed:
            message = _(
                "Your roles do not reach all that counts here (%(permission)s).",
                permission=permission,
            )
            raise ForbiddenError(message, permission)


def may_count(whose: Whose, permissions: Iterable[str]) -> bool:
    """Tell whether whoever acts sees all that counts; see :func:`demand_counting`."""
    person = current_person()
    needed = whose.scope_needed(person)
    return all(person.scope(permission) >= needed for permission in permissions)


def everybody(session: Session) -> list[Whose]:
    """Give the company, the teams and all people whose plans whoever acts may see."""
    return [one for one in (THE_COMPANY, *_teams(), *people(session)) if may_see(one)]


def _teams() -> list[Whose]:
    return [Whose(TEAM, id_, name) for id_, name in known_teams()]


def people(session: Session, ids: Sequence[int] | None = None) -> list[Whose]:
    """Give people who have a plan; or all of some, whether they have one and are there or not."""
    rows = session.execute(*_people_asked(ids))
    return [
        Whose(
            PERSON,
            row.id,
            row.name,
            row.team_id,
            with_team=bool(row.with_team),
            has_plan=bool(row.has_plan),
            active=row.active,
        )
        for row in rows
    ]


def _people_asked(ids: Sequence[int] | None) -> tuple[sa.Select[Any], dict[str, Any]]:
    if ids is None:
        return _people().where(PlannedPerson.has_plan, User.active), {}
    return _some_people(), {"plans_people": ids}


@functools.cache
def _some_people() -> sa.Select[Any]:
    """Give the query of some people, kept: each figure asks it."""
    return _people().where(User.id.in_(sa.bindparam("plans_people", expanding=True)))


def _people() -> sa.Select[Any]:
    columns = (User.id, User.name, User.team_id, User.active)
    flags = (PlannedPerson.with_team, PlannedPerson.has_plan)
    planned = sa.and_(PlannedPerson.user_id == User.id, PlannedPerson.has_plan)
    asked: Any = sa.select(*columns, *flags).outerjoin(PlannedPerson, planned)
    found: sa.Select[Any] = asked.order_by(User.search_name, User.id)
    return found


def whose_named(session: Session, key: str) -> Whose:
    """Give whom a key names, to somebody who may see their plan.

    :raises MissingError: where there is nobody of this name, or the person may not see them.
    """
    found = known(session, [key]).get(key)
    if found is None or (found.kind != COMPANY and not may_see(found)):
        raise MissingError(_("There is no such plan, or you may not see it."))
    if not may_see(found):
        message = _("Say whose figures you mean: those of the whole company take a wider role.")
        raise ForbiddenError(message, VIEW)
    return found


def known(session: Session, keys: Iterable[str]) -> Mapping[str, Whose]:
    """Give whom some keys name, by key, whoever may see them; what names nobody is left out."""
    told: dict[str, set[int]] = {TEAM: set(), PERSON: set()}
    wanted = set(keys)
    for key in wanted:
        kind, _colon, number = key.partition(":")
        if kind in told and number.isascii() and number.isdecimal() and len(number) < len(_LONGEST):
            told[kind].add(int(number))
    found = [THE_COMPANY]
    if told[TEAM]:
        rows = session.execute(sa.select(Team.id, Team.name).where(Team.id.in_(told[TEAM])))
        found += [Whose(TEAM, row.id, row.name) for row in rows]
    if told[PERSON]:
        found += people(session, sorted(told[PERSON]))
    return {one.key: one for one in found if one.key in wanted}


_LONGEST: Final = str(2**63 - 1)
