"""The pages of consent: the company's purposes, and what somebody said."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    NEW_ROW,
    CompanyListPage,
    FormState,
    InvalidError,
    company,
    order_version,
    reading,
    render,
    requires,
    safe_next,
    toast,
    whole_number,
)
from salesman_mailing.bounces.service import mend_address
from salesman_mailing.campaigns.permissions import MEND
from salesman_mailing.consent import defaults, noting, panels
from salesman_mailing.consent.purposes import PURPOSES
from salesman_mailing.consent.purposes import purposes as all_purposes
from salesman_mailing.permissions import MANAGE_PURPOSES, RECORD_CONSENT, SEE_CONSENT
from salesman_mailing.texts import texts
from salesman_mailing.views import Page, blueprint

_ = texts.lazy


@blueprint.get("/purposes")
@requires(MANAGE_PURPOSES)
def purposes() -> Markup:
    """Show what people are written to for."""
    return _page({})


def _page(refused: Mapping[Hashable, FormState]) -> Markup:
    rows = all_purposes(reading())
    return render(
        "mailing/purposes.html",
        purposes=rows,
        order=order_version(one.id for one in rows),
        refused=refused,
        nothing=FormState(),
        new=NEW_ROW,
    )


PAGE: Final = CompanyListPage("mailing.purposes", _page)


@blueprint.post("/purposes/usual")
@requires(MANAGE_PURPOSES)
def make_usual_purposes() -> Response:
    """Make the usual purposes, where there are none."""
    defaults.make_purposes(company().language)
    return PAGE.back()


@blueprint.post("/purposes")
@requires(MANAGE_PURPOSES)
def add_purpose() -> Page:
    """Add the purpose that was typed."""
    return PAGE.add(PURPOSES, NEW_ROW)


@blueprint.post("/purposes/<int:purpose_id>")
@requires(MANAGE_PURPOSES)
def change_purpose(purpose_id: int) -> Page:
    """Change a purpose to what was typed."""
    return PAGE.change(PURPOSES, purpose_id, purpose_id)


@blueprint.post("/purposes/<int:purpose_id>/move")
@requires(MANAGE_PURPOSES)
def move_purpose(purpose_id: int) -> Response:
    """Let a purpose change places with its neighbour."""
    return PAGE.move(PURPOSES, purpose_id)


@blueprint.get("/consent/<kind>/<int:record_id>")
@requires(SEE_CONSENT)
def consent_of(kind: str, record_id: int) -> Markup:
    """Show what the owner of a record's addresses said, with the proofs."""
    return render("mailing/consent.html", **panels.told(kind, record_id, whole=True))


@blueprint.post("/consent/<kind>/<int:record_id>")
@requires(RECORD_CONSENT)
def note_consent(kind: str, record_id: int) -> Response:
    """Note what somebody said, with the reason."""
    back = safe_next(
        request.form.get("next"), url_for("mailing.consent_of", kind=kind, record_id=record_id)
    )
    try:
        changed = noting.note(
            kind,
            record_id,
            email_id=request.form.get("email_id", 0, type=whole_number),
            purpose_id=request.form.get("purpose_id", type=whole_number),
            state=request.form.get("state", ""),
            reason=request.form.get("reason", ""),
        )
    except InvalidError as error:
        toast(next(iter(error.fields.values()), error.message))
        return redirect(back, 303)
    toast(_("Noted.") if changed else _("That is how it stands already."))
    return redirect(back, 303)


@blueprint.post("/consent/<kind>/<int:record_id>/mend")
@requires(MEND)
def mend(kind: str, record_id: int) -> Response:
    """Say that an address to which letters came back works again."""
    email_id = request.form.get("email_id", 0, type=whole_number)
    mend_address(noting.address_of(reading(), kind, record_id, email_id))
    toast(_("It is written to again."))
    return redirect(url_for("mailing.consent_of", kind=kind, record_id=record_id), 303)
