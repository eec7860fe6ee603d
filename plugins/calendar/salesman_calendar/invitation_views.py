"""The pages of invitations, and the address of one's own activities for other programs."""

from __future__ import annotations

from flask import make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_calendar import feed, invitations, queries
from salesman_calendar.models import ACCEPTED, DECLINED, TENTATIVE
from salesman_calendar.permissions import EDIT, VIEW
from salesman_calendar.series.typed import told_in
from salesman_calendar.texts import texts
from salesman_calendar.views import Page, blueprint, card_page
from salesman_core.toolkit import (
    FormState,
    InvalidError,
    public,
    reading,
    render,
    requires,
    toast,
    whole_number,
)

_ = texts.lazy


@blueprint.post("/<int:record_id>/guests")
@requires(EDIT)
def invite(record_id: int) -> Page:
    """Invite somebody by a letter."""
    activity = queries.one_activity(reading(), record_id)
    contact_id = request.form.get("contact_id", type=whole_number)
    name, email = request.form.get("name", ""), request.form.get("email", "")
    whole = "whole" in request.form
    people = {one[0]: one for one in invitations.addresses_of(reading(), activity.id)}
    if contact_id in people:
        _id, name, email = people[contact_id]
    try:
        invitations.invite(record_id, email, name=name, contact_id=contact_id, whole=whole)
    except InvalidError as error:
        return card_page(record_id, FormState.refused(request.form, error)), error.status
    toast(_("The invitation goes out to %(email)s.", email=email))
    return redirect(url_for("calendar.card", record_id=record_id))


@blueprint.post("/<int:record_id>/guests/<int:guest_id>/remove")
@requires(EDIT)
def uninvite(record_id: int, guest_id: int) -> Response:
    """Tell a guest that they are not expected any more."""
    invitations.uninvite(record_id, guest_id)
    toast(_("A letter tells them that they are not expected any more."))
    return redirect(url_for("calendar.card", record_id=record_id))


@blueprint.get("/invitation/<key>")
@public
def invitation(key: str) -> Markup:
    """Show an invitation to whoever has its link; that changes nothing, whoever opens it."""
    return _invitation_page(key)


@blueprint.post("/invitation/<key>")
@public
def answer_invitation(key: str) -> Markup:
    """Keep what a guest answers."""
    invitations.take_answer(key, request.form.get("answer", ""))
    return _invitation_page(key)


def _invitation_page(key: str) -> Markup:
    shown = invitations.invitation(key)
    return render(
        "calendar/invitation.html",
        invitation=shown,
        comes_again=told_in(shown),
        key=key,
        answers=((ACCEPTED, _("I am coming")), (TENTATIVE, _("Maybe")), (DECLINED, _("No"))),
        titles=invitations.ANSWER_TITLES,
    )


@blueprint.get("/feed/<key>.ics")
@public
def show_feed(key: str) -> Response:
    """Give somebody's activities to whatever program has the address."""
    answer = make_response(feed.feed_of(key))
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/subscription")
@requires(VIEW)
def subscription() -> Markup:
    """Show whether one's own activities can be read by an address."""
    made_at = feed.made_at(reading())
    return render("calendar/subscription.html", has_feed=made_at is not None, address="")


@blueprint.post("/subscription")
@requires(VIEW)
def make_subscription() -> Markup:
    """Make the address, and show it: it is shown this one time."""
    return render("calendar/subscription.html", has_feed=True, address=feed.make_feed())


@blueprint.post("/subscription/withdraw")
@requires(VIEW)
def withdraw_subscription() -> Response:
    """Let the address lead nowhere from now on."""
    feed.withdraw_feed()
    toast(_("The address leads nowhere any more."))
    return redirect(url_for("calendar.subscription"))
