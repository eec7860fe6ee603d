"""The administrator's page of holidays and of working days on weekends."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.administration import holidays
from salesman_core.administration.permissions import COMPANY
from salesman_core.clock import today
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_core.web.forms import FormState, whole_number
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("holidays", __name__, url_prefix="/admin/holidays")

_FIRST: Final = 1000
_LAST: Final = 2999


@blueprint.get("")
@requires(COMPANY)
def index() -> Markup:
    """Show the holidays of a year, of this one where the address names none."""
    return _page(FormState())


def _page(form: FormState) -> Markup:
    this_year = today(company().tz).year
    year = request.args.get("year", this_year, type=whole_number)
    year = min(max(year, _FIRST), _LAST)
    return render(
        "core/administration/holidays.html",
        form=form,
        year=year,
        this_year=this_year,
        days=holidays.holidays_of(year),
    )


@blueprint.post("")
@requires(COMPANY)
def enter() -> ResponseReturnValue:
    """Keep the days of pasted lines, or of the address with which a deletion is undone."""
    try:
        days = holidays.days_of(request.values.get("lines", ""))
        number = holidays.enter_holidays(days)
    except InvalidError as error:
        return make_response(_page(FormState.refused(request.form, error)), error.status)
    toast(texts.ngettext("%(num)s day is kept.", "%(num)s days are kept.", number))
    return redirect(url_for("holidays.index", year=days[0].day.year))


@blueprint.post("/<int:holiday_id>/delete")
@requires(COMPANY)
def delete(holiday_id: int) -> ResponseReturnValue:
    """Take a day out; the notice can undo it."""
    gone = holidays.delete_holiday(holiday_id)
    line = f"{'+' if gone.works else ''}{gone.day.isoformat()} {gone.name}"
    toast(_("The day is out."), undo=url_for("holidays.enter", lines=line))
    return redirect(url_for("holidays.index", year=gone.day.year))
