"""Who walks: one person of each preset role, and nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from salesman_core.access.permissions import PRESETS
from salesman_core.plugins.host import current_host
from salesman_core.testing.people import PASSWORD, Make
from salesman_hookspecs.access import salesman_preset_grants

NOBODY: Final = "nobody"
_OWN, _TEAM, _ALL = 1, 2, 3
_SCOPES: Final = {_OWN: "own", _TEAM: "team", _ALL: "all"}


@dataclass(frozen=True, slots=True, eq=False)
class Walker:
    """Somebody who visits every route.

    What they may do is read from what was granted, and compared by this kit's own few lines: the
    code under test has no say in what is expected of it.

    :param id: the user, or None for nobody.
    :param role: the key of the preset role, or ``nobody``.
    :param grants: the scope of each permission as a word: ``own``, ``team`` or ``all``.
    :param team: the users of one's team and those below it.
    :param everything: whether the role holds every permission.
    """

    id: int | None
    role: str
    grants: Mapping[str, str]
    team: frozenset[int]
    everything: bool = False

    def scope(self, permission: str) -> str:
        """Give how far a permission reaches: ``none``, ``own``, ``team`` or ``all``."""
        return "all" if self.everything else self.grants.get(permission, "none")


@dataclass(frozen=True, slots=True)
class Company:
    """The people of a walk.

    :param walkers: one of each role, and nobody.
    :param colleague_id: somebody of the walkers' team.
    :param stranger_id: somebody of another team.
    """

    walkers: tuple[Walker, ...]
    colleague_id: int
    stranger_id: int


def found_company(make: Make, roles: Iterable[str] | None = None) -> Company:
    """Make the people."""
    near, far = make.team("Near"), make.team("Far")
    below = make.team("Below", parent_id=near)
    colleague = make.user("head", team_id=below, name="Colleague")
    stranger = make.user("head", team_id=far, name="Stranger")
    chosen = list(PRESETS if roles is None else roles)
    ids = {role: _user(make, role, near) for role in chosen}
    team = frozenset({*ids.values(), colleague})
    walkers = [
        Walker(id_, role, _grants(role), team, everything=role == "administrator")
        for role, id_ in ids.items()
    ]
    nobody = Walker(None, NOBODY, {}, frozenset())
    return Company((*walkers, nobody), colleague, stranger)


def _user(make: Make, role: str, team_id: int) -> int:
    """Make a walker; as long as no administrator could sign in, pages lead to the first start."""
    password = PASSWORD if role == "administrator" else None
    return make.user(role, team_id=team_id, name=role.title(), password=password)


def _grants(role: str) -> dict[str, str]:
    given = [one.value for one in current_host().contributions(salesman_preset_grants)]
    return {one.permission: _SCOPES[int(one.scope)] for one in given if one.role == role}
