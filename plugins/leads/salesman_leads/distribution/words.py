"""What rules, their methods and their decisions are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesman_core.toolkit import FieldWords, describe_kind, user_names
from salesman_hookspecs import Text
from salesman_leads.distribution.models import (
    ABSENT,
    AFTER_REST,
    ANY,
    ASKED,
    COORDINATOR,
    FIRST_COME,
    HAD_IT,
    IN_TURN,
    KNEW_THEM,
    KNOWN,
    LEAST_LOADED,
    LEFT,
    NEW,
    NO_ACCESS,
    NOBODY,
    RESTING,
    ROUNDS,
    STAYS,
    UNSEEN,
    UNTOUCHED,
    WEIGHTS,
    WORKING,
    Decision,
)
from salesman_leads.texts import texts

_ = texts.lazy

RULE: Final = "leads.rule"
ABSENCE: Final = "leads.absence"

HOURS_TITLES: Final[Mapping[str, Text]] = {
    ANY: _("at any time"),
    WORKING: _("in working hours"),
    RESTING: _("outside working hours"),
}
METHOD_TITLES: Final[Mapping[str, Text]] = {
    COORDINATOR: _("to the coordinator"),
    IN_TURN: _("in turn"),
    LEAST_LOADED: _("to the least loaded"),
    WEIGHTS: _("by weights"),
    FIRST_COME: _("whoever takes it first"),
}
WHY_SKIPPED: Final[Mapping[str, Text]] = {
    LEFT: _("does not work here any more"),
    NO_ACCESS: _("may not work on leads"),
    ABSENT: _("is absent"),
    RESTING: _("does not work at this hour"),
    HAD_IT: _("had it and did not touch it"),
    KNEW_THEM: _("is responsible for the client, and did not touch it in time"),
    UNSEEN: _("does not see leads of nobody"),
}
_REASONS: Final[Mapping[str, Text]] = {
    NEW: _("It came in."),
    AFTER_REST: _("Working time began."),
    NOBODY: _("Nobody could take it before."),
    ASKED: _("Somebody had it dealt."),
    UNTOUCHED: _("Nobody had touched it in time."),
    ROUNDS: _("Several times nobody had touched it."),
}

_LISTS: Final = {
    "sources": FieldWords(_("Sources")),
    "products": FieldWords(_("Products")),
    "regions": FieldWords(_("Regions")),
    "languages": FieldWords(_("Languages")),
}
describe_kind(
    RULE,
    _("Rule of distribution"),
    {
        "name": FieldWords(_("Name of the rule")),
        "position": FieldWords(_("Place")),
        "active": FieldWords(_("In use")),
        **_LISTS,
        "hours": FieldWords(_("Came in"), choices=HOURS_TITLES),
        "method": FieldWords(_("Goes"), choices=METHOD_TITLES),
        "coordinator_id": FieldWords(_("Coordinator"), names=user_names),
        "members": FieldWords(_("Members")),
        "only_working": FieldWords(_("Dealt in working time only")),
        "minutes": FieldWords(_("Minutes to touch it"), figure=True),
    },
)
describe_kind(
    ABSENCE,
    _("Absence"),
    {
        "user_id": FieldWords(_("Person"), names=user_names),
        "first_day": FieldWords(_("First day")),
        "last_day": FieldWords(_("Last day")),
        "note": FieldWords(_("Note")),
    },
)


def told_reason(reason: str) -> Text:
    """Give why a lead was dealt."""
    return _REASONS[reason]


def told(decision: Decision, people: Mapping[int, str], client: str = "") -> str:
    """Tell of a decision in a sentence.

    :param people: names, by user id.
    :param client: the name of the client who they are; empty where whoever reads may not see it.
    """
    owner = _owner(decision, people)
    if decision.method == KNOWN:
        if client:
            return texts.gettext(
                "They are the client “%(client)s”: it goes to %(owner)s, who is responsible there.",
                client=client,
                owner=owner or "—",
            )
        return texts.gettext("It goes to %(owner)s, who knows them already.", owner=owner or "—")
    if not decision.rule_name:
        return texts.gettext("No rule fits: whoever takes it first gets it.")
    return _by_rule(decision, owner)


def told_owner(decision: Decision, people: Mapping[int, str]) -> str:
    """Tell who got a lead, and nothing of why."""
    return texts.gettext("It goes to %(owner)s.", owner=_owner(decision, people) or "—")


def _owner(decision: Decision, people: Mapping[int, str]) -> str | None:
    return None if decision.owner_id is None else people.get(decision.owner_id, "—")


def _by_rule(decision: Decision, owner: str | None) -> str:
    rule, method = decision.rule_name, METHOD_TITLES.get(decision.method, "")
    if decision.method == RESTING:
        return texts.gettext("By the rule “%(rule)s”: it waits until work begins.", rule=rule)
    if decision.method == STAYS:
        return texts.gettext(
            "By the rule “%(rule)s”: nobody else can take it, so it stays with %(owner)s.",
            rule=rule,
            owner=owner or texts.gettext("nobody"),
        )
    if owner is not None:
        return texts.gettext(
            "By the rule “%(rule)s” (%(method)s): to %(owner)s.",
            rule=rule,
            method=method,
            owner=owner,
        )
    if decision.method == FIRST_COME:
        return texts.gettext("By the rule “%(rule)s”: whoever takes it first.", rule=rule)
    return texts.gettext(
        "By the rule “%(rule)s” (%(method)s): nobody can take it now.", rule=rule, method=method
    )


def told_skipped(
    skips: Iterable[Mapping[str, Any]], people: Mapping[int, str]
) -> list[tuple[str, Text]]:
    """Give who was skipped, and why in words."""
    return [(people.get(one["user_id"], "—"), WHY_SKIPPED[one["why"]]) for one in skips]
