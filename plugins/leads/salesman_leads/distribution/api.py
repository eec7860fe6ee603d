"""The JSON API of rules, absences and decisions, below ``/api/v1/leads``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    arguments,
    etag_of,
    json_response,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    today,
    versioned,
    worktime,
)
from salesman_leads import queries as leads
from salesman_leads.api import ANSWERS, api
from salesman_leads.distribution import previews, queries, service
from salesman_leads.distribution.again import distribute_lead
from salesman_leads.distribution.ledger import Entry, entries_of
from salesman_leads.distribution.models import Rule
from salesman_leads.distribution.schemas import (
    AbsenceSchema,
    DecisionSchema,
    ExampleSchema,
    MoveSchema,
    RuleSchema,
)
from salesman_leads.distribution.words import ABSENCE, RULE
from salesman_leads.models import KIND
from salesman_leads.permissions import ASSIGN, MANAGE_RULES, VIEW
from salesman_leads.schemas import LeadSchema


def _rule(rule: Rule) -> dict[str, Any]:
    names = RuleSchema().fields.keys() - {"members"}
    members = [{"user_id": one.user_id, "weight": one.weight} for one in rule.members]
    return {**{name: getattr(rule, name) for name in sorted(names)}, "members": members}


def _answer(rule_id: int, status: int = 200) -> Response:
    rule = queries.one_rule(reading(), rule_id)
    return json_response(_rule(rule), status, etag=etag_of(RULE, rule.id, rule.version))


@api.get("/rules")
@requires(MANAGE_RULES)
@page_response(RuleSchema)
def list_rules() -> Response:
    """List the rules in their order: the first active one that fits a lead decides."""
    return page_answer([_rule(one) for one in queries.rules(reading())], None)


@api.post("/rules")
@requires(MANAGE_RULES)
@arguments(RuleSchema)
@response(RuleSchema, 201)
def create_rule(values: dict[str, Any]) -> Response:
    """Add a rule before the last one."""
    return _answer(service.add_rule(values), 201)


@api.post("/rules/preview")
@requires(MANAGE_RULES)
@arguments(ExampleSchema)
@response(DecisionSchema)
def preview_rules(values: dict[str, Any]) -> dict[str, Any]:
    """Say who would get such a lead now, and why; nobody gets anything."""
    return _entry(previews.preview(values))


@api.get("/rules/<int:rule_id>")
@requires(MANAGE_RULES)
@response(RuleSchema)
def read_rule(rule_id: int) -> Response:
    """Read a rule."""
    return _answer(rule_id)


@api.patch("/rules/<int:rule_id>")
@requires(MANAGE_RULES)
@versioned(RULE, argument="rule_id")
@arguments(RuleSchema(partial=True))
@response(RuleSchema)
def change_rule(values: dict[str, Any], rule_id: int, version: int | None) -> Response:
    """Change a rule."""
    service.change_rule(rule_id, values, version)
    return _answer(rule_id)


@api.delete("/rules/<int:rule_id>")
@requires(MANAGE_RULES)
@versioned(RULE, argument="rule_id")
@response(None, 204)
def delete_rule(rule_id: int, version: int | None) -> None:
    """Delete a rule; the ledger keeps what it was called."""
    service.delete_rule(rule_id, version)


@api.post("/rules/<int:rule_id>/move")
@requires(MANAGE_RULES)
@versioned(RULE, argument="rule_id")
@arguments(MoveSchema)
@response(RuleSchema)
def move_rule(values: dict[str, Any], rule_id: int, version: int | None) -> Response:
    """Let a rule change places with its neighbour."""
    service.move_rule(rule_id, up=values["up"], version=version)
    return _answer(rule_id)


@api.get("/absences")
@requires(MANAGE_RULES)
@page_response(AbsenceSchema)
def list_absences() -> Response:
    """List who is absent today or will be, the first one first."""
    found = queries.absences(reading(), today(worktime().zone))
    return page_answer([_absence(one) for one in found], None)


@api.post("/absences")
@requires(MANAGE_RULES)
@arguments(AbsenceSchema)
@response(AbsenceSchema, 201)
def create_absence(values: dict[str, Any]) -> dict[str, Any]:
    """Note that somebody is absent."""
    return _absence(queries.one_absence(reading(), service.add_absence(values)))


@api.delete("/absences/<int:absence_id>")
@requires(MANAGE_RULES)
@versioned(ABSENCE, argument="absence_id")
@response(None, 204)
def delete_absence(absence_id: int, version: int | None) -> None:  # noqa: ARG001  # it never changes
    """Take an absence out again."""
    service.delete_absence(absence_id)


def _absence(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AbsenceSchema().fields}


@api.get("/<int:record_id>/decisions")
@requires(VIEW)
@page_response(DecisionSchema)
def list_decisions(record_id: int) -> Response:
    """List who got a lead by which rule, who was skipped and why; the latest first."""
    leads.one_lead(reading(), record_id)
    return page_answer([_entry(one) for one in entries_of(record_id)], None)


def _entry(entry: Entry) -> dict[str, Any]:
    names = DecisionSchema().fields.keys() - {"told", "client_id", "method", "skipped"}
    held: Mapping[str, Any] = {name: getattr(entry.decision, name) for name in sorted(names)}
    told = {name: getattr(entry, name) for name in ("client_id", "method", "told")}
    return {**held, **told, "skipped": entry.skips}


@api.post("/<int:record_id>/distribute")
@requires(ASSIGN)
@versioned(KIND)
@response(LeadSchema)
def distribute(record_id: int, version: int | None) -> Response:
    """Let the rules say anew who gets a lead."""
    distribute_lead(record_id, version)
    return ANSWERS.changed(record_id)
