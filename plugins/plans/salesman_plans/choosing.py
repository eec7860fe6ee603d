"""Whose plan somebody is shown, where they have not said so, and whose they may choose."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from salesman_core.toolkit import current_person, kept, known_teams
from salesman_hookspecs import Person
from salesman_plans.whose import PEOPLE, PERSON, TEAM, THE_COMPANY, Whose, known, may_see


def at_hand(session: Session) -> list[Whose]:
    """Give whose plans concern whoever acts: their own, their team's, the company's.

    As far as they may see them; their own only where they have one or there is no other.
    """
    person = current_person()
    wider = [one for one in (*_own_team(person.team_ids), THE_COMPANY) if may_see(one)]
    own = _own(session, person)
    if own is None or not may_see(own):
        return wider
    return [own, *wider]


def _own(session: Session, person: Person) -> Whose | None:
    """Give whoever acts; kept in memory until they, or whether people have plans, change."""
    memory, asked = kept(PEOPLE), (person.id, person.name, person.team_ids)
    if asked not in memory:
        key = f"{PERSON}:{person.id}"
        memory[asked] = known(session, [key]).get(key)
    own: Whose | None = memory[asked]
    return own


def _own_team(team_ids: Sequence[int]) -> list[Whose]:
    """Give the person's own team: the first of those that they reach by it."""
    if not team_ids:
        return []
    names = dict(known_teams())
    return [Whose(TEAM, id_, names[id_]) for id_ in team_ids[:1] if id_ in names]
