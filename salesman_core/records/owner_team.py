"""The team of a record: that of its owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import Team, User
from salesman_core.access.person import teams_below
from salesman_core.db import reading, table_of
from salesman_core.i18n import texts
from salesman_core.records.list_fields import Column, Condition, ListFilter, name_of
from salesman_core.records.list_values import FieldKind
from salesman_hookspecs import Text

_ = texts.lazy

_OWNER: Final = table_of(User)
TEAM_NAME: Final = (
    sa.select(Team.name)
    .where(Team.id == _OWNER.c.team_id)
    .correlate(_OWNER)
    .scalar_subquery()
    .label("team_name")
)
"""The name of the owner's team, where a query joins the owner; null where there is none."""


def of_team(owner_id: Column, team_id: int) -> Condition:
    """Give the condition of records whose owner is in a team, or in one below it."""
    teams = teams_below(reading(), team_id)
    return owner_id.in_(sa.select(User.id).where(User.team_id.in_(teams)))


def team_filter(owner_id: Column, title: Text = _("Team of the owner")) -> ListFilter:
    """Give the filter of a list by the team of the owner, and those below it.

    :param title: what it is called where owners are called otherwise.
    """
    operators, show = ("eq", "in"), name_of(Team)
    return ListFilter("team_id", title, FieldKind.REF, _where(owner_id), operators, show=show)


def _where(owner_id: Column) -> Callable[[str, Any], Condition]:
    def where(operator: str, value: Any) -> Condition:
        teams = value if operator == "in" else (value,)
        return sa.or_(sa.false(), *(of_team(owner_id, team_id) for team_id in teams))

    return where
