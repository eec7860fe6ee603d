"""Every change of the rules against junk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from salesman_core.toolkit import (
    FieldWords,
    StaleError,
    audit,
    demand_permission,
    describe_kind,
    differences,
    writing,
)
from salesman_leads.junk.models import ONLY, RULES, JunkRules
from salesman_leads.junk.queries import Rules
from salesman_leads.permissions import MANAGE_FORMS
from salesman_leads.texts import texts

_ = texts.lazy

TITLE = _("Rules against junk")

describe_kind(
    RULES,
    TITLE,
    {
        "phrases": FieldWords(_("Stop phrases")),
        "least_seconds": FieldWords(_("Seconds that filling in takes at least")),
        "most_sent": FieldWords(_("Answers of one network")),
        "sent_minutes": FieldWords(_("Within minutes")),
        "most_repeats": FieldWords(_("Repeats")),
        "repeat_hours": FieldWords(_("Within hours")),
    },
)


def change_rules(values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change what is taken for junk from now on; give whether anything changed.

    :param values: as :class:`~salesman_leads.junk.schemas.JunkRulesSchema` makes them.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_FORMS)
    with writing() as session:
        rules = session.get(JunkRules, ONLY, with_for_update=True)
        if version is not None and version != (rules.version if rules else 0):
            raise StaleError(_("Somebody else has changed these rules since you read them."))
        if rules is None:
            rules = JunkRules(id=ONLY, **asdict(Rules()))
            session.add(rules)
            session.flush()
        changes = differences(rules, values)
        for name, (_old, new) in changes.items():
            setattr(rules, name, new)
        rules.version += 1
        if changes:
            audit(session, RULES, ONLY, str(TITLE), "changed", changes)
        return bool(changes)
