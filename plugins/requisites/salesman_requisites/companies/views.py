"""The pages of own companies."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    FormState,
    InvalidError,
    company,
    current_language,
    form_to_edit,
    judge,
    last_change,
    reading,
    render,
    requires,
    save_form,
    toast,
    typed_values,
    version_in,
)
from salesman_requisites.companies import queries, service
from salesman_requisites.companies.models import KIND
from salesman_requisites.companies.schemas import OwnCompanySchema
from salesman_requisites.companies.words import LABELS, USES
from salesman_requisites.countries import countries
from salesman_requisites.identity import RUSSIA
from salesman_requisites.permissions import MANAGE, VIEW
from salesman_requisites.texts import texts

_ = texts.lazy

Typed = MultiDict[str, str]
Page = Markup | tuple[Markup, int] | Response

blueprint = Blueprint("requisites", __name__, url_prefix="/requisites")


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the own companies."""
    return render("requisites/index.html", companies=queries.companies(reading()), russia=RUSSIA)


@blueprint.get("/new")
@requires(MANAGE)
def new() -> Markup:
    """Show the form for an own company."""
    return _new_page(FormState({"country": company().region}))


@blueprint.post("/new")
@requires(MANAGE)
def create() -> Page:
    """Enter the own company that was typed."""
    try:
        company_id = service.create_company(_judged(request.form))
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    toast(_("The company is there. Add its bank account and whoever signs for it."))
    return redirect(url_for("requisites.card", record_id=company_id))


def _new_page(form: FormState) -> Markup:
    return render("requisites/new.html", **_about(form))


def _about(form: FormState) -> dict[str, Any]:
    return {
        "form": form,
        "labels": LABELS,
        "countries": countries(current_language()),
        "russian": form.value("country") == RUSSIA,
    }


def _judged(typed: Typed) -> dict[str, Any]:
    return judge(OwnCompanySchema(), {name: typed.get(name, "") for name in queries.SAID})


@blueprint.post("/numbers")
@requires(MANAGE)
def numbers_of_country() -> Markup:
    """Show the fields of the numbers that a firm has in the chosen country."""
    return render("requisites/numbers.html", **_about(FormState(typed_values(request.form))))


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show an own company with its accounts, signers and pictures."""
    session = reading()
    row = queries.one_company(session, record_id)
    pictures = queries.pictures(session, [record_id]).get(record_id, [])
    return render(
        "requisites/card.html",
        company=row,
        country=dict(countries(current_language())).get(row.country, row.country),
        russia=RUSSIA,
        labels=LABELS,
        uses=USES,
        accounts=queries.accounts(session, [record_id]).get(record_id, []),
        signers=queries.signers(session, [record_id]).get(record_id, []),
        pictures={one.use: one for one in pictures if one.signer_id is None},
        signatures={one.signer_id: one for one in pictures if one.signer_id is not None},
    )


@blueprint.get("/<int:record_id>/edit")
@requires(MANAGE)
def edit(record_id: int) -> Markup:
    """Show the form of an own company as it stands."""
    return _edit_page(record_id, _held(record_id))


def _held(company_id: int) -> FormState:
    row = queries.one_company(reading(), company_id)
    return form_to_edit({name: getattr(row, name) for name in queries.SAID}, row.version)


def _edit_page(company_id: int, form: FormState) -> Markup:
    row = queries.one_company(reading(), company_id)
    return render("requisites/edit.html", company=row, **_about(form))


@blueprint.post("/<int:record_id>/edit")
@requires(MANAGE)
def change(record_id: int) -> Page:
    """Change an own company to what was typed."""
    again = save_form(
        request.form,
        lambda: _held(record_id),
        lambda typed, version: service.change_company(record_id, _judged(typed), version),
        partial(last_change, KIND, record_id),
    )
    if again is not None:
        return _edit_page(record_id, again), again.status
    toast(_("Saved."))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/main")
@requires(MANAGE)
def make_main(record_id: int) -> Response:
    """Let an own company be offered first."""
    service.make_main(record_id, version_in(request.form))
    toast(_("It is offered first from now on."))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/archive")
@requires(MANAGE)
def archive(record_id: int) -> Response:
    """Offer an own company no more; the notice can undo it."""
    service.archive_company(record_id, version_in(request.form))
    undo = url_for("requisites.take_back", record_id=record_id)
    toast(_("It is archived: new papers are not made for it."), undo=undo)
    return to_card(record_id)


@blueprint.post("/<int:record_id>/take-back")
@requires(MANAGE)
def take_back(record_id: int) -> Response:
    """Offer an archived own company again."""
    service.take_back_company(record_id, version_in(request.form))
    toast(_("It is in use again."))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/delete")
@requires(MANAGE)
def delete(record_id: int) -> Response:
    """Put an own company into the bin that has no papers; the notice can undo it."""
    name = queries.one_company(reading(), record_id).short_name
    service.delete_company(record_id, version_in(request.form))
    undo = url_for("requisites.restore", record_id=record_id)
    toast(_("“%(name)s” is in the bin.", name=name), undo=undo)
    return redirect(url_for("requisites.index"))


@blueprint.post("/<int:record_id>/restore")
@requires(MANAGE)
def restore(record_id: int) -> Response:
    """Take an own company out of the bin, and show it."""
    service.restore_company(record_id)
    toast(_("It is back."))
    return to_card(record_id)


def to_card(company_id: int) -> Response:
    """Lead to the card of an own company."""
    return redirect(url_for("requisites.card", record_id=company_id))
