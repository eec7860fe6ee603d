"""What is done to a deal with one press: moved, closed, reopened, binned, shared."""

from __future__ import annotations

from typing import Any

from flask import make_response, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from salesman_core.access.records import reaches
from salesman_core.access.routes import requires
from salesman_core.db import AnyRow, reading
from salesman_core.deals import card as cards
from salesman_core.deals import forms, moving, queries, service, sharing, standing
from salesman_core.deals.answers import (
    asked_number,
    asked_version,
    demanded_number,
    done,
    without_dialog,
)
from salesman_core.deals.schemas import FreezeSchema
from salesman_core.deals.views import blueprint
from salesman_core.errors import InvalidError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.answers import gone_to
from salesman_core.records.meanwhile import acts_on, form_again
from salesman_core.web.addresses import safe_next
from salesman_core.web.formats import day
from salesman_core.web.forms import FormState
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx, toast

_ = texts.lazy


@blueprint.post("/<int:record_id>/move")
@requires("core.deal.edit")
@acts_on("deal")
def move(record_id: int) -> ResponseReturnValue:
    """Move a deal to the stage of the field ``stage_id``; the notice can undo it.

    The answer's ETag is the version that the deal has now: the board moves it on at once.
    """
    before, stage_id = queries.one_deal(reading(), record_id), demanded_number("stage_id")
    try:
        moved = service.move_deal(record_id, stage_id, asked_version(), moving.filled_in())
    except moving.REFUSALS as error:
        return moving.asked_for(record_id, stage_id, error)
    answer = without_dialog(done(record_id))
    if reaches("deal", record_id):
        now = queries.one_deal(reading(), record_id)
        answer.set_etag(str(now.version))
        if moved:
            undo = _undo("deals.move", record_id, stage_id=before.stage_id)
            text = _("“%(deal)s” is now at %(stage)s.", deal=now.name, stage=now.stage_name)
            toast(text, undo=undo)
    return answer


@blueprint.get("/<int:record_id>/transfer")
@requires("core.deal.edit")
def transferring(record_id: int) -> Markup:
    """Ask in which stage of another pipeline a deal goes on."""
    form = FormState()
    return render("core/deals/card/transfer.html", deal=cards.shown(record_id), form=form)


@blueprint.post("/<int:record_id>/transfer")
@requires("core.deal.edit")
@acts_on("deal")
def transfer(record_id: int) -> ResponseReturnValue:
    """Let a deal go over to the stage of the field ``stage_id``; the notice can undo it."""
    before, stage_id = queries.one_deal(reading(), record_id), demanded_number("stage_id")
    try:
        service.transfer_deal(record_id, stage_id, asked_version(), moving.filled_in())
    except moving.REFUSALS as error:
        return moving.asked_for(record_id, stage_id, error, endpoint="deals.transfer")
    if reaches("deal", record_id):
        now = cards.shown(record_id)
        undo = _undo("deals.transfer", record_id, stage_id=before.stage_id)
        text = _(
            "“%(deal)s” is now in the pipeline “%(pipeline)s”.",
            deal=now.row.name,
            pipeline=now.pipeline["name"],
        )
        toast(text, undo=undo)
    return without_dialog(done(record_id))


@blueprint.get("/<int:record_id>/freeze")
@requires("core.deal.freeze")
def freezing(record_id: int) -> Markup:
    """Ask until when a deal is frozen, and why."""
    row = queries.one_deal(reading(), record_id)
    kept = {"frozen_until": forms.written(row.frozen_until), "freeze_reason": row.freeze_reason}
    held = kept if standing.is_frozen(row) else {}
    return _freezing(record_id, FormState({**held, "version": row.version}))


def _freezing(record_id: int, form: FormState) -> Markup:
    row = queries.one_deal(reading(), record_id)
    frozen = standing.is_frozen(row)
    return render("core/deals/card/freeze.html", row=row, form=form, frozen=frozen)


@blueprint.post("/<int:record_id>/freeze")
@requires("core.deal.freeze")
@acts_on("deal")
def freeze(record_id: int) -> ResponseReturnValue:
    """Freeze a deal until the day of a form, for its reason; the notice can undo it."""
    before = queries.one_deal(reading(), record_id)
    try:
        names = ("frozen_until", "freeze_reason")
        values = forms.judged(FreezeSchema(), request.values, *names)
        service.freeze_deal(record_id, **values, version=asked_version())
    except (InvalidError, StaleError) as error:
        if not is_htmx():  # there is no dialog, as where a notice undoes something
            raise
        form = form_again("deal", record_id, error)
        return make_response(_freezing(record_id, form), error.status)
    until = day(values["frozen_until"])
    text = _("“%(deal)s” is frozen until %(day)s", deal=before.name, day=until)
    was_frozen = standing.is_frozen(before)
    toast(text, undo=_as_before(before) if was_frozen else _undo("deals.thaw", record_id))
    return without_dialog(done(record_id))


