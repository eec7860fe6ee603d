"""The pages of campaigns: the list, a campaign, its letter, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    colleagues,
    company,
    contact_data,
    current_person,
    last_change,
    link_to,
    mail_settings,
    narrowed,
    number_or_none,
    reaches,
    reading,
    record_type,
    render,
    requires,
    save_form,
    toast,
    version_in,
)
from salesman_hookspecs import Text
from salesman_mailing.campaigns import forms, queries, service
from salesman_mailing.campaigns.drawing import Drawn, Letter
from salesman_mailing.campaigns.followed import DEALS, WON, followed, followers
from salesman_mailing.campaigns.letters import Sender, Trial, values_of
from salesman_mailing.campaigns.linting import findings
from salesman_mailing.campaigns.lists import CAMPAIGNS, LISTED
from salesman_mailing.campaigns.models import DRAFT, FATES, KIND, RETURNS, SCHEDULED
from salesman_mailing.campaigns.permissions import CREATE, DELETE, EDIT, SEND, VIEW
from salesman_mailing.campaigns.places import VARIABLES
from salesman_mailing.campaigns.words import FATES as FATE_WORDS
from salesman_mailing.campaigns.words import OUTCOMES, STATES
from salesman_mailing.campaigns.words import RETURNS as RETURN_WORDS
from salesman_mailing.readers.queries import links
from salesman_mailing.texts import texts
from salesman_mailing.views import Page, blueprint

_ = texts.lazy

ASKS: Final = ("state", "group_id", "owner_id", "started_at")
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("All"), {}),
    (_("Drafts"), {"state": "draft"}),
    (_("On their way"), {"state__in": "scheduled,sending,paused"}),
    (_("Done"), {"state": "done"}),
)
_NOBODYS: Final = "/mailing/leave/preview"
"""Where a letter that is only shown leads: it unsubscribes nobody."""
_AS_SHOWN: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; "
    "frame-ancestors 'self'; sandbox"
)
"""What a letter may do where it is shown: nothing but look like one."""


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=_options)


def _options() -> dict[str, Any]:
    return {"owner_id": colleagues(), "group_id": queries.groups_offered(reading())}


@blueprint.get("/campaigns")
@requires(VIEW)
def campaigns() -> Markup:
    """Show the list of campaigns as the address filters and sorts it."""
    return render("mailing/campaigns/index.html", listed=_list(), states=STATES)


@blueprint.get("/campaigns/filter")
@requires(VIEW)
def narrow_campaigns() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(CAMPAIGNS, "mailing.campaigns")


@blueprint.post("/campaigns/columns")
@requires(VIEW)
def choose_campaign_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/campaigns/new")
@requires(CREATE)
def new_campaign() -> Markup:
    """Show the form of a new campaign."""
    group = request.args.get("group_id", "")
    return _form_page(FormState({**forms.first_words(), "group_id": group}))


@blueprint.post("/campaigns/new")
@requires(CREATE)
def create_campaign() -> Page:
    """Make the campaign that was typed."""
    try:
        campaign_id = service.create_campaign(forms.values_of(request.form))
    except InvalidError as error:
        return _form_page(FormState.refused(request.form, error)), error.status
    return _to_card(campaign_id)


@blueprint.get("/campaigns/<int:record_id>/edit")
@requires(EDIT)
def edit_campaign(record_id: int) -> Markup:
    """Show the form of a campaign."""
    return _form_page(_held(record_id), record_id)


@blueprint.post("/campaigns/<int:record_id>/edit")
@requires(EDIT)
def change_campaign(record_id: int) -> Page:
    """Change a campaign to what was typed."""

    def save(typed: forms.Typed, version: int | None) -> None:
        service.change_campaign(record_id, forms.values_of(typed), version)

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return _form_page(again, record_id), again.status
    toast(_("Saved."))
    return _to_card(record_id)


def _held(record_id: int) -> FormState:
    return forms.held(queries.one_campaign(reading(), record_id))


def _form_page(form: FormState, record_id: int | None = None) -> Markup:
    return render(
        "mailing/campaigns/form.html",
        form=form,
        labels=forms.LABELS,
        record_id=record_id,
        groups=queries.groups_offered(reading()),
        variables=VARIABLES,
    )


@blueprint.get("/campaigns/<int:record_id>")
@requires(VIEW)
def campaign(record_id: int) -> Markup:
    """Show a campaign: its letter, what is wrong with it, how far it is, what came of it."""
    return _card_page(record_id, FormState())


def _card_page(record_id: int, form: FormState, *, opened: str = "") -> Markup:
    session = reading()
    found = queries.one_campaign(session, record_id)
    is_draft = found.state in {DRAFT, SCHEDULED}
    fate = request.args.get("fate", "")
    fate = fate if fate in {*FATES, *RETURNS} else ""
    followed_links = links(session, record_id) if found.follows_readers else ()
    link = _link_asked_for(followed_links)
    after = number_or_none(request.args.get("after", "")) or 0
    return render(
        "mailing/campaigns/card.html",
        campaign=found,
        state=STATES[found.state],
        report=queries.report(session, record_id),
        counted=queries.counted(session, found) if is_draft else None,
        followed=followed(session, record_id),
        currency=company().currency,
        findings=findings(service.wording_of(found)) if is_draft else (),
        recipients=queries.recipients(
            session, record_id, fate, after, link_id=link.id if link else None
        ),
        links=followed_links,
        link=link,
        fate=fate,
        fate_words=FATE_WORDS,
        return_words=RETURN_WORDS,
        labels=forms.LABELS,
        form=form,
        opened=opened,
        has_server=mail_settings().server is not None,
        is_draft=is_draft,
        may_edit=reaches(KIND, record_id, EDIT),
        may_send=reaches(KIND, record_id, SEND),
        may_delete=reaches(KIND, record_id, DELETE),
    )


def _link_asked_for(offered: Sequence[AnyRow]) -> AnyRow | None:
    asked = number_or_none(request.args.get("link", ""))
    return next((one for one in offered if one.id == asked), None)


@blueprint.get("/campaigns/<int:record_id>/followed/<what>")
@requires(VIEW)
def followed_by(record_id: int, what: str) -> Markup:
    """Show the records behind a figure of what came after the letters of a campaign."""
    session = reading()
    found = queries.one_campaign(session, record_id)
    before = number_or_none(request.args.get("before", ""))
    type_ = record_type("deal" if what in {DEALS, WON} else what)
    return render(
        "mailing/campaigns/followed.html",
        campaign=found,
        what=what,
        title=_("Deals won") if what == WON else type_.plural,
        endpoint=type_.card_endpoint,
        is_deals=what in {DEALS, WON},
        outcomes=OUTCOMES,
        followed=followed(session, record_id),
        currency=company().currency,
        followers=followers(session, record_id, what, before),
    )


@blueprint.get("/campaigns/<int:record_id>/letter")
@requires(VIEW)
def letter(record_id: int) -> FlaskResponse:
    """Show the letter as somebody of the group gets it; as text for ``?plain``."""
    shown = _letter(record_id)
    if "plain" in request.args:
        return _harmless(FlaskResponse(shown.plain, mimetype="text/plain"))
    return _harmless(FlaskResponse(shown.html, mimetype="text/html"))


def _letter(record_id: int) -> Letter:
    found = queries.one_campaign(reading(), record_id)
    sender = Sender.of(found, mail_settings().sender)
    row = _reader(found)
    drawn = Drawn(service.wording_of(found), company().language)
    values = values_of(row, sender, link_to(_NOBODYS))
    return drawn.for_values({**values, "email": contact_data.shown(values["email"])})


def _reader(campaign: Any) -> Any:
    """Give for whom the letter is shown: somebody of the group by number, else whoever looks."""
    place = number_or_none(request.args.get("who", "")) or 0
    found = queries.reader(reading(), campaign, place) if place > 0 else None
    person = current_person()
    return found or Trial(0, queries.address_of(reading(), person.id) or "—", person.name)


def _harmless(response: FlaskResponse) -> FlaskResponse:
    response.headers["Content-Security-Policy"] = _AS_SHOWN
    return response


# What is done with a campaign


@blueprint.post("/campaigns/<int:record_id>/start")
@requires(SEND)
def start_campaign(record_id: int) -> Page:
    """Begin to send it."""

    def act(version: int | None) -> None:
        count = service.start_campaign(record_id, version)
        told = texts.ngettext("%(num)s letter goes out.", "%(num)s letters go out.", count)
        toast(told)

    return _done(record_id, act)


@blueprint.post("/campaigns/<int:record_id>/schedule")
@requires(SEND)
def schedule_campaign(record_id: int) -> Page:
    """Let it begin when it was said."""

    def act(version: int | None) -> None:
        moment = forms.moment_of(request.form)
        try:
            service.schedule_campaign(record_id, moment, version)
        except InvalidError as error:
            raise forms.as_typed(error) from error

    return _done(record_id, act, opened="schedule")


@blueprint.post("/campaigns/<int:record_id>/pause")
@requires(SEND)
def pause_campaign(record_id: int) -> Page:
    """Let no more letters out until it is resumed."""
    return _done(record_id, partial(service.pause_campaign, record_id))


@blueprint.post("/campaigns/<int:record_id>/resume")
@requires(SEND)
def resume_campaign(record_id: int) -> Page:
    """Let it go on."""
    return _done(record_id, partial(service.resume_campaign, record_id))


@blueprint.post("/campaigns/<int:record_id>/stop")
@requires(SEND)
def stop_campaign(record_id: int) -> Page:
    """Let no more letters out, for good."""
    return _done(record_id, partial(service.stop_campaign, record_id))


@blueprint.post("/campaigns/<int:record_id>/again")
@requires(SEND)
def send_again(record_id: int) -> Page:
    """Send the interrupted letters again: that is for a person to decide."""

    def act(version: int | None) -> None:
        service.send_interrupted_again(record_id, version)

    return _done(record_id, act)


@blueprint.post("/campaigns/<int:record_id>/test")
@requires(SEND)
def send_test(record_id: int) -> Page:
    """Send the letter to whoever asks for it."""

    def act(_version: int | None) -> None:
        address = service.send_test(record_id)
        toast(_("The test letter is on its way to %(address)s.", address=address))

    return _done(record_id, act)


def _done(record_id: int, act: Callable[[int | None], object], *, opened: str = "") -> Page:
    """Do something with a campaign, and show it; with what is wrong, where it cannot be."""
    try:
        act(version_in(request.form))
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return _card_page(record_id, form, opened=opened), error.status
    return _to_card(record_id)


@blueprint.post("/campaigns/<int:record_id>/delete")
@requires(DELETE)
def delete_campaign(record_id: int) -> Response:
    """Put it into the bin; the notice can undo it."""
    name = queries.one_campaign(reading(), record_id).name
    service.delete_campaign(record_id, version_in(request.form))
    undo = url_for("mailing.restore_campaign", record_id=record_id)
    toast(_("“%(name)s” is in the bin.", name=name), undo=undo)
    return redirect(url_for("mailing.campaigns"))


@blueprint.post("/campaigns/<int:record_id>/restore")
@requires(DELETE)
def restore_campaign(record_id: int) -> Response:
    """Take it out of the bin, and show it."""
    service.restore_campaign(record_id)
    toast(_("The campaign is back."))
    return _to_card(record_id)


def _to_card(record_id: int) -> Response:
    return redirect(url_for("mailing.campaign", record_id=record_id))
