"""The pages of leads. A view is a few lines: read, ask the service, show."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AMOUNT,
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    colleagues,
    contact_data,
    current_person,
    custom_labels,
    custom_typed,
    form_to_edit,
    judge,
    last_change,
    money_of,
    narrowed,
    needed_controls,
    number_of,
    reaches,
    read_typed,
    reading,
    render,
    requires,
    save_form,
    toast,
    version_in,
    whole_number,
)
from salesman_hookspecs import Text as Words
from salesman_leads import pasting, queries, service
from salesman_leads.bulk import LISTED
from salesman_leads.lists import LEADS, RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import CONVERTED, KIND
from salesman_leads.permissions import ASSIGN, CREATE, DELETE, EDIT, QUALIFY, VIEW
from salesman_leads.schemas import CloseSchema, LeadSchema, QualifySchema
from salesman_leads.texts import texts

_ = texts.lazy

blueprint = Blueprint("leads", __name__, url_prefix="/leads")

Typed = MultiDict[str, str]
Page = Markup | Response | tuple[Markup, int]

ASKS: Final = ("status", "result", "owner_id", "source", "created_at", "updated_at")
VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("To work on"), {"unfinished": "true"}),
    (_("Mine"), {"owner_id": "me", "unfinished": "true"}),
    (_("Nobody's"), {"nobodys": "true", "unfinished": "true"}),
    (_("Became clients"), {"result": "converted"}),
    (_("All"), {}),
)
BECOMES: Final = ("client", "contact", "deal")
"""The kinds of records that a lead may become."""
REJECTIONS: Final = [(key, title) for key, title in RESULT_TITLES.items() if key != CONVERTED]


def _list() -> ListPage:
    return ListPage.of(
        LISTED,
        views=VIEWS,
        asks=ASKS,
        options=lambda: {"owner_id": colleagues(), "source": queries.sources(reading())},
    )


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
        lead_id = service.create_lead(judge(LeadSchema(), _typed_lead(request.form)))
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    return redirect(url_for("leads.card", record_id=lead_id))


def _new_page(form: FormState) -> Markup:
    return render("leads/new.html", form=form, **_owners())


def _empty() -> FormState:
    return FormState({"owner_id": service.usual_owner()})


def _owners(lead: AnyRow | None = None) -> dict[str, Any]:
    """Give what a choice of the owner shows: people, and whether it may be nobody.

    :param lead: whose owner stays a choice, who may have left the company.
    """
    people = colleagues(ASSIGN)
    if lead is not None and lead.owner_id is not None and lead.owner_id not in dict(people):
        people.append((lead.owner_id, lead.owner_name))
    return {"owners": people, "or_nobody": service.usual_owner() is None}


def _typed_lead(form: Typed) -> dict[str, Any]:
    typed: dict[str, Any] = {
        name: form[name].strip() for name in ("name", "company", "text", "source") if name in form
    }
    for name in ("phones", "emails"):
        if name in form:
            typed[name] = [one.strip() for one in form.getlist(name) if one.strip()]
    return typed | _typed_owner(form)


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
    """Show a lead with what is known of whoever it is."""
    return _card_page(record_id, FormState())


def _held(lead_id: int) -> FormState:
    """Give the form of a lead as it stands."""
    session = reading()
    lead, hanging = queries.one_lead(session, lead_id), queries.reached(session, [lead_id])
    values = {name: getattr(lead, name) for name in (*service.COLUMNS, "owner_id")}
    reach = {
        "phones": [one.typed for one in hanging.phones.get(lead_id, [])],
        "emails": [one.typed for one in hanging.emails.get(lead_id, [])],
    }
    hidden = () if contact_data.sees_contact_data() else tuple(reach)
    unshown = hidden if current_person().may(ASSIGN) else (*hidden, "owner_id")
    return form_to_edit({**values, **reach}, lead.version, unshown=unshown)


def _card_page(record_id: int, form: FormState, *, opened: str = "") -> Markup:
    session = reading()
    lead = queries.one_lead(session, record_id)
    hanging = queries.reached(session, [record_id])
    phones, emails = hanging.phones.get(record_id, []), hanging.emails.get(record_id, [])
    known = queries.known_clients(session, record_id)
    return render(
        "leads/card.html",
        lead=lead,
        phones=phones,
        emails=emails,
        known=known,
        known_choices=[("", _("a new one")), *((one.id, one.name) for one in known)],
        current=_held(record_id),
        becomes=_becomes(lead),
        amount_title=AMOUNT,
        form=form,
        opened=opened,
        statuses=STATUS_TITLES,
        results=RESULT_TITLES,
        rejections=REJECTIONS,
        needed={kind: needed_controls(kind) for kind in BECOMES},
        needed_labels={
            name: label
            for kind in BECOMES
            for name, label in custom_labels(kind, prefix=f"{kind}_").items()
        },
        **_owners(lead),
    )


def _becomes(lead: AnyRow) -> FormState:
    """Give the form of what a lead would become."""
    contact = lead.name if lead.company else ""
    return FormState({"client_name": lead.company or lead.name, "contact_name": contact})


@blueprint.post("/<int:record_id>")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""

    def save(typed: Typed, version: int | None) -> None:
        values = judge(LeadSchema(partial=True), _typed_lead(typed))
        service.change_lead(record_id, values, version)

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return _card_page(record_id, again, opened="edit"), again.status
    toast(_("Saved."))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/take")
@requires(EDIT)
def take(record_id: int) -> Response:
    """Begin to work on a lead."""
    service.take_lead(record_id, version_in(request.form))
    return _to_card(record_id)


@blueprint.post("/<int:record_id>/close")
@requires(EDIT)
def close(record_id: int) -> Page:
    """Close a lead that comes to nothing."""
    typed = {"result": request.form.get("result"), "comment": request.form.get("comment", "")}
    try:
        values = judge(CloseSchema(), typed)
        service.close_lead(record_id, values["result"], values["comment"], version_in(request.form))
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return _card_page(record_id, form, opened="close"), error.status
    toast(_("The lead is closed."), undo=url_for("leads.reopen", record_id=record_id))
    return redirect(url_for("leads.index", unfinished="true"))


@blueprint.post("/<int:record_id>/reopen")
@requires(EDIT)
def reopen(record_id: int) -> Response:
    """Take a lead that came to nothing up again."""
    service.reopen_lead(record_id)
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


@blueprint.post("/<int:record_id>/qualify")
@requires(QUALIFY)
def qualify(record_id: int) -> Page:
    """Turn a lead into client, contact and deal, and go where the work goes on."""
    try:
        values = judge(QualifySchema(), _typed_result())
        made = service.qualify_lead(record_id, values, version_in(request.form))
    except InvalidError as error:
        form = FormState.refused(request.form, error)
        return _card_page(record_id, form, opened="qualify"), error.status
    toast(_("The lead has become a client."))
    if made["deal_id"] is not None:
        return redirect(url_for("deals.card", record_id=made["deal_id"]))
    return redirect(url_for("clients.card", record_id=made["client_id"]))


def _typed_result() -> dict[str, Any]:
    names = ("client_name", "contact_name", "deal_name")
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in names}
    typed["client_id"] = request.form.get("client_id", type=whole_number)
    for kind in BECOMES:
        typed |= custom_typed(kind, request.form, prefix=f"{kind}_")
    if request.form.get("amount", "").strip():
        typed |= read_typed(request.form, {"amount": money_of}, "amount")
    return typed


def _to_card(record_id: int) -> Response:
    """Lead to a lead; to the list, where the person has just given it out of their sight."""
    if not reaches(KIND, record_id):
        return redirect(url_for("leads.index"))
    return redirect(url_for("leads.card", record_id=record_id))
