"""The pages of leads. A view is a few lines: read, ask the service, show."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    colleagues,
    contact_data,
    current_person,
    files_panel,
    form_to_edit,
    judge,
    last_change,
    narrowed,
    number_of,
    reaches,
    read_typed,
    reading,
    render,
    requires,
    save_form,
    story_panel,
    toast,
    version_in,
    whole_number,
)
from salesman_hookspecs import Text as Words
from salesman_leads import intake, pasting, queries, service, typed
from salesman_leads.banning import FLAGS
from salesman_leads.becoming import came_of, qualify_form
from salesman_leads.bulk import LISTED
from salesman_leads.distribution.ledger import entries_of
from salesman_leads.forms.queries import consents_of_lead
from salesman_leads.lists import LEADS, RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import KIND
from salesman_leads.panels import context_of
from salesman_leads.permissions import ASSIGN, CREATE, DELETE, EDIT, VIEW
from salesman_leads.products import in_catalogue, suggestions
from salesman_leads.queue.queries import attempts_of
from salesman_leads.schemas import CloseSchema, LeadSchema
from salesman_leads.texts import texts

_ = texts.lazy

blueprint = Blueprint("leads", __name__, url_prefix="/leads")

Typed = MultiDict[str, str]
Page = Markup | Response | tuple[Markup, int]

VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("To work on"), {"unfinished": "true"}),
    (_("Mine"), {"owner_id": "me", "unfinished": "true"}),
    (_("Nobody's"), {"nobodys": "true", "unfinished": "true"}),
    (_("Interest found"), {"status": "processed"}),
    (_("Became clients"), {"result": "converted"}),
    (_("Kept apart"), {"kept_apart": "true"}),
    (_("All"), {}),
)


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS)


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of leads as the address filters and sorts it."""
    listed = _list()
    return render(
        "leads/index.html",
        listed=listed,
        totals=queries.count_by_status(reading(), listed.query),
        statuses=STATUS_TITLES,
        results=RESULT_TITLES,
    )


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(LEADS, "leads.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for a lead."""
    return _new_page(_empty())


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Take in the lead that was typed."""
    try:
        lead_id = intake.create_lead(judge(LeadSchema(), _typed_lead(request.form)))
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    return redirect(url_for("leads.card", record_id=lead_id))


def _new_page(form: FormState) -> Markup:
    return render("leads/new.html", form=form, **_form(), **_owners())


def _form() -> dict[str, Any]:
    """Give what the form of a lead shows beside its values."""
    return {
        "labels": typed.LABELS,
        "rare": typed.RARE,
        "flags": {flag: typed.LABELS[flag] for flag in FLAGS},
        "suggest_products": suggestions(),
        "known_sources": [name for name, _same in queries.sources(reading())],
    }


def _empty() -> FormState:
    return FormState({"owner_id": intake.usual_owner()})


def _owners(lead: AnyRow | None = None) -> dict[str, Any]:
    """Give what a choice of the owner shows: people, and whether it may be nobody.

    :param lead: whose owner stays a choice, who may have left the company.
    """
    people = colleagues(ASSIGN)
    if lead is not None and lead.owner_id is not None and lead.owner_id not in dict(people):
        people.append((lead.owner_id, lead.owner_name))
    return {"owners": people, "or_nobody": intake.usual_owner() is None}


def _typed_lead(form: Typed) -> dict[str, Any]:
    return typed.lead_values(form) | _typed_owner(form)


def _typed_owner(form: Typed) -> dict[str, Any]:
    """Give the owner that was chosen, None for nobody; nothing where there was no choice.

    :raises InvalidError: at the field, where the person may not choose, or no longer.
    """
    if "owner_id" in form and not current_person().may(ASSIGN):
        message = _("You may not give leads to others.")
        raise InvalidError(message, {"owner_id": message})
    return read_typed(form, {"owner_id": number_of}, "owner_id")


@blueprint.get("/paste")
@requires(CREATE)
def paste_form() -> Markup:
    """Show the form for many leads at once."""
    return _paste_page(_empty())


@blueprint.post("/paste")
@requires(CREATE)
def paste() -> Page:
    """Take in a lead for each line."""
    try:
        common = {"source": request.form.get("source", "").strip(), **_typed_owner(request.form)}
        ids = pasting.paste_leads(request.form.get("lines", ""), common)
    except InvalidError as error:
        return _paste_page(FormState.refused(request.form, error)), error.status
    toast(texts.ngettext("%(num)s lead was taken in.", "%(num)s leads were taken in.", len(ids)))
    return redirect(url_for("leads.index", unfinished="true"))


def _paste_page(form: FormState) -> Markup:
    return render("leads/paste.html", form=form, **_owners())


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a lead with what is known of whoever it is; ``?open=qualify`` with that form open."""
    opened = "qualify" if request.args.get("open") == "qualify" else ""
    return card_page(record_id, opened=opened)


def _held(lead_id: int) -> FormState:
    """Give the form of a lead as it stands."""
    session = reading()
    return _as_form(queries.one_lead(session, lead_id), queries.hanging(session, [lead_id]))


def _as_form(lead: AnyRow, hanging: queries.Hanging) -> FormState:
    unshown = () if current_person().may(ASSIGN) else ("owner_id",)
    return form_to_edit(typed.as_typed(lead, hanging), lead.version, unshown=unshown)


def card_page(record_id: int, form: FormState | None = None, *, opened: str = "") -> Markup:
    """Give the card of a lead.

    :param opened: the dialog that stands open.
    :param form: what was refused in it, if anything was.
    """
    session = reading()
    lead = queries.one_lead(session, record_id)
    hanging = queries.with_bans(session, lead, queries.hanging(session, [record_id]))
    products = hanging.products.get(record_id, [])
    known = queries.known_clients(session, lead, hanging)
    found = queries.recognised(session, lead, hanging) if not known else None
    return render(
        "leads/card.html",
        lead=lead,
        phones=hanging.phones[record_id],
        emails=hanging.emails[record_id],
        products=products,
        in_catalogue=in_catalogue(session, products),
        external_ids=hanging.external_ids.get(record_id, {}),
        origin=typed.origin_of(lead),
        imported=contact_data.readable_imported(lead.imported),
        known=known,
        context=context_of(lead),
        came_of=came_of(client_id=lead.client_id, deal_id=lead.deal_id),
        attempts=attempts_of(session, record_id),
        current=_as_form(lead, hanging),
        ledger=entries_of(record_id),
        consents=consents_of_lead(session, record_id),
        story=story_panel(KIND, record_id),
        files=files_panel(KIND, record_id),
        form=form or FormState(),
        opened=opened,
        refused=opened if form else "",
        statuses=STATUS_TITLES,
        results=RESULT_TITLES,
        rejections=[(one.id, one.name) for one in queries.offered_results(session)],
        **qualify_form(lead, known, form if opened == "qualify" else None, found),
        **_form(),
        **_owners(lead),
    )


@blueprint.post("/<int:record_id>")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""

    def save(form: Typed, version: int | None) -> None:
        values = judge(LeadSchema(partial=True), _typed_lead(form))
        service.change_lead(record_id, values, version)

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return card_page(record_id, again, opened="edit"), again.status
    toast(_("Saved."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/take")
@requires(EDIT)
def take(record_id: int) -> Response:
    """Begin to work on a lead."""
    service.take_lead(record_id, version_in(request.form))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/processed")
@requires(EDIT)
def processed(record_id: int) -> Response:
    """Say that a lead is an interest indeed."""
    service.find_interest(record_id, version_in(request.form))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/bring-back")
@requires(EDIT)
def bring_back(record_id: int) -> Response:
    """Let a lead count again that was kept apart."""
    service.bring_back(record_id, version_in(request.form))
    toast(_("The lead counts again."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/close")
@requires(EDIT)
def close(record_id: int) -> Page:
    """Close a lead that comes to nothing."""
    said = {
        "result_id": request.form.get("result_id", type=whole_number),
        "comment": request.form.get("comment", ""),
    }
    try:
        values = judge(CloseSchema(), said)
        service.close_lead(
            record_id, values["result_id"], values["comment"], version_in(request.form)
        )
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return card_page(record_id, form, opened="close"), error.status
    version = queries.one_lead(reading(), record_id).version
    undo = url_for("leads.reopen", record_id=record_id, version=version)
    toast(_("The lead is closed."), undo=undo)
    return redirect(url_for("leads.index", unfinished="true"))


@blueprint.post("/<int:record_id>/reopen")
@requires(EDIT)
def reopen(record_id: int) -> Response:
    """Take a lead that came to nothing up again."""
    service.reopen_lead(record_id, version_in(request.values))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put a lead into the bin; the notice can undo it."""
    title = queries.one_lead(reading(), record_id).title
    service.delete_lead(record_id, version_in(request.form))
    undo = url_for("leads.restore", record_id=record_id)
    toast(_("“%(title)s” is in the bin.", title=title), undo=undo)
    return redirect(url_for("leads.index", unfinished="true"))


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take a lead out of the bin, and show it."""
    service.restore_lead(record_id)
    toast(_("The lead is back."))
    return _to_card(record_id)


def _to_card(record_id: int) -> Response:
    """Lead to a lead; to the list, where the person has just given it out of their sight."""
    if not reaches(KIND, record_id):
        return redirect(url_for("leads.index"))
    return redirect(url_for("leads.card", record_id=record_id))
