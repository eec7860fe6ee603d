"""Hooks about who may do what, and the values that they exchange."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from salesman_hookspecs._markers import Phase, Policy, hookspec


class Scope(IntEnum):
    """How far a permission reaches; the widest of a person's roles holds."""

    NONE = 0
    OWN = 1
    """Records that one owns or has a part in."""
    TEAM = 2
    """Also those of the people of one's teams and the teams below them."""
    ALL = 3


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that a role may be granted.

    :param name: ``<owner>.<record>.<action>``, as ``leads.lead.edit``.
    :param title: what an administrator reads in the matrix of roles, in English.
    :param scoped: False where own and team mean nothing, as for a page of settings: such a
        permission is granted as a whole (scope *all*) or not.
    """

    name: str
    title: str
    scoped: bool = True


@dataclass(frozen=True, slots=True)
class PresetGrant:
    """What one of the eight preset roles gets of a permission.

    :param role: ``marketer``, ``telemarketer``, ``seller``, ``assistant``, ``lawyer``,
        ``service``, ``head`` or ``administrator`` (which holds everything without being told).
    :param permission: a permission's name.
    :param scope: how far it reaches.
    """

    role: str
    permission: str
    scope: Scope = Scope.ALL


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever acts: a user who signed in or whose token was sent, or the system itself.

    :param id: the user's id, or None for the system (jobs, schedules, the command line).
    :param name: as others see it.
    :param email: where letters go.
    :param locale: ``ru`` or ``en``.
    :param scopes: reach by permission name; what is missing is :attr:`Scope.NONE`.
    :param team_ids: the teams whose records the scope *team* covers, those below included.
    :param everything: True for administrators and the system: every permission, scope *all*.
    :param presets: the preset roles that the person holds, by which a page may choose what it
        opens with. What one may do or see is never asked of them: companies change roles.
    """

    id: int | None
    name: str
    email: str = ""
    locale: str = "en"
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    team_ids: tuple[int, ...] = ()
    everything: bool = False
    presets: frozenset[str] = frozenset()

    def scope(self, permission: str) -> Scope:
        """Give how far *permission* reaches for this person."""
        return Scope.ALL if self.everything else self.scopes.get(permission, Scope.NONE)

    def may(self, permission: str) -> bool:
        """Tell whether the person holds *permission* for any record at all."""
        return self.scope(permission) > Scope.NONE


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_permissions() -> Iterable[Permission]:
    """Give the permissions that this plugin checks.

    Asked once at start. A name that does not begin with the plugin's id fails the plugin.

    Example::

        @hookimpl
        def salesman_permissions():
            return [Permission("notes.note.view", "See notes")]
    """


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role gets of this plugin's permissions.

    Asked once at start; applied to the preset roles when the plugin is seen for the first time,
    and never again, so that an administrator's changes stay.

    Example::

        @hookimpl
        def salesman_preset_grants():
            return [PresetGrant("seller", "notes.note.view", Scope.OWN)]
    """


@hookspec(policy=Policy.CLOSED, phase=Phase.REQUEST, since="0.1")
def salesman_record_filter(kind: str, permission: str, person: Person) -> Any | None:
    """Narrow which records of a kind a person reaches.

    Called for every query of a kind of record that the plugin guards: of the kinds that it names
    in :func:`salesman_guarded_kinds`, without which it is failed at start. What is reached only
    through such a record, as a contact through its client, is hidden together with it.

    :param kind: the kind of record, as ``deal``.
    :param permission: the permission that the query stands under.
    :param person: who asks.
    :returns: an SQL expression of SQLAlchemy over the kind's table, joined to the others by AND,
        or None to leave the query as it is. An exception means that nothing is visible.

    Example::

        @hookimpl
        def salesman_record_filter(kind, permission, person):
            if kind == "deal" and not person.everything:
                return Deal.amount < 1_000_000
    """


@hookspec(policy=Policy.STRICT, phase=Phase.BOOT, since="0.1")
def salesman_guarded_kinds() -> Iterable[str]:
    """Give the kinds of record that this plugin guards.

    The core remembers them: while the plugin is suspended, failed or missing, these records are
    denied to all but administrators, until an administrator lifts the guard in a logged act. Name
    the kinds that :func:`salesman_record_filter` narrows, and those that nobody should work with
    while this plugin cannot judge their changes.

    Example::

        @hookimpl
        def salesman_guarded_kinds():
            return ["deal"]
    """
