"""What strangers meet: a form as a page of its own, in a frame, by a script, and for their sites.

Nothing here knows who is signed in. See ADR 0040 for which site may send what.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from flask import Response, make_response, redirect, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    MissingError,
    SalesmanError,
    foreign_forms,
    json_response,
    link_to,
    public,
    reading,
    render,
    speaking,
)
from salesman_leads.forms import answering, queries
from salesman_leads.forms.origins import judge_sender
from salesman_leads.forms.senders import note_sender
from salesman_leads.forms.sent import LARGEST, is_json, sent_values
from salesman_leads.forms.shown import ShownForm
from salesman_leads.forms.stamps import HOLDS, Stamp
from salesman_leads.forms.taking import CARRIED, Sender, Sent, take_answer
from salesman_leads.junk.judging import Arrival
from salesman_leads.models import UTM
from salesman_leads.texts import texts
from salesman_leads.views import blueprint

_ = texts.lazy

Answer = AnyResponse | Response

FRAMES: Final = {"iframe", "frame"}
_SCRIPT_FRESH: Final = 300


def of_form(view: Callable[[AnyRow], Answer]) -> Callable[[str], Answer]:
    """Give a view, which an address calls with a form's key, its row; it speaks its language."""

    @wraps(view)
    def found(key: str) -> Answer:
        try:
            form = queries.form_by_key(reading(), key)
        except MissingError as error:
            if not is_json():
                raise
            return answering.shared(answering.problem(error), [])
        with speaking(form.language):
            return view(form) if form.active else answering.closed(form)

    return cast("Callable[[str], Answer]", found)


@blueprint.get("/f/<key>", provide_automatic_options=False)
@public
@of_form
def public_form(form: AnyRow) -> Answer:
    """Show a form to a stranger."""
    carried = request.args.to_dict()
    if "page" not in carried:
        carried["page" if _is_framed() else "referrer"] = request.referrer or ""
    return answering.form_page(form, FormState(), carried)


def _is_framed() -> bool:
    return request.headers.get("Sec-Fetch-Dest", "") in FRAMES


@blueprint.post("/f/<key>", provide_automatic_options=False)
@public
@foreign_forms
@of_form
def send_form(form: AnyRow) -> Answer:
    """Take in what a stranger sends, from the page of the form or from a site's own form."""
    request.max_content_length = LARGEST
    try:
        answer = _taken(form, sent_values())
    except RequestEntityTooLarge:
        error = InvalidError(_("That is too much text for one form."))
        answer = (
            answering.problem(error)
            if is_json()
            else answering.form_page(
                form, FormState(message=error.message, status=error.status), {}
            )
        )
    except SalesmanError as error:
        answer = answering.refused(form, error)
    return answering.shared(answer, form.sites)


def _taken(form: AnyRow, sent: Sent) -> Response:
    signed = _first(sent, answering.STAMP)
    judge_sender(form.sites, stamped=bool(signed))
    note_sender(form.id, request.remote_addr or "")
    stamp = Stamp.read(signed, form.id)
    if signed and not (stamp and stamp.holds):
        raise InvalidError(
            _("The form was open for more than %(hours)s hours. Send it once more.", hours=_HOURS)
        )
    arrival = Arrival(trap=_first(sent, answering.TRAP), seconds=stamp.seconds if stamp else None)
    sender = Sender(ip=request.remote_addr or "", page=_page_around(signed), stamp=stamp)
    take_answer(form, sent, arrival, sender)
    return _thanked(form, sent)


_HOURS: Final = int(HOLDS // 3600)


def _page_around(signed: str) -> str:
    """Give the page on which a site's own form stands; our own is not worth a word."""
    return "" if signed else request.referrer or ""


def _first(sent: Sent, name: str) -> str:
    return next(iter(sent.get(name, ())), "")


def _thanked(form: AnyRow, sent: Sent) -> Response:
    """Lead to the thanks: behind the form, or in the notation in which it came."""
    if is_json():
        thanks = {"thanks": form.thanks_text, "thanks_url": form.thanks_url or None}
        return json_response(thanks, 201)
    if form.thanks_url and not _is_framed():
        target = form.thanks_url
    else:
        look: dict[str, Any] = {name: _first(sent, name) or None for name in answering.LOOK}
        target = url_for("leads.thanks", key=form.key, **look)
    return make_response(redirect(target, 303))


@blueprint.get("/f/<key>/thanks")
@public
@of_form
def thanks(form: AnyRow) -> Answer:
    """Thank a stranger."""
    return answering.said(form, "thanks.html")


@blueprint.route("/f/<key>", methods=["OPTIONS"])
@public
def may_send_form(key: str) -> Answer:
    """Tell a browser whether a script of another site may send this form (CORS).

    A closed one, too: otherwise the script would never hear that it is.
    """
    form = queries.form_by_key(reading(), key)
    response = answering.shared(make_response("", 204), form.sites)
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "3600"
    return response


@blueprint.get("/f/<key>.js")
@public
@of_form
def form_script(form: AnyRow) -> Answer:
    """Give the script that puts the form into the page of a site."""
    told = {
        "address": link_to(url_for("leads.public_form", key=form.key)),
        "key": form.key,
        "title": ShownForm.of_row(form).heading,
        "tags": list(UTM),
        "longest": CARRIED["page"],
    }
    response = make_response(render("leads/forms/embed.js", told=told))
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = f"public, max-age={_SCRIPT_FRESH}"
    return response
