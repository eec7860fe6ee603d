"""Every change of rules and absences: who may, what is judged, what the audit keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    InvalidError,
    MissingError,
    StaleError,
    audit,
    change_places,
    demand_order,
    demand_permission,
    differences,
    in_order,
    named,
    person_of,
    writing,
)
from salesman_hookspecs import Text
from salesman_leads.distribution.models import (
    COORDINATOR,
    FIRST_COME,
    HOURS,
    METHODS,
    Absence,
    Rule,
    RuleMember,
)
from salesman_leads.distribution.words import ABSENCE, RULE
from salesman_leads.permissions import MANAGE_RULES, may_work
from salesman_leads.texts import texts

_ = texts.lazy

LISTS: Final = ("sources", "products", "regions", "languages")
_COLUMNS: Final = ("active", "hours", "method", "coordinator_id", "only_working", "minutes")


def add_rule(values: Mapping[str, Any]) -> int:
    """Add a rule before the last one, which is there for what no other fits; give its id.

    :param values: as the JSON API names them.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_RULES)
    with writing() as session:
        order = in_order(session, Rule)
        rule = Rule(position=max(len(order) - 1, 0), hours="any", method=FIRST_COME)
        told = _set(rule, {"active": True, **values})
        _judge(rule)
        for place, other in enumerate(order):
            other.position = place if place < rule.position else place + 1
        session.add(rule)
        session.flush()
        audit(session, RULE, rule.id, rule.name, "created", told)
        return rule.id


def change_rule(rule_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a rule; give whether anything changed.

    Members who stay keep what is remembered of their turns.

    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_RULES)
    with writing() as session:
        rule = _held(session, rule_id, version)
        with session.no_autoflush:  # nothing is written before it has been judged
            changes = _set(rule, values)
            _judge(rule)
        if changes:
            rule.version += 1
            audit(session, RULE, rule.id, rule.name, "changed", changes)
        return bool(changes)


def move_rule(
    rule_id: int, *, up: bool, version: int | None = None, order_version: int | None = None
) -> None:
    """Let a rule change places with its neighbour: the first one that fits decides.

    :param version: of the rule that the caller saw; None where they do not say.
    :param order_version: of the order that they saw, likewise.
    :raises StaleError: where somebody changed the rule or the order since.
    """
    demand_permission(MANAGE_RULES)
    with writing() as session:
        order = in_order(session, Rule)
        rule = _held(session, rule_id, version)
        demand_order(order, order_version)
        places = change_places(order, rule, later=not up)
        if places is not None:
            audit(session, RULE, rule.id, rule.name, "changed", {"position": places})


def delete_rule(rule_id: int, version: int | None = None) -> None:
    """Delete a rule; the ledger keeps what it was called.

    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_RULES)
    with writing() as session:
        rule = _held(session, rule_id, version)
        audit(session, RULE, rule.id, rule.name, "erased", {})
        session.delete(rule)


def add_absence(values: Mapping[str, Any]) -> int:
    """Note that somebody is absent, from a day up to another; give its id.

    :param values: ``user_id``, ``first_day``, ``last_day`` and perhaps ``note``.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_RULES)
    if person_of(values["user_id"]) is None:
        raise _wrong("user_id", _("There is no such active user."))
    if values["last_day"] < values["first_day"]:
        raise _wrong("last_day", _("The last day is before the first one."))
    with writing() as session:
        absence = Absence(**{"note": "", **values})
        session.add(absence)
        session.flush()
        changes: Changes = {name: (None, value) for name, value in values.items() if value}
        audit(session, ABSENCE, absence.id, _days(absence), "created", changes)
        return absence.id


def delete_absence(absence_id: int) -> dict[str, Any]:
    """Take an absence out again; give what it was, as :func:`add_absence` takes it."""
    demand_permission(MANAGE_RULES)
    with writing() as session:
        absence = session.get(Absence, absence_id, with_for_update=True)
        if absence is None:
            raise MissingError(_("There is no such absence any more."))
        names = ("user_id", "first_day", "last_day", "note")
        held = {name: getattr(absence, name) for name in names}
        changes: Changes = {name: (value, None) for name, value in held.items() if value}
        audit(session, ABSENCE, absence.id, _days(absence), "erased", changes)
        session.delete(absence)
        return held


