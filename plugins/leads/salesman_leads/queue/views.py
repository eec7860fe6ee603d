"""The page of the queue: one lead, what came of the call, the next one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    FormState,
    InvalidError,
    StaleError,
    company,
    judge,
    read_typed,
    reading,
    render,
    requires,
    toast,
    version_in,
    when_of,
    whole_number,
    worktime,
)
from salesman_hookspecs import Text
from salesman_leads.models import UTM
from salesman_leads.permissions import CALL
from salesman_leads.products import in_catalogue
from salesman_leads.queries import hanging, known_clients, offered_results, one_lead, with_bans
from salesman_leads.queue import queries, service
from salesman_leads.queue.effects import closing_bases
from salesman_leads.queue.models import INTEREST, WRONG_NUMBER
from salesman_leads.queue.schemas import AttemptSchema
from salesman_leads.texts import texts
from salesman_leads.views import Page, blueprint

_ = texts.lazy


@blueprint.get("/queue")
@requires(CALL)
def queue() -> Markup:
    """Show the lead that one has in hand, or how many wait."""
    return _page(FormState())


def _page(form: FormState, lead_id: int | None = None) -> Markup:
    """Show a lead to whoever calls it: where none is named, the one that they have in hand."""
    session = reading()
    held = queries.in_hand(session)
    held_id = None if held is None else held.lead_id
    progress = queries.progress(session)
    if (shown_id := lead_id or held_id) is None:
        return render("leads/queue/begin.html", progress=progress)
    lead = one_lead(session, shown_id)
    ways = with_bans(session, lead, hanging(session, [lead.id]))
    return render(
        "leads/queue/call.html",
        lead=lead,
        in_hand=lead.id == held_id,
        progress=progress,
        form=form,
        came_from=_came_from(lead),
        hanging=ways,
        in_catalogue=in_catalogue(session, ways.products.get(lead.id, [])),
        right=queries.callable_phones(session, lead.id),
        known=known_clients(session, lead, ways),
        attempts=queries.attempts_of(session, lead.id),
        results=queries.call_results(session, offered=True),
        closings=[(one.id, one.name) for one in offered_results(session)],
        closing_bases=closing_bases(lead.attempts + 1),
    )


def _came_from(lead: AnyRow) -> list[tuple[Text, str]]:
    tags = (getattr(lead, tag) for tag in UTM)
    return [
        (_("Source"), lead.source),
        (_("Channel"), lead.channel),
        (_("Tags"), " · ".join(filter(None, tags))),  # on a phone the call stands below
        (_("Page"), lead.page),
        (_("Came from"), lead.referrer),
    ]


@blueprint.post("/queue/next")
@requires(CALL)
def next_call() -> Response:
    """Take the lead that is to be called next, and show it."""
    service.take_next()
    return redirect(url_for("leads.queue"))


@blueprint.post("/queue/leave")
@requires(CALL)
def leave_queue() -> Response:
    """Stop calling: others may have what one has in hand."""
    service.leave()
    return redirect(url_for("leads.index", unfinished="true"))


@blueprint.post("/queue/<int:record_id>/later")
@requires(CALL)
def call_later(record_id: int) -> Response:
    """Let a lead come again later, and show the next one."""
    service.put_off(record_id)
    toast(_("It comes again later."))
    return next_call()


@blueprint.post("/queue/<int:record_id>")
@requires(CALL)
def called(record_id: int) -> Page:
    """Keep what came of the call, and show the next lead; an interest goes on to its form.

    What is refused is shown as it was typed, whoever has the lead by now: it was said in the call.
    """
    try:
        values = judge(AttemptSchema(), _typed(record_id))
        attempt_id = service.record_attempt(record_id, values, version_in(request.form))
    except (InvalidError, StaleError, ConflictError) as error:
        return _page(FormState.refused(request.form, error), record_id), error.status
    attempt = queries.one_attempt(reading(), attempt_id)
    undo = url_for("leads.undo_call", record_id=record_id, attempt_id=attempt_id)
    toast(_("Kept: %(result)s.", result=attempt.result_name), undo=undo)
    if attempt.base == INTEREST:
        return redirect(url_for("leads.card", record_id=record_id, open="qualify"))
    return next_call()


def _typed(lead_id: int) -> dict[str, Any]:
    """Give what the form of a call holds; what belongs to another result is left out."""
    result_id = request.form.get("call_result_id", type=whole_number)
    base = next((one.base for one in _offered() if one.id == result_id), "")
    typed: dict[str, Any] = {"comment": request.form.get("comment", "").strip()}
    if result_id is not None:
        typed["call_result_id"] = result_id
    if base == "call_back":
        typed |= read_typed(request.form, {"call_back_at": _moment_of}, "call_back_at")
    if base == WRONG_NUMBER:
        typed["phone"] = request.form.get("phone", "")
    if base in closing_bases(one_lead(reading(), lead_id).attempts + 1):
        typed["closes_as_id"] = request.form.get("closes_as_id", type=whole_number)
    return typed


def _offered() -> list[AnyRow]:
    return list(queries.call_results(reading(), offered=True))


def _moment_of(said: str) -> str | None:
    """Give the moment that was said, as the JSON API writes it; of a day its working hours' first.

    :raises ValueError: with the reason, for the person, where it cannot be read.
    """
    read = when_of(said)
    if read is None:
        return None
    at: datetime = read["starts_at"] or _morning_of(read["day"])
    return at.isoformat()


def _morning_of(day: date) -> datetime:
    begins: time = worktime().begins
    return datetime.combine(day, begins, company().tz)


@blueprint.post("/queue/<int:record_id>/attempts/<int:attempt_id>/undo")
@requires(CALL)
def undo_call(record_id: int, attempt_id: int) -> Response:
    """Take back what was said of a call; its lead is in hand again."""
    service.undo_attempt(record_id, attempt_id)
    toast(_("The call is taken back."))
    return redirect(url_for("leads.queue"))
