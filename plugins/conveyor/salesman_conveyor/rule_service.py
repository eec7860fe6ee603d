"""The company's rules: reading and changing what hands records over by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_conveyor.models import PROGRESS, RUNG, TRIGGERS, Rule, Station
from salesman_conveyor.permissions import MANAGE
from salesman_conveyor.texts import texts
from salesman_conveyor.use import SUBJECT
from salesman_core.toolkit import (
    AnyRow,
    Changes,
    FieldWords,
    InvalidError,
    MissingError,
    Rung,
    audit,
    bump,
    demand_permission,
    describe_kind,
    names_from,
    number_or_none,
    one_of_them,
    writing,
)

_ = texts.lazy

RULE: Final = "conveyor.rule"
MOST: Final = 50
WHOLE: Final = 100
TITLES: Final = {
    "progress": _("a deal reaches a progress"),
    "rung": _("a client comes to a rung"),
    "won": _("a deal is won"),
}

describe_kind(
    RULE,
    _("Rule of the conveyor"),
    {
        "station_id": FieldWords(_("Station"), names=names_from(Station)),
        "on_what": FieldWords(_("When"), choices=TITLES),
        "percent": FieldWords(_("Progress, %")),
        "rung_id": FieldWords(_("Rung"), names=names_from(Rung)),
        "active": FieldWords(_("Switched on")),
    },
)


def rules(session: Session) -> Sequence[AnyRow]:
    """Give the rules with the names of what they mention, in the order of the stations."""
    columns = (Rule.id, Rule.station_id, Rule.on_what, Rule.percent, Rule.rung_id, Rule.active)
    return session.execute(
        sa.select(*columns, Rule.version, Station.name.label("station_name"))
        .add_columns(Rung.name.label("rung_name"))
        .join(Station, Station.id == Rule.station_id)
        .outerjoin(Rung, Rung.id == Rule.rung_id)
        .order_by(Station.position, Rule.percent, Rule.id)
    ).all()


def rungs(session: Session) -> list[tuple[int, str]]:
    """Give the rungs of the ladder as a choice."""
    named = sa.select(Rung.id, Rung.name).order_by(Rung.position)
    return [(row.id, row.name) for row in session.execute(named)]


def add_rule(values: Mapping[str, Any]) -> int:
    """Add a rule, switched on; give its id.

    :param values: ``station_id``, ``on_what``, and ``percent`` or ``rung_id`` where it needs one.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE)
    with writing() as session:
        if (session.scalar(sa.select(sa.func.count(Rule.id))) or 0) >= MOST:
            message = _("At most %(most)s of them fit.", most=MOST)
            raise InvalidError(message, {"on_what": message})
        on_what = one_of_them("on_what", values.get("on_what"), TRIGGERS)
        rule = Rule(
            station_id=_known(session, Station, values.get("station_id"), "station_id"),
            on_what=on_what,
            percent=_percent(values.get("percent")) if on_what == PROGRESS else None,
            rung_id=None,
        )
        if on_what == RUNG:
            rule.rung_id = _known(session, Rung, values.get("rung_id"), "rung_id")
        session.add(rule)
        session.flush()
        bump(session, SUBJECT)
        told: Changes = {
            name: (None, value)
            for name in ("station_id", "on_what", "percent", "rung_id", "active")
            if (value := getattr(rule, name)) is not None
        }
        audit(session, RULE, rule.id, str(TITLES[on_what]), "created", told)
        return rule.id


def switch_rule(rule_id: int, *, active: bool) -> None:
    """Let a rule act, or rest."""
    demand_permission(MANAGE)
    with writing() as session:
        rule = _rule(session, rule_id)
        if rule.active != active:
            changes: Changes = {"active": (rule.active, active)}
            rule.active = active
            rule.version += 1
            bump(session, SUBJECT)
            audit(session, RULE, rule.id, str(TITLES[rule.on_what]), "changed", changes)


def remove_rule(rule_id: int) -> None:
    """Take a rule away; what it has handed over stays where it is."""
    demand_permission(MANAGE)
    with writing() as session:
        rule = _rule(session, rule_id)
        session.delete(rule)
        bump(session, SUBJECT)
        audit(session, RULE, rule.id, str(TITLES[rule.on_what]), "deleted", {})


def _rule(session: Session, rule_id: int) -> Rule:
    rule = session.get(Rule, rule_id, with_for_update=True)
    if rule is None:
        raise MissingError(_("There is no such rule."))
    return rule


def _percent(typed: Any) -> int:
    percent = number_or_none(str(typed).strip().removesuffix("%").strip())
    if percent is None or not 0 <= percent <= WHOLE:
        message = _("Give a progress from 0 to 100 %.")
        raise InvalidError(message, {"percent": message})
    return percent


def _known(session: Session, model: type[Station | Rung], typed: Any, field: str) -> int:
    known = sa.select(model.id).where(model.id == (number_or_none(str(typed)) or 0))
    id_ = session.scalar(known)
    if id_ is None:
        message = _("Choose one of them.")
        raise InvalidError(message, {field: message})
    return id_