def _held(session: Session, rule_id: int, version: int | None) -> Rule:
    one = sa.select(Rule).where(Rule.id == rule_id).with_for_update()
    rule = session.scalars(one.execution_options(populate_existing=True)).one_or_none()
    if rule is None:
        raise MissingError(_("There is no such rule."))
    if version is not None and rule.version != version:
        raise StaleError(_("Somebody else has changed this rule since you read it."))
    return rule


def _set(rule: Rule, values: Mapping[str, Any]) -> Changes:
    """Set what is named of a rule, and give what that changes."""
    wanted: dict[str, Any] = {name: values[name] for name in _COLUMNS if name in values}
    wanted |= {name: _words(values[name]) for name in LISTS if name in values}
    if "name" in values:
        wanted["name"] = named(values["name"])
    changes = differences(rule, wanted)
    for name, (_old, new) in changes.items():
        setattr(rule, name, new)
    if "members" in values:
        changes |= _set_members(rule, values["members"])
    if "coordinator_id" in changes:
        _demand_worker("coordinator_id", rule.coordinator_id)
    return changes


def _words(values: Sequence[str]) -> list[str]:
    """Give what a condition names, each once."""
    return list(dict.fromkeys(filter(None, (" ".join(one.split()) for one in values))))


def _set_members(rule: Rule, members: Sequence[Mapping[str, Any]]) -> Changes:
    before = [_told(one) for one in rule.members]
    known = {one.user_id: one for one in rule.members}
    wanted = {one["user_id"]: one.get("weight", 1) for one in members}
    for id_ in wanted.keys() - known.keys():
        if person_of(id_) is None:
            raise _wrong("members", _("There is no such active user."))
        _demand_worker("members", id_)
    rule.members = [known.get(id_) or RuleMember(user_id=id_) for id_ in wanted]
    for position, (member, weight) in enumerate(zip(rule.members, wanted.values(), strict=True)):
        member.position, member.weight = position, weight
    after = [_told(one) for one in rule.members]
    return {"members": (before, after)} if before != after else {}


def _demand_worker(field: str, user_id: int | None) -> None:
    """Refuse somebody who is new in a rule and may not work on leads: they would get none.

    Who was there before, and may no longer, is skipped; the ledger says so.
    """
    person = None if user_id is None else person_of(user_id)
    if person is not None and not may_work(person):
        raise _wrong(field, _("%(name)s may not work on leads.", name=person.name))


def _told(member: RuleMember) -> str:
    """Give a member as the audit tells it: by name, and the weight where it is another than one."""
    person = person_of(member.user_id)
    name = person.name if person is not None else f"{member.user_id}"
    return name if member.weight == 1 else f"{name} × {member.weight}"


def _judge(rule: Rule) -> None:
    """Refuse a rule that could never give a lead to anybody.

    :raises InvalidError: by field.
    """
    wrong: dict[str, Text] = {}
    if rule.method not in METHODS:
        wrong["method"] = _("Choose one of them.")
    if rule.hours not in HOURS:
        wrong["hours"] = _("Choose one of them.")
    if rule.method == COORDINATOR and rule.coordinator_id is None:
        wrong["coordinator_id"] = _("Say who the coordinator is.")
    elif rule.coordinator_id is not None and person_of(rule.coordinator_id) is None:
        wrong["coordinator_id"] = _("There is no such active user.")
    if rule.method not in {COORDINATOR, FIRST_COME} and not rule.members:
        wrong["members"] = _("Name at least one person.")
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)


def _days(absence: Absence) -> str:
    return f"{absence.first_day.isoformat()} – {absence.last_day.isoformat()}"


def _wrong(field: str, message: Text) -> InvalidError:
    return InvalidError(message, {field: message})
