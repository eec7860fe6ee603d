"""The page on which the schedule of payments of a deal is edited."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    current_person,
    date_of,
    decimal_of,
    judge,
    money_of,
    number_of,
    reaches,
    read_typed,
    reading,
    render,
    requires,
    toast,
    version_in,
    written,
)
from salesman_invoices.billing import one_deal
from salesman_invoices.permissions import CREATE, EDIT_DEAL, SEE_DEAL
from salesman_invoices.schedule import queries, service
from salesman_invoices.schedule.schemas import ScheduleSchema
from salesman_invoices.texts import texts
from salesman_invoices.views import Page, blueprint

_ = texts.lazy

SPARE: Final = 3
"""So many empty rows stand below those that are there."""
_FIELDS: Final = ("id", "title", "percent", "amount", "due_on")

LABELS: Final = {
    "title": _("Step"),
    "percent": _("Percent of the deal"),
    "amount": _("or a sum"),
    "due_on": _("To be paid by"),
}


@blueprint.get("/deals/<int:deal_id>/schedule")
@requires(SEE_DEAL)
def schedule(deal_id: int) -> Markup:
    """Show the schedule of payments of a deal, to be edited where the person may."""
    session = reading()
    version = queries.version_of(session, deal_id)
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "percent": written(one.percent),
            "amount": written(one.amount),
            "due_on": written(one.due_on),
        }
        for one in queries.steps_of(session, deal_id)
    ]
    return _page(deal_id, rows, version)


def _page(
    deal_id: int,
    rows: Sequence[dict[str, Any]],
    version: int | None,
    form: FormState | None = None,
) -> Markup:
    session = reading()
    deal = one_deal(session, deal_id)
    steps = queries.planned_steps(session, deal_id, deal.amount)
    blank: dict[str, Any] = dict.fromkeys(_FIELDS, "")
    spare = [dict(blank) for _number in range(SPARE)]
    return render(
        "invoices/schedule/page.html",
        deal=deal,
        steps=steps,
        planned=sum((one.worth for one in steps), Decimal(0)),
        rows=[*rows, *spare],
        version=version,
        form=form or FormState({}),
        may_edit=reaches("deal", deal_id, EDIT_DEAL),
        may_bill=current_person().may(CREATE),
        labels=LABELS,
    )


def _typed_rows(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    """Give the rows that say something, as they were typed."""
    columns = {name: form.getlist(f"step-{name}") for name in _FIELDS}
    count = min((len(one) for one in columns.values()), default=0)
    rows = [{name: columns[name][place].strip() for name in _FIELDS} for place in range(count)]
    said = ("title", "percent", "amount", "due_on")
    return [row for row in rows if any(row[name] for name in said)]


def _read(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give typed rows as the JSON API names them.

    :raises InvalidError: by step and field, as ``steps.1.due_on``.
    """
    readers = {"percent": _percent_of, "amount": money_of, "due_on": date_of, "id": number_of}
    steps: list[dict[str, Any]] = []
    wrong: dict[str, Any] = {}
    for place, row in enumerate(rows):
        try:
            read = read_typed(row, readers, *readers)
        except InvalidError as error:
            wrong |= {f"steps.{place}.{name}": text for name, text in error.fields.items()}
            continue
        due = read["due_on"]
        steps.append(
            {
                "id": read["id"],
                "title": row["title"],
                "percent": None if read["percent"] is None else str(read["percent"]),
                "amount": str(read["amount"]) if row["amount"] else None,
                "due_on": None if due is None else due.isoformat(),
            }
        )
    if wrong:
        raise InvalidError(_("Some steps are not right."), wrong)
    return steps


def _percent_of(typed: str) -> Decimal | None:
    shown = typed.strip().removesuffix("%").strip()
    return decimal_of(shown) if shown else None


@blueprint.post("/deals/<int:deal_id>/schedule")
@requires(EDIT_DEAL)
def change_schedule(deal_id: int) -> Page | Response:
    """Let a deal have the schedule that was typed."""
    rows = _typed_rows(request.form)
    version = version_in(request.form)
    one_deal(reading(), deal_id)
    try:
        steps = judge(ScheduleSchema(), {"steps": _read(rows)})["steps"]
        service.replace_steps(deal_id, steps, version)
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return _page(deal_id, rows, version, form), error.status
    toast(_("The schedule is saved."))
    return redirect(url_for("invoices.schedule", deal_id=deal_id))
