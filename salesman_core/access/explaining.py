"""Why a person may, or may not, do something with a record (``architecture.md``, section 5)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import Role, RoleGrant, Team, User, UserRole
from salesman_core.access.permissions import permission_title, role_name
from salesman_core.access.person import load_person
from salesman_core.access.records import (
    kinds_meant,
    label_of,
    narrowing,
    reaches,
    record_type,
    record_types,
)
from salesman_core.db import AnyRow, reading, table_of
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Denied
from salesman_core.plugins.host import current_host
from salesman_core.plugins.models import PluginGuard
from salesman_hookspecs import Person, RecordType, Scope, Text
from salesman_hookspecs.access import salesman_permissions

_ = texts.lazy

_LARGEST_ID: Final = 2**63 - 1
_LONGEST_ID: Final = 19
SCOPES: Final = {
    Scope.NONE: _("no"),
    Scope.OWN: _("own"),
    Scope.TEAM: _("team's"),
    Scope.ALL: _("all"),
}
"""How far a permission reaches, as people read it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a person may do something with a record, and why.

    :param allowed: the answer that every read and every change gives as well.
    :param reasons: sentences: the record, the roles, the way to it, what shuts it.
    """

    allowed: bool
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: may this person do this with that record?"""

    person: Person
    permission: str
    type: RecordType
    record_id: int

    @property
    def there(self) -> sa.Select[Any]:
        """A query of the record's id, whoever may see it."""
        table = table_of(self.type.model)
        return sa.select(table.c.id).where(table.c.id == self.record_id)

    @property
    def name(self) -> str:
        """How the record is named to the command line, as ``deal:214``."""
        return f"{self.type.kind}:{self.record_id}"


def read_record(typed: str) -> tuple[str, int]:
    """Give kind and number of a record that is written as ``deal:214``.

    :raises InvalidError: for the field ``record``, where it is written in another way.
    """
    kind, _colon, number = typed.strip().partition(":")
    digits = number.isascii() and number.isdigit() and len(number) <= _LONGEST_ID
    if not kind or not digits or not 0 < int(number) <= _LARGEST_ID:
        message = _(
            "“%(typed)s” names no record: write its kind and number, as deal:214.", typed=typed
        )
        raise InvalidError(message, {"record": message})
    return kind, int(number)


def explain(user_id: int, permission: str, kind: str, record_id: int) -> Explanation:
    """Say whether and why a user may do *permission* with a record.

    :raises InvalidError: for a permission or a kind that there is not, naming the nearest, and for
        a permission of another kind of record.
    """
    _demand_permission(permission)
    _demand_fitting(permission, named_type(kind))
    person = load_person(reading(), user_id)
    if person is None:
        return Explanation(allowed=False, reasons=(_("The user is deactivated."),))
    allowed = reaches(kind, record_id, permission, person=person)
    return Explanation(allowed, reasons(person, permission, kind, record_id))


def reasons(person: Person, permission: str, kind: str, record_id: int) -> tuple[Text, ...]:
    """Say why somebody who works here may, or may not, do *permission* with a record."""
    return tuple(_reasons(_Asked(person, permission, record_type(kind), record_id)))


# -- what is asked


def _demand_permission(name: str) -> None:
    host = current_host()
    owners = {
        one.value.name: one.owner for one in host.contributions(salesman_permissions, inactive=True)
    }
    if name not in owners:
        _refuse("permission", _("There is no permission %(name)s", name=name), name, owners)
    if not host.is_active(owners[name]):
        message = _("The plugin %(id)s is not active: nobody may do this.", id=owners[name])
        raise InvalidError(message, {"permission": message})


def named_type(kind: str) -> RecordType:
    """Give a kind of record by the name that somebody typed.

    :raises InvalidError: for the field ``record``, naming the nearest, where there is none.
    """
    kinds = [type_.kind for type_ in record_types()]
    if kind not in kinds:
        _refuse("record", _("There are no records of the kind %(name)s", name=kind), kind, kinds)
    return record_type(kind)


def _refuse(field: str, complaint: Text, name: str, known: Collection[str]) -> None:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        message = _("%(complaint)s. Did you mean %(near)s?", complaint=complaint, near=near[0])
    else:
        message = _("%(complaint)s.", complaint=complaint)
    raise InvalidError(message, {field: message})


