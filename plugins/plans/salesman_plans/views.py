"""The pages of plans. A view is a few lines: read, ask the service, show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    SEE_MARGIN,
    ConflictError,
    FormState,
    InvalidError,
    company,
    current_person,
    date_of,
    decimal_of,
    judge,
    now,
    number_of,
    read_typed,
    reading,
    render,
    requires,
    toast,
    today,
)
from salesman_hookspecs import Text
from salesman_plans import bases, queries, service, undoing
from salesman_plans.facts import Days
from salesman_plans.fulfilment import by_people, fulfilment, spans_of
from salesman_plans.grid import goals_typed, grid
from salesman_plans.models import EVERYTHING, MARGIN, METRICS, TURNOVER, UNITS
from salesman_plans.months import Period, month_of, period_named, quarter_of, year_of
from salesman_plans.permissions import EDIT, MANAGE, VIEW
from salesman_plans.rows import FEW, SHOWN, compared, rows
from salesman_plans.schemas import BasisSchema, CopySchema, LimitsSchema
from salesman_plans.service import Copying
from salesman_plans.sources import LONGEST_ITEM, found_items, item_titles
from salesman_plans.sources import bases as known_bases
from salesman_plans.texts import texts
from salesman_plans.titles import METRIC_TITLES, figure, month_title, period_title, short
from salesman_plans.whose import PERSON, Whose, everybody, may_see, people, whose_named
from salesman_plans.widget import fulfilment_panel

_ = texts.lazy

blueprint = Blueprint("plans", __name__, url_prefix="/plans")

_LONGEST_SEARCH: Final = 100

Page = Markup | Response | tuple[Markup, int]
Typed = MultiDict[str, str]

_WORDS: Final[dict[str, Callable[..., str]]] = {
    "figure": figure,
    "short": short,
    "month_title": month_title,
    "period_title": period_title,
}


def _render(template: str, **context: Any) -> Markup:
    return render(template, metric_titles=METRIC_TITLES, **_WORDS, **context)


# -- the grid


@blueprint.get("/")
@requires(VIEW)
def index() -> Markup:
    """Show the plans of a year as a grid."""
    return _grid(FormState())


def _grid(form: FormState) -> Markup:
    metric, year, item = _metric(), _year(), _item()
    found = grid(reading(), metric, year, item)
    return _render(
        "plans/index.html",
        form=form,
        metric=metric,
        metrics=_seen_metrics(),
        item=item,
        item_title=_item_title(item),
        items=_item_choices(item, year) if metric == UNITS else [],
        looked_for=_looked_for(),
        year=year,
        this_year=today(company().tz).year,
        rows=found,
        may_edit=any(row.may_edit for row in found),
        may_change=current_person().may(EDIT),
        months=year_of(year).firsts(),
        everybody=[(one.whose.key, one.whose.title) for one in found],
        choices=[(row.whose.key, row.whose.title) for row in found if row.may_edit],
    )


def _item() -> str:
    """Give the category or product that is asked for: units alone are planned of one."""
    asked = request.values.get("item", "")[:LONGEST_ITEM]
    return asked if _metric() == UNITS else EVERYTHING


def _item_title(item: str) -> Text:
    return item_titles([item]).get(item, item)


def _looked_for() -> str:
    return request.args.get("find", "")[:_LONGEST_SEARCH].strip()


def _item_choices(item: str, year: int) -> list[tuple[str, Text]]:
    """Give what units may be planned of: what fits what was looked for, else the usual choice.

    What is planned in that year, and what is shown, is always among it.
    """
    period = year_of(year)
    planned = queries.planned_items(reading(), period.first, period.last)
    found = {**item_titles([item, *planned]), **found_items(_looked_for())}
    return list(found.items())


def _seen_metrics() -> list[str]:
    sees_margin = current_person().may(SEE_MARGIN)
    return [one for one in METRICS if sees_margin or one != MARGIN]


def _metric() -> str:
    asked = request.values.get("metric", "")
    return asked if asked in _seen_metrics() else TURNOVER


def _year() -> int:
    try:
        return period_named(request.values.get("year", "")).first.year
    except InvalidError:
        return today(company().tz).year


@blueprint.post("/")
@requires(EDIT)
def set_plans() -> Page:
    """Set the plans that were typed into the grid: all of them, or none."""
    metric, year, item = _metric(), _year(), _item()
    try:
        done, number = undoing.save(goals_typed(request.form, metric, item))
    except (InvalidError, ConflictError) as error:
        return _grid(FormState.refused(request.form, error)), error.status
    toast(
        texts.gettext("Saved.")
        if not done
        else texts.ngettext("%(num)s plan is set.", "%(num)s plans are set.", len(done)),
        undo=_undo(number),
    )
    return redirect(url_for("plans.index", **_shown(metric, year, item)))


def _shown(metric: str, year: int, item: str) -> dict[str, Any]:
    """Give what the address of the grid says."""
    return {"metric": metric, "year": year} | ({"item": item} if item else {})


def _undo(number: int | None) -> str:
    """Give the address that takes a saving back, or an empty one where nothing was saved."""
    if number is None:
        return ""
    shown = _shown(_metric(), _year(), _item())
    return url_for("plans.take_back", number=number, **shown)


@blueprint.post("/undo/<int:number>")
@requires(EDIT)
def take_back(number: int) -> Response:
    """Let plans be as they were before they were set last."""
    taken = undoing.take_back(number)
    toast(texts.ngettext("%(num)s plan is as it was.", "%(num)s plans are as they were.", taken))
    return redirect(url_for("plans.index", **_shown(_metric(), _year(), _item())))


@blueprint.post("/copy")
@requires(EDIT)
def copy_plans() -> Page:
    """Copy somebody's year to others, or into another year."""
    readers = {"year": number_of, "to_year": number_of, "percent": decimal_of}
    try:
        values = read_typed(request.form, readers, *readers)
        values |= {"whose": request.form.get("whose", "")}
        values |= {"targets": request.form.getlist("targets")}
        judged = judge(CopySchema(), values)
        done, number = undoing.copy(
            Copying(
                judged["whose"],
                judged["year"],
                tuple(dict.fromkeys(judged["targets"])),
                judged["to_year"],
                Decimal(judged["percent"]),
                tuple(_seen_metrics()),
            )
        )
    except (InvalidError, ConflictError) as error:
        return _grid(FormState.refused(request.form, error)), error.status
    toast(
        texts.ngettext("%(num)s plan is copied.", "%(num)s plans are copied.", len(done)),
        undo=_undo(number),
    )
    return redirect(url_for("plans.index", metric=_metric(), year=judged["to_year"]))


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Response:
    """Lead to the figure that a plan is about."""
    plan = queries.one_plan(reading(), record_id)
    period = month_of(plan.month).key
    asked = {"whose": plan.subject, "period": period, "metric": plan.metric}
    asked |= {"item": plan.item} if plan.item else {}
    return redirect(url_for("plans.show_figure", **asked))


