"""The pages of inquiries: the list, a card, and what is done with one. A view is a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AMOUNT,
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    colleagues,
    current_person,
    custom_labels,
    handing_on,
    judge,
    last_change,
    narrowed,
    needed_controls,
    number_of,
    reaches,
    read_typed,
    reading,
    render,
    requires,
    safe_next,
    save_form,
    service,
    toast,
    version_in,
)
from salesman_hookspecs import Text
from salesman_inquiries import banning, choosing, forms, giving, queries
from salesman_inquiries import service as inquiry_service
from salesman_inquiries.bulk import LISTED, who
from salesman_inquiries.lists import BECAME_TITLES, DIRECTION_TITLES, INQUIRIES, STATUS_TITLES
from salesman_inquiries.models import KIND, LEAD
from salesman_inquiries.permissions import ASSIGN, DELETE, EDIT, VIEW
from salesman_inquiries.products import amount_of, in_catalogue, lines_of, suggestions
from salesman_inquiries.schemas import ChangedInquirySchema
from salesman_inquiries.texts import texts

_ = texts.lazy

blueprint = Blueprint("inquiries", __name__, url_prefix="/inquiries")

Page = Markup | Response | tuple[Markup, int]

ASKS: Final = (
    "status",
    "late",
    "due_today",
    "channel_id",
    "result_id",
    "direction",
    "source",
    "owner_id",
    "taken_by_id",
    "day",
    "became_kind",
)
VIEWS: Final[tuple[tuple[Text, Mapping[str, str]], ...]] = (
    (_("Mine"), {"owner_id": "me", "status": "new", "sort": "deadline_at"}),
    (_("Late"), {"late": "true", "sort": "deadline_at"}),
    (_("By tonight"), {"due_today": "true", "sort": "deadline_at"}),
    (_("New"), {"status": "new"}),
    (_("Taken today"), {"day": "today"}),
    (_("All"), {}),
)


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=_options)


def _options() -> dict[str, Any]:
    session = reading()
    people = colleagues()
    return {
        "owner_id": people,
        "taken_by_id": people,
        "channel_id": [(row.id, row.name) for row in choosing.channels(session)],
        "result_id": [(row.id, row.name) for row in choosing.results(session)],
        "source": queries.sources(session),
    }


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of inquiries as the address filters and sorts it."""
    listed = _list()
    session = reading()
    return render(
        "inquiries/index.html",
        listed=listed,
        around=queries.around(session, listed.rows),
        late_ids=queries.late_among(listed.rows),
        totals=queries.count_by_status(session, listed.query),
        who=who,
        statuses=STATUS_TITLES,
        directions=DIRECTION_TITLES,
        became=BECAME_TITLES,
    )


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(INQUIRIES, "inquiries.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show an inquiry with what came of it."""
    return card_page(record_id, FormState())


def card_page(record_id: int, form: FormState, *, opened: str = "") -> Markup:
    """Give the card, with a form in one of its dialogs standing open after an error in it.

    :param opened: the act whose dialog stands open, as ``deal``.
    """
    session = reading()
    inquiry = queries.one_inquiry(session, record_id)
    hanging = queries.hanging(session, [record_id])
    phones, emails = banning.marked(session, inquiry, hanging)
    around = queries.around(session, [inquiry])
    products = hanging.products.get(record_id, [])
    known = in_catalogue(session, products)
    return render(
        "inquiries/card.html",
        inquiry=inquiry,
        around=around,
        who=who(inquiry, around),
        late=bool(queries.late_among([inquiry])),
        phones=phones,
        emails=emails,
        products=list(zip(products, lines_of(products), strict=True)),
        in_catalogue=known,
        comes_to=amount_of(products, known),
        may_edit=reaches(KIND, record_id, EDIT),
        may_delete=reaches(KIND, record_id, DELETE),
        has_leads=service("leads") is not None,
        shows_activity=_shows("calendar", "calendar.activity", inquiry.activity_id),
        shows_lead=inquiry.became_kind == LEAD and _shows("leads", "leads.lead", inquiry.became_id),
        current=forms.held(inquiry),
        becomes=FormState(
            {"client_name": inquiry.company or inquiry.name, "deal_name": inquiry.subject}
        ),
        form=form,
        opened=opened,
        labels=forms.LABELS,
        suggest_products=suggestions(),
        statuses=STATUS_TITLES,
        directions=DIRECTION_TITLES,
        became=BECAME_TITLES,
        **_whose(inquiry, _typed_ways(hanging, record_id)),
        **changing_choices(inquiry),
        **needed(),
    )


def _typed_ways(hanging: queries.Hanging, record_id: int) -> dict[str, list[str]]:
    ways = {"phones": hanging.phones, "emails": hanging.emails}
    return {name: [one.typed for one in of.get(record_id, [])] for name, of in ways.items()}


def _whose(inquiry: AnyRow, ways: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Give whose client a stranger is, to whom what it becomes may be given, and whose it is else.

    :param ways: ``phones`` and ``emails`` as they were typed.
    """
    found = None if inquiry.client_id is not None else choosing.recognised(reading(), ways)
    usual = giving.usual_owner(reading(), inquiry, found)
    holders = handing_on.holders_offered(ASSIGN, [usual])
    name = dict(holders).get(usual or 0, "")
    is_said = current_person().may(ASSIGN)
    return {
        "recognised": found,
        "holders": holders,
        "usual_holder": name if is_said else handing_on.holder_name(usual),
    }


def _shows(plugin: str, kind: str, record_id: int | None) -> bool:
    """Tell whether a record of another plugin is there, for whoever reads."""
    return record_id is not None and service(plugin) is not None and reaches(kind, record_id)


def changing_choices(inquiry: AnyRow) -> dict[str, Any]:
    """Give what the form of an inquiry offers; what stands there stays a choice."""
    session = reading()
    channels = [(row.id, row.name) for row in choosing.channels(session, offered=True)]
    results = [(row.id, row.name) for row in choosing.results(session, offered=True)]
    if inquiry.channel_id not in dict(channels):
        channels.append((inquiry.channel_id, inquiry.channel_name))
    if inquiry.result_id is not None and inquiry.result_id not in dict(results):
        results.append((inquiry.result_id, inquiry.result_name))
    owners = colleagues(ASSIGN, also=[inquiry.owner_id])
    return {"channels": channels, "results": results, "owners": owners}


def needed() -> dict[str, Any]:
    """Give the custom fields that the company requires of what an inquiry may become."""
    return {
        "needed": {kind: needed_controls(kind) for kind in forms.NEW_KINDS},
        "needed_labels": {
            name: label
            for kind in forms.NEW_KINDS
            for name, label in custom_labels(kind, prefix=f"{kind}_").items()
        },
        "amount_title": AMOUNT,
    }


@blueprint.post("/<int:record_id>")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""

    def save(typed: forms.Typed, version: int | None) -> None:
        try:
            values = judge(ChangedInquirySchema(partial=True), forms.values_of(typed))
            inquiry_service.change_inquiry(record_id, values, version)
        except InvalidError as error:
            raise forms.at_fields(error) from error

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return card_page(record_id, again, opened="edit"), again.status
    toast(_("Saved."))
    return to_card(record_id)


def _held(record_id: int) -> FormState:
    return forms.held(queries.one_inquiry(reading(), record_id))


@blueprint.post("/<int:record_id>/process")
@requires(EDIT)
def process(record_id: int) -> Page:
    """Say that nothing is left to do with an inquiry; the notice can undo it."""
    try:
        typed = read_typed(request.form, {"result_id": number_of}, "result_id")
        version = version_in(request.form)
        inquiry_service.process_inquiry(record_id, typed.get("result_id"), version)
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return card_page(record_id, form, opened="process"), error.status
    toast(_("The inquiry is processed."), undo=url_for("inquiries.reopen", record_id=record_id))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/cancel")
@requires(EDIT)
def cancel(record_id: int) -> Response:
    """Say that an inquiry was none; the notice can undo it."""
    inquiry_service.cancel_inquiry(record_id, version_in(request.form))
    toast(_("The inquiry is cancelled."), undo=url_for("inquiries.reopen", record_id=record_id))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/reopen")
@requires(EDIT)
def reopen(record_id: int) -> Response:
    """Take up again what was processed or cancelled."""
    inquiry_service.reopen_inquiry(record_id, version_in(request.form))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put an inquiry into the bin; the notice can undo it."""
    title = queries.one_inquiry(reading(), record_id).title
    inquiry_service.delete_inquiry(record_id, version_in(request.form))
    undo = url_for("inquiries.restore", record_id=record_id)
    toast(_("“%(title)s” is in the bin.", title=title), undo=undo)
    return redirect(url_for("inquiries.index"))


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take an inquiry out of the bin, and show it."""
    inquiry_service.restore_inquiry(record_id)
    toast(_("The inquiry is back."))
    return to_card(record_id)


def to_card(record_id: int) -> Response:
    """Lead to an inquiry; to the list, where the person has just given it out of their sight."""
    page = url_for("inquiries.index")
    if reaches(KIND, record_id):
        page = url_for("inquiries.card", record_id=record_id)
    return redirect(safe_next(request.form.get("next"), page))