def _demand_fitting(permission: str, type_: RecordType) -> None:
    """Refuse a permission that is about records of another kind, as to see leads about a deal."""
    subject = _subject(permission)
    fitting = [one.kind for one in record_types() if _subject(one.view_permission) == subject]
    if fitting and type_.kind not in fitting:
        message = _(
            "“%(permission)s” is about records of the kind %(fitting)s, not of the kind %(kind)s.",
            permission=permission_title(permission),
            fitting=fitting[0],
            kind=type_.kind,
        )
        raise InvalidError(message, {"permission": message})


def _subject(permission: str) -> str:
    return permission.rpartition(".")[0]


# -- why


def _reasons(asked: _Asked) -> Iterator[Text]:
    if reading().scalar(asked.there) is None:
        yield _("There is no record %(name)s.", name=asked.name)
        return
    yield from _binned(asked)
    yield from _granted(asked)
    if asked.person.may(asked.permission):
        yield from _way(asked)
        yield from _shut(asked)
        yield from _filtered(asked)


def _binned(asked: _Asked) -> Iterator[Text]:
    deleted = asked.type.deleted
    if deleted is None:
        return
    column = table_of(asked.type.model).c[deleted]
    if reading().scalar(asked.there.where(column.is_not(None))):
        yield _("%(name)s is in the bin.", name=asked.name)


def _granted(asked: _Asked) -> Iterator[Text]:
    """Give what each role says of the permission."""
    held = (RoleGrant.role_id == Role.id) & (RoleGrant.permission == asked.permission)
    roles = (
        sa.select(Role.name, Role.preset, Role.everything, RoleGrant.scope)
        .join(UserRole, UserRole.role_id == Role.id)
        .outerjoin(RoleGrant, held)
        .where(UserRole.user_id == asked.person.id)
        .order_by(Role.name, Role.id)
    )
    found = reading().execute(roles).all()
    if not found:
        yield _("The user has no role.")
    for row in found:
        role = role_name(row.preset, row.name)
        if row.everything:
            yield _("The role %(role)s may do everything.", role=role)
        elif row.scope:
            yield _(
                "The role %(role)s grants “%(permission)s”, reach: %(scope)s.",
                role=role,
                permission=permission_title(asked.permission),
                scope=SCOPES[Scope(row.scope)],
            )
        else:
            yield _(
                "The role %(role)s does not grant “%(permission)s”.",
                role=role,
                permission=permission_title(asked.permission),
            )


def _way(asked: _Asked) -> Iterator[Text]:
    """Give who owns the record, and by which way the person comes to it."""
    type_, scope = asked.type, asked.person.scope(asked.permission)
    if type_.through is not None:
        yield from _way_through(asked, *type_.through)
        return
    owner = _owner(asked)
    if type_.owner is not None:
        yield _owned(owner)
    if scope is Scope.ALL:
        yield _("Reached because the reach is: all.")
    elif owner is not None and owner.id == asked.person.id:
        yield _("Reached as one's own record.")
    elif _takes_part(asked):
        yield _("Reached as a participant.")
    elif scope is Scope.TEAM and (
        (owner is not None and owner.team_id in asked.person.team_ids) or _of_own_team(asked)
    ):
        yield _("Reached as a record of one's team.")
    elif (beside := _seen_along(asked)) is not None:
        yield _("Seen along with “%(record)s”.", record=beside)
    elif scope is Scope.TEAM:
        yield _("Not reached: neither a record of one's team nor one with a part in it.")
    else:
        yield _("Not reached: neither one's own record nor one with a part in it.")


def _way_through(asked: _Asked, kind: str, attribute: str) -> Iterator[Text]:
    """Follow a record that is reached only through another, as a contact through its client."""
    table = table_of(asked.type.model)
    parent_id = reading().scalar(sa.select(table.c[attribute]).where(table.c.id == asked.record_id))
    if parent_id is None:
        yield _("%(name)s belongs to no record.", name=asked.name)
        return
    parent = _Asked(asked.person, asked.permission, record_type(kind), parent_id)
    yield _("Reached through “%(parent)s”.", parent=label_of(kind, parent_id))
    yield from _binned(parent)
    yield from _way(parent)
    yield from _shut(parent)
    yield from _filtered(parent)