# -- figures


@blueprint.get("/widget")
@requires(VIEW)
def widget() -> Markup:
    """Give the rings of somebody's plan, for the desk."""
    content = fulfilment_panel(request.args.get("whose"), request.args.get("length"))
    return render("plans/widget_alone.html", content=content or "", as_of=now())


@blueprint.get("/figure")
@requires(VIEW)
def show_figure() -> Page:
    """Show how far a plan is, how that is counted, and the records that count."""
    asked, wrong = _asked()
    if wrong is not None:
        return _wrong(wrong)
    session, (whose, period, metric, basis) = reading(), asked
    item = _item()
    found = fulfilment(session, whose, period, basis=basis, item=item)
    parts = []
    known = known_bases()
    for span in found.spans:
        counted = known.get(span.basis)
        if counted is None or not counted.counts(metric, item):
            continue
        source, days = counted.source_of(metric, item), Days(span.first, span.last)
        shown = rows(session, source, metric, days, whose, item)
        asked_days = {"from": span.first.isoformat(), "to": span.last.isoformat()}
        about = {"item": item} if item else {}
        address = source.address({**asked_days, **about, **whose.filters})
        parts.append((counted, span, shown, address))
    return _render(
        "plans/figure.html",
        found=found,
        line=next((one for one in found.lines if (one.metric, one.item) == (metric, item)), None),
        metric=metric,
        metrics=[one for one in METRICS if one in {line.metric for line in found.lines}],
        item=item,
        item_title=_item_title(item),
        parts=parts,
        most=SHOWN,
        people=by_people(session, found, metric, item) if whose.kind != PERSON and parts else [],
        basis=basis,
        absent=[one.basis for one in found.spans if one.basis not in known],
        periods=_periods(period),
        everybody=_whose_choices(whose),
        limits=bases.limits(),
    )


def _periods(period: Period) -> list[tuple[str, str]]:
    """Give the periods that one may go on to: the neighbours, and those around it."""
    around = (period.moved(-1), period, period.moved(1))
    wider = (month_of(period.first), quarter_of(period.first), year_of(period.first.year))
    found = {one.key: period_title(one) for one in (*around, *wider)}
    return list(found.items())


def _whose_choices(shown: Whose) -> list[tuple[str, Any]]:
    found = {one.key: one.title for one in everybody(reading())}
    found.setdefault(shown.key, shown.title)
    return list(found.items())


