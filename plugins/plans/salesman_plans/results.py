"""What came true for everybody at once: counted by owner, and put together for teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import Team, User
from salesman_plans.facts import Fact
from salesman_plans.whose import PERSON, Whose


def people_of_teams(session: Session) -> dict[int, frozenset[int]]:
    """Give the people of each team, those of the teams below it among them: two statements."""
    rows = session.execute(sa.select(Team.id, Team.parent_id))
    parents = {row.id: row.parent_id for row in rows}
    found: dict[int, set[int]] = {team_id: set() for team_id in parents}
    for user in session.execute(sa.select(User.id, User.team_id)):
        above, passed = user.team_id, set[int]()
        while above is not None and above not in passed:
            found[above].add(user.id)
            passed.add(above)
            above = parents.get(above)
    return {team_id: frozenset(people) for team_id, people in found.items()}


@dataclass(frozen=True, slots=True)
class Results:
    """What came true for each owner, and who is in which team."""

    by_owner: Mapping[int | None, Mapping[str, Fact]]
    teams: Mapping[int, frozenset[int]]

    def of(self, whose: Whose, metric: str) -> Decimal:
        """Give what came true for somebody."""
        owners: Iterable[int | None] = self.by_owner
        if whose.counted_team is not None:
            owners = self.teams.get(whose.counted_team, frozenset())
        elif whose.kind == PERSON:
            owners = [whose.id]
        facts = (self.by_owner[one][metric] for one in owners if one in self.by_owner)
        return sum((one.value for one in facts), Decimal(0))