def _seen_along(asked: _Asked) -> str | None:
    """Give the name of the first record along with which this one is seen, None for none."""
    if asked.permission != asked.type.view_permission or not asked.person.may(asked.permission):
        return None
    may_be = {kind for kind, _attribute in asked.type.along} | {*kinds_meant(asked.type)}
    may_be |= {*asked.type.ties.BY_KEY} if asked.type.ties is not None else set()
    for kind, other_id in _beside(asked):
        if other_id is not None and kind in may_be and reaches(kind, other_id, person=asked.person):
            return label_of(kind, other_id)
    return None


def _beside(asked: _Asked) -> Iterator[tuple[str, int | None]]:
    """Give the records that this one refers to, by kind and id."""
    type_, columns = asked.type, table_of(asked.type.model).c
    beside: list[tuple[sa.ColumnElement[str], sa.Column[Any]]] = [
        (sa.literal(kind), columns[attribute]) for kind, attribute in type_.along
    ]
    if type_.about is not None:
        kind_attribute, attribute = type_.about
        beside.append((columns[kind_attribute], columns[attribute]))
    for kind_, id_ in beside:
        yield tuple(reading().execute(asked.there.with_only_columns(kind_, id_)).one())
    if type_.ties is None:
        return
    ties = table_of(type_.ties)
    for row in reading().execute(sa.select(ties).where(ties.c.record_id == asked.record_id)):
        for kind, attribute in type_.ties.BY_KEY.items():
            yield kind, getattr(row, attribute)
        yield row.about_kind or "", row.about_id


def _owner(asked: _Asked) -> AnyRow | None:
    if asked.type.owner is None:
        return None
    owner_id = table_of(asked.type.model).c[asked.type.owner]
    owner = sa.select(User.id, User.name, User.team_id, Team.name.label("team"))
    owner = owner.outerjoin(Team, Team.id == User.team_id)
    found = asked.there.with_only_columns(owner_id).scalar_subquery()
    return reading().execute(owner.where(User.id == found)).one_or_none()


def _owned(owner: AnyRow | None) -> Text:
    if owner is None:
        return _("It has no owner.")
    if owner.team is None:
        return _("Its owner is %(owner)s.", owner=owner.name)
    return _("Its owner is %(owner)s of the team %(team)s.", owner=owner.name, team=owner.team)


def _of_own_team(asked: _Asked) -> bool:
    """Tell whether the record belongs to one of the person's teams as a whole."""
    if asked.type.team is None:
        return False
    team_id = table_of(asked.type.model).c[asked.type.team]
    found = reading().scalar(asked.there.with_only_columns(team_id))
    return found in asked.person.team_ids


def _takes_part(asked: _Asked) -> bool:
    if asked.type.participants is None:
        return False
    part = table_of(asked.type.participants).c
    taking_part = sa.exists().where(
        part.record_id == asked.record_id, part.user_id == asked.person.id
    )
    return bool(reading().scalar(sa.select(taking_part)))


def _shut(asked: _Asked) -> Iterator[Text]:
    """Give the guards that keep the records shut because their plugin is not active."""
    if asked.person.everything:
        return
    held = sa.select(PluginGuard.plugin_id).where(
        PluginGuard.kind == asked.type.kind, PluginGuard.lifted_at.is_(None)
    )
    for plugin_id in reading().scalars(held.order_by(PluginGuard.plugin_id)):
        if not current_host().is_active(plugin_id):
            yield _(
                "The plugin %(id)s guards such records and is not active: they are shut until it"
                " is, or its guard is lifted.",
                id=plugin_id,
            )


def _filtered(asked: _Asked) -> Iterator[Text]:
    """Give the plugins whose filter does not let the record through."""
    try:
        given = narrowing(asked.type.kind, asked.permission, asked.person)
    except Denied as error:
        yield _("The plugin %(id)s failed to judge it, which means no.", id=str(error))
        return
    for one in given:
        if reading().scalar(asked.there.where(one.value)) is None:
            yield _("The plugin %(id)s does not let it through.", id=one.owner)