def _asked() -> tuple[tuple[Whose, Period, str, str | None], InvalidError | None]:
    """Give whose figure of which period is asked for, or what cannot be read of it."""
    session = reading()
    whose = whose_named(session, request.args.get("whose") or f"person:{current_person().id}")
    month = month_of(today(company().tz))
    try:
        period = period_named(request.args.get("period") or month.key)
        basis = request.args.get("basis") or None
        spans_of(period, basis)
    except InvalidError as error:
        return (whose, month, TURNOVER, None), error
    return (whose, period, _metric(), basis), None


def _wrong(error: InvalidError) -> Page:
    wrong = list(error.fields.values()) or [error.message]
    return _render("plans/wrong.html", wrong=wrong), error.status


@blueprint.get("/compare")
@requires(VIEW)
def compare() -> Page:
    """Show what every basis says of a period, and the records that make the difference."""
    asked, wrong = _asked()
    if wrong is not None:
        return _wrong(wrong)
    session, (whose, period, metric, basis) = reading(), asked
    base = basis or bases.basis_on(period.first)
    sees_margin = current_person().may(SEE_MARGIN)
    found = compared(
        session, base, metric, Days(period.first, period.last), whose, margin=sees_margin
    )
    return _render(
        "plans/compare.html",
        found=found,
        hidden=_hidden(one.basis.id for one in found),
        base=base,
        base_title=known_bases()[base].title if base in known_bases() else base,
        whose=whose,
        period=period,
        metric=metric,
        metrics=_seen_metrics(),
        few=FEW,
        periods=_periods(period),
        everybody=_whose_choices(whose),
    )


def _hidden(shown: Iterable[str]) -> list[Text]:
    """Give the titles of the bases that are not shown."""
    there = set(shown)
    return [one.title for id_, one in known_bases().items() if id_ not in there]


# -- whose plans


@blueprint.get("/people")
@requires(EDIT)
def show_people() -> Markup:
    """Show who has a plan, and whose team's results count in it."""
    session = reading()
    flags = queries.flags(session)
    seen = {one.id for one in people(session, [row.id for row in flags]) if may_see(one, EDIT)}
    return _render("plans/people.html", rows=[row for row in flags if row.id in seen])


@blueprint.post("/people/<int:user_id>")
@requires(EDIT)
def set_person(user_id: int) -> Response:
    """Say whether somebody has a plan, and whether the results of their team count in it."""
    service.set_person(
        user_id, has_plan="has_plan" in request.form, with_team="with_team" in request.form
    )
    toast(_("Saved."))
    return redirect(url_for("plans.show_people"))


# -- the accounting basis


@blueprint.get("/basis")
@requires(MANAGE)
def show_basis() -> Markup:
    """Show by what the company counts, since when, and from where on a plan is behind."""
    return _basis_page(FormState(), FormState())


def _basis_page(form: FormState, limits: FormState) -> Markup:
    session = reading()
    day = today(company().tz)
    known = known_bases()
    good, behind = bases.limits()
    return _render(
        "plans/basis.html",
        form=form if form.values else FormState({"basis": bases.basis_on(day)}),
        limits=limits if limits.values else FormState({"good": good, "behind": behind}),
        known=list(known.values()),
        titles={id_: one.title for id_, one in known.items()},
        months=_months_ahead(day),
        history=bases.history(session),
        usual=bases.USUAL,
        current=bases.basis_on(day),
        day=day,
    )


def _months_ahead(day: date) -> list[date]:
    """Give the months from which on another basis may hold: this one and a year of others."""
    return [month_of(day).moved(one).first for one in range(13)]


@blueprint.post("/basis")
@requires(MANAGE)
def set_basis() -> Page:
    """Count on another basis from a month on."""
    try:
        values = read_typed(request.form, {"since": date_of, "basis": str}, "since", "basis")
        since = values.get("since")
        judged = judge(BasisSchema(), values | {"since": since.isoformat() if since else None})
        bases.set_basis(judged["basis"], judged["since"])
    except InvalidError as error:
        return _basis_page(FormState.refused(request.form, error), FormState()), error.status
    toast(_("Saved."))
    return redirect(url_for("plans.show_basis"))


@blueprint.post("/basis/<since>/forget")
@requires(MANAGE)
def forget_basis(since: str) -> Response:
    """Take back a basis that does not hold yet."""
    bases.forget_basis(period_named(since).first)
    toast(_("It is taken back."))
    return redirect(url_for("plans.show_basis"))


@blueprint.post("/limits")
@requires(MANAGE)
def set_limits() -> Page:
    """Set from how many percent of the pace on a plan is on plan, and behind."""
    try:
        readers = {"good": number_of, "behind": number_of}
        bases.set_limits(judge(LimitsSchema(), read_typed(request.form, readers, *readers)))
    except InvalidError as error:
        return _basis_page(FormState(), FormState.refused(request.form, error)), error.status
    toast(_("Saved."))
    return redirect(url_for("plans.show_basis"))
