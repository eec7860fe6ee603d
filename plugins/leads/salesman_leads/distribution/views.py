"""The pages of rules and absences; a view is a few lines: read, ask the service, show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    StaleError,
    colleagues,
    company,
    date_of,
    judge,
    number_of,
    order_version,
    person_of,
    read_typed,
    reading,
    render,
    requires,
    toast,
    today,
    user_names,
    version_in,
    whole_number,
    worktime,
    written,
)
from salesman_leads.distribution import defaults, previews, queries, service, words
from salesman_leads.distribution.ledger import Entry
from salesman_leads.distribution.models import Rule
from salesman_leads.distribution.schemas import AbsenceSchema, ExampleSchema, RuleSchema
from salesman_leads.permissions import EDIT, MANAGE_RULES, VIEW
from salesman_leads.texts import texts
from salesman_leads.views import Page, Typed, blueprint

_ = texts.lazy

_BLANK: Final = FormState({"active": True, "hours": "any", "method": "in_turn", "minutes": 60})


@blueprint.get("/rules")
@requires(MANAGE_RULES)
def rules() -> Markup:
    """Show the rules in their order."""
    return _rules_page(FormState())


@blueprint.post("/rules/usual")
@requires(MANAGE_RULES)
def make_usual_rule() -> Response:
    """Make the usual rule, where there is none."""
    defaults.make_rule(company().language)
    return redirect(url_for("leads.rules"))


@blueprint.post("/rules/preview")
@requires(MANAGE_RULES)
def preview_rules() -> Page:
    """Show who would get a lead of which something is said, and why."""
    names = ("source", "region", "language")
    said: dict[str, Any] = {name: request.form.get(name, "").strip() for name in names}
    for name in ("products", "phones"):
        said[name] = [one.strip() for one in request.form.getlist(name) if one.strip()]
    form = FormState({**said, "products": said["products"][:1], "phones": said["phones"][:1]})
    try:
        return _rules_page(form, previews.preview(judge(ExampleSchema(), said)))
    except InvalidError as error:
        return _rules_page(FormState.refused(request.form, error)), error.status


def _rules_page(form: FormState, would: Entry | None = None) -> Markup:
    session = reading()
    found = queries.rules(session)
    ids = {id_ for one in found for id_ in _people_of(one)}
    return render(
        "leads/distribution/rules.html",
        rules=found,
        order=order_version(one.id for one in found),
        people=user_names(session, ids),
        figures=queries.leads_dealt(session),
        form=form,
        would=would,
        **_titles(),
    )


def _people_of(rule: Rule) -> set[int]:
    coordinator = set() if rule.coordinator_id is None else {rule.coordinator_id}
    return coordinator | {one.user_id for one in rule.members}


def _titles() -> dict[str, Any]:
    return {"methods": words.METHOD_TITLES, "hours": words.HOURS_TITLES}


@blueprint.get("/rules/new")
@requires(MANAGE_RULES)
def new_rule() -> Markup:
    """Show the form for a rule."""
    return _form_page(_BLANK)


@blueprint.post("/rules/new")
@requires(MANAGE_RULES)
def add_rule() -> Page:
    """Add the rule that was typed."""
    try:
        service.add_rule(judge(RuleSchema(), _typed(request.form)))
    except InvalidError as error:
        return _form_page(FormState.refused(request.form, error)), error.status
    toast(_("The rule is there. The first one that fits a lead decides."))
    return redirect(url_for("leads.rules"))


@blueprint.get("/rules/<int:rule_id>")
@requires(MANAGE_RULES)
def rule(rule_id: int) -> Markup:
    """Show a rule to change it, with what it did within thirty days."""
    held = queries.one_rule(reading(), rule_id)
    return _form_page(_form_of(held), held)


@blueprint.post("/rules/<int:rule_id>")
@requires(MANAGE_RULES)
def change_rule(rule_id: int) -> Page:
    """Change a rule to what was typed."""
    try:
        values = judge(RuleSchema(), _typed(request.form))
        service.change_rule(rule_id, values, version_in(request.form))
    except (InvalidError, StaleError) as error:
        held = queries.one_rule(reading(), rule_id)
        return _form_page(FormState.refused(request.form, error), held), error.status
    toast(_("Saved."))
    return redirect(url_for("leads.rules"))


def _form_of(held: Rule) -> FormState:
    names = RuleSchema().fields.keys() - {"members"}
    weights = {f"weight-{one.user_id}": one.weight for one in held.members}
    members = [one.user_id for one in held.members]
    return FormState(
        {**{name: getattr(held, name) for name in names}, "member": members, **weights}
    )


def _form_page(form: FormState, held: Rule | None = None) -> Markup:
    session = reading()
    members = _people_of(held) if held is not None else set()
    figures = queries.leads_got(session, held.id) if held is not None else {}
    return render(
        "leads/distribution/rule.html",
        form=form,
        rule=held,
        workers=_workers(members),
        chosen={str(one) for one in form.all("member")},
        figures=sorted(figures.items(), key=lambda one: -one[1]),
        people=user_names(session, [id_ for id_ in figures if id_ is not None]),
        **_titles(),
    )


def _workers(also: set[int]) -> list[tuple[int, str]]:
    """Give those who may work on leads, and those whom the rule names already."""
    return [
        (id_, name)
        for id_, name in colleagues(also=also)
        if id_ in also
        or ((person := person_of(id_)) is not None and person.may(VIEW) and person.may(EDIT))
    ]


def _typed(form: Typed) -> dict[str, Any]:
    """Give a rule as the JSON API names it.

    :raises InvalidError: by field.
    """
    readers = {"coordinator_id": number_of, "minutes": lambda typed: number_of(typed) or 0}
    values: dict[str, Any] = {name: form.get(name, "") for name in ("name", "hours", "method")}
    values |= {name: name in form for name in ("active", "only_working")}
    for name in service.LISTS:
        values[name] = [one.strip() for one in form.getlist(name) if one.strip()]
    values["members"] = [_member(form, id_) for id_ in form.getlist("member", type=whole_number)]
    return values | read_typed(form, readers, *readers)


def _member(form: Mapping[str, str], user_id: int) -> dict[str, int]:
    weights = read_typed(form, {f"weight-{user_id}": number_of}, f"weight-{user_id}")
    return {"user_id": user_id, "weight": next(iter(weights.values()), None) or 1}


@blueprint.post("/rules/<int:rule_id>/move")
@requires(MANAGE_RULES)
def move_rule(rule_id: int) -> Page:
    """Let a rule change places with its neighbour."""
    try:
        up = request.form.get("to") == "up"
        service.move_rule(rule_id, up=up, order_version=version_in(request.form))
    except StaleError as error:
        return _rules_page(FormState(message=error.message)), error.status
    return redirect(url_for("leads.rules"))


@blueprint.post("/rules/<int:rule_id>/delete")
@requires(MANAGE_RULES)
def delete_rule(rule_id: int) -> Response:
    """Delete a rule."""
    service.delete_rule(rule_id, version_in(request.form))
    toast(_("The rule is gone. What it decided stays in the ledger."))
    return redirect(url_for("leads.rules"))


@blueprint.get("/absences")
@requires(MANAGE_RULES)
def absences() -> Markup:
    """Show who is absent today or will be."""
    return _absences_page(FormState())


@blueprint.post("/absences")
@requires(MANAGE_RULES)
def add_absence() -> Page:
    """Note an absence that was typed, or that of the address by which a deletion is undone."""
    readers: dict[str, Callable[[str], Any]] = {
        "user_id": number_of,
        "first_day": _day,
        "last_day": _day,
        "note": str.strip,
    }
    try:
        typed = read_typed(request.values, readers, *readers)
        first = typed.get("first_day")
        typed["last_day"] = typed.get("last_day") or first
        service.add_absence(judge(AbsenceSchema(), typed))
    except InvalidError as error:
        return _absences_page(FormState.refused(request.form, error)), error.status
    toast(_("Noted: they get no leads on these days."))
    return redirect(url_for("leads.absences"))


def _day(typed: str) -> str | None:
    """Give a day as the JSON API writes it."""
    day = date_of(typed)
    return None if day is None else day.isoformat()


@blueprint.post("/absences/<int:absence_id>/delete")
@requires(MANAGE_RULES)
def delete_absence(absence_id: int) -> Response:
    """Take an absence out; the notice can undo it."""
    gone = service.delete_absence(absence_id)
    held: dict[str, Any] = {name: written(value) for name, value in gone.items()}
    undo = url_for("leads.add_absence", **held)
    toast(_("The absence is out."), undo=undo)
    return redirect(url_for("leads.absences"))


def _absences_page(form: FormState) -> Markup:
    return render(
        "leads/distribution/absences.html",
        form=form,
        workers=_workers(set()),
        absences=queries.absences(reading(), today(worktime().zone)),
    )