@blueprint.post("/<int:record_id>/thaw")
@requires("core.deal.freeze")
@acts_on("deal")
def thaw(record_id: int) -> ResponseReturnValue:
    """Let a frozen deal go on; the notice can undo it."""
    before = queries.one_deal(reading(), record_id)
    service.thaw_deal(record_id, asked_version())
    toast(_("“%(deal)s” goes on.", deal=before.name), undo=_as_before(before))
    return without_dialog(done(record_id))


def _as_before(row: AnyRow) -> str:
    """Give the address that freezes a deal as it was."""
    until, reason = row.frozen_until.isoformat(), row.freeze_reason
    return _undo("deals.freeze", row.id, frozen_until=until, freeze_reason=reason)


def _undo(endpoint: str, record_id: int, **values: Any) -> str:
    """Give the address that takes an act back, as long as nobody changes the deal further."""
    version = queries.one_deal(reading(), record_id).version
    return url_for(endpoint, record_id=record_id, version=version, **values)


@blueprint.get("/<int:record_id>/lose")
@requires("core.deal.close")
def lose(record_id: int) -> Markup:
    """Ask why a deal is lost."""
    session = reading()
    row, reasons = queries.one_deal(session, record_id), queries.close_reasons(session)
    return render("core/deals/card/lose.html", row=row, reasons=reasons)


@blueprint.post("/<int:record_id>/close")
@requires("core.deal.close")
@acts_on("deal")
def close(record_id: int) -> ResponseReturnValue:
    """Close a deal as the field ``outcome`` says; the notice can undo it."""
    outcome = request.form.get("outcome", "")
    service.close_deal(record_id, outcome, asked_number("reason_id"), asked_version())
    name = queries.one_deal(reading(), record_id).name
    text = (
        _("“%(deal)s” is won.", deal=name)
        if outcome == "won"
        else _("“%(deal)s” is lost.", deal=name)
    )
    toast(text, undo=_undo("deals.reopen", record_id))
    return without_dialog(done(record_id))


@blueprint.post("/<int:record_id>/reopen")
@requires("core.deal.close")
@acts_on("deal")
def reopen(record_id: int) -> ResponseReturnValue:
    """Open a closed deal again."""
    service.reopen_deal(record_id, asked_version())
    toast(_("The deal is open again."))
    return done(record_id)


@blueprint.post("/<int:record_id>/delete")
@requires("core.deal.delete")
@acts_on("deal")
def delete(record_id: int) -> ResponseReturnValue:
    """Put a deal into the bin; the notice can undo it."""
    name = queries.one_deal(reading(), record_id).name
    service.delete_deal(record_id, asked_version())
    undo = url_for("deals.restore", record_id=record_id)
    toast(_("“%(deal)s” is in the bin.", deal=name), undo=undo)
    return gone_to(url_for("deals.index"))


@blueprint.post("/<int:record_id>/restore")
@requires("core.deal.delete")
def restore(record_id: int) -> ResponseReturnValue:
    """Take a deal out of the bin, and show it."""
    service.restore_deal(record_id)
    toast(_("The deal is back."))
    card = url_for("deals.card", record_id=record_id)
    return gone_to(safe_next(request.form.get("next"), card))


@blueprint.post("/<int:record_id>/participants")
@requires("core.deal.edit")
def add_participant(record_id: int) -> ResponseReturnValue:
    """Give the user of the field ``user_id`` a part in a deal."""
    sharing.add_participant(record_id, demanded_number("user_id"), request.values.get("part", ""))
    return done(record_id)


@blueprint.post("/<int:record_id>/participants/<int:user_id>/remove")
@requires("core.deal.edit")
def remove_participant(record_id: int, user_id: int) -> ResponseReturnValue:
    """Take a user's part in a deal away; the notice can undo it."""
    part = sharing.remove_participant(record_id, user_id)
    undo = url_for("deals.add_participant", record_id=record_id, user_id=user_id, part=part)
    toast(_("No longer a participant."), undo=undo)
    return done(record_id)


@blueprint.post("/<int:record_id>/contacts")
@requires("core.deal.edit")
def add_contact(record_id: int) -> ResponseReturnValue:
    """Name the contact of the field ``contact_id`` in a deal."""
    sharing.add_contact(record_id, demanded_number("contact_id"))
    return done(record_id)


@blueprint.post("/<int:record_id>/contacts/<int:contact_id>/remove")
@requires("core.deal.edit")
def remove_contact(record_id: int, contact_id: int) -> ResponseReturnValue:
    """Name a contact in a deal no longer; the notice can undo it."""
    sharing.remove_contact(record_id, contact_id)
    toast(
        _("No longer named in the deal."),
        undo=url_for("deals.add_contact", record_id=record_id, contact_id=contact_id),
    )
    return done(record_id)
