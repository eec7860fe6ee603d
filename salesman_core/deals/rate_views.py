"""The administrator's page of currency rates."""

from __future__ import annotations

from babel.numbers import get_currency_name
from flask import Blueprint, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from markupsafe import Markup

from salesman_core.access.routes import requires
from salesman_core.clock import today
from salesman_core.deals import forms, rate_corrections, rate_table
from salesman_core.deals.permissions import RATES
from salesman_core.deals.rate_lines import rates_of
from salesman_core.deals.rate_table import judged_rate
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.services.company import company, currencies
from salesman_core.services.rates import MOST_DAYS
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import toast

_ = texts.lazy

blueprint = Blueprint("rates", __name__, url_prefix="/admin/rates")


@blueprint.get("")
@requires(RATES)
def index() -> Markup:
    """Show the rates, of one currency where the address names one."""
    return _page(FormState({"day": forms.written(today(company().tz))}))


def _page(form: FormState) -> Markup:
    own = company().currency
    currency = request.args.get("of", "")
    return render(
        "core/deals/rates.html",
        form=form,
        own=own,
        currency=currency,
        rates=rate_table.latest_rates(currency),
        corrections=rate_corrections.corrections(),
        known=rate_table.currencies_with_rates(),
        currencies=[(code, _named(code)) for code in sorted(currencies()) if code != own],
        most_days=MOST_DAYS,
        most=rate_table.SHOWN,
    )


def _named(code: str) -> str:
    return f"{code} · {get_currency_name(code, locale=get_locale())}"


@blueprint.post("")
@requires(RATES)
def enter() -> ResponseReturnValue:
    """Enter one rate, of the form or of the address with which a deletion is undone."""
    try:
        values = forms.read(request.values, "currency", "day", "rate")
        currency = values.get("currency", "")
        rate = judged_rate(currency, values.get("day"), values.get("rate"))
        rate_table.enter_rates([rate])
    except InvalidError as error:
        return make_response(_page(FormState.refused(request.form, error)), error.status)
    toast(_("The rate is in the table. Deals that lacked it get it now."))
    return redirect(url_for("rates.index"))


@blueprint.post("/lines")
@requires(RATES)
def enter_lines() -> ResponseReturnValue:
    """Enter the rates of pasted lines."""
    try:
        number = rate_table.enter_rates(rates_of(request.form.get("lines", "")))
    except InvalidError as error:
        return make_response(_page(FormState.refused(request.form, error)), error.status)
    toast(texts.ngettext("%(num)s rate was entered.", "%(num)s rates were entered.", number))
    return redirect(url_for("rates.index"))


@blueprint.post("/<int:rate_id>/delete")
@requires(RATES)
def delete(rate_id: int) -> ResponseReturnValue:
    """Take a rate out of the table."""
    gone = rate_table.delete_rate(rate_id)
    day, rate = gone.day.isoformat(), f"{gone.rate:f}"
    undo = url_for("rates.enter", currency=gone.currency, day=day, rate=rate)
    toast(_("The rate is gone; deals that took it keep it."), undo=undo)
    return redirect(url_for("rates.index"))
