"""The pages of acts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    FormState,
    InvalidError,
    ListPage,
    RecordCard,
    date_of,
    decimal_of,
    demand,
    files_panel,
    form_to_edit,
    judge,
    narrowed,
    number_or_none,
    reaches,
    read_typed,
    reading,
    render,
    requires,
    story_panel,
    toast,
    version_in,
    written,
)
from salesman_hookspecs import Text as Words
from salesman_invoices.acts import queries, service
from salesman_invoices.acts.lists import ACTS, LISTED
from salesman_invoices.acts.panels import WORDS
from salesman_invoices.acts.remaining import LineLeft, lines_left
from salesman_invoices.acts.schemas import ActSchema
from salesman_invoices.acts.words import FIELDS, KIND_TITLES
from salesman_invoices.models import ACT, CANCELLED, DRAFT, ISSUED, KIND
from salesman_invoices.permissions import CHANGE_ACTS, SEE_ACTS
from salesman_invoices.queries import one_invoice
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts
from salesman_invoices.views import Page, blueprint

_ = texts.lazy

ASKS: Final = ("state", "kind", "day", "amount", "currency", "created_at")
VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("All"), {}),
    (_("Drafts"), {"state": DRAFT}),
    (_("Issued"), {"state": ISSUED}),
)
_QUANTITY: Final = "quantity-"
LABELS: Final = {name: words.title for name, words in FIELDS.items()}


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS)


@blueprint.get("/acts")
@requires(SEE_ACTS)
def acts() -> Markup:
    """Show the list of acts as the address filters and sorts it."""
    listed = _list()
    total = 0 if listed.refused else queries.count_acts(reading(), listed.query)
    return render("invoices/acts/index.html", listed=listed, total=total, **WORDS)


@blueprint.get("/acts/filter")
@requires(SEE_ACTS)
def narrow_acts() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(ACTS, "invoices.acts")


@blueprint.post("/acts/columns")
@requires(SEE_ACTS)
def choose_act_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


# -- a new one


@blueprint.get("/<int:invoice_id>/act")
@requires(CHANGE_ACTS)
def new_act(invoice_id: int) -> Markup:
    """Show the form of an act of an invoice: all that is left stands in it."""
    demand(KIND, invoice_id, CHANGE_ACTS)
    lines = lines_left(reading(), invoice_id)
    values: dict[str, Any] = {"kind": "service", "day": written(company_day())}
    values |= {f"{_QUANTITY}{one.line.id}": _shown(one.left.quantity) for one in lines}
    return _new_page(invoice_id, FormState(values), lines)


def _shown(quantity: Decimal) -> str:
    return written(max(quantity, Decimal(0)).normalize()) or "0"


def _new_page(invoice_id: int, form: FormState, lines: list[LineLeft] | None = None) -> Markup:
    session = reading()
    there = lines_left(session, invoice_id) if lines is None else lines
    return render(
        "invoices/acts/new.html",
        form=form,
        invoice=one_invoice(session, invoice_id),
        lines=there,
        kind_options=list(KIND_TITLES.items()),
        labels=_labels(there),
    )


def _labels(lines: list[LineLeft]) -> dict[str, Words]:
    return {**LABELS, **{f"{_QUANTITY}{one.line.id}": one.line.name for one in lines}}


@blueprint.post("/<int:invoice_id>/act")
@requires(CHANGE_ACTS)
def create_act(invoice_id: int) -> Page:
    """Make the act that was typed."""
    demand(KIND, invoice_id, CHANGE_ACTS)
    try:
        values = judge(ActSchema(), {**_typed(), "invoice_id": invoice_id})
        act_id = service.make_act(values)
    except (InvalidError, ConflictError) as error:
        return _new_page(invoice_id, _refused(error)), error.status
    toast(_("The draft is made: look through it and issue it."))
    return redirect(url_for("invoices.act_card", record_id=act_id))


def _typed() -> dict[str, Any]:
    """Give what a form holds of an act, as the JSON API names it.

    :raises InvalidError: by field, where something cannot be read.
    """
    values: dict[str, Any] = {
        name: request.form[name].strip() for name in ("kind", "comment") if name in request.form
    }
    cells = [name for name in request.form if _line_of(name) is not None]
    readers = {"day": date_of, **dict.fromkeys(cells, _quantity)}
    read = read_typed(request.form, readers, "day", *cells)
    if read.get("day") is not None:
        values["day"] = read["day"].isoformat()
    below = [name for name in cells if (read.get(name) or 0) < 0]
    if below:
        message = _("A quantity is more than nought.")
        raise InvalidError(message, dict.fromkeys(below, message))
    chosen = {_line_of(name): read[name] for name in cells if read.get(name)}
    values["quantities"] = [
        {"invoice_line_id": id_, "quantity": f"{quantity:f}"} for id_, quantity in chosen.items()
    ]
    return values


def _quantity(text: str) -> Decimal | None:
    """Read a cell: nothing in it is nothing of the line."""
    return decimal_of(text) if text.strip() else None


def _line_of(name: str) -> int | None:
    """Give the line whose quantity a field holds; None for another field."""
    number = name.removeprefix(_QUANTITY)
    return number_or_none(number) if number != name else None


def _refused(error: InvalidError | ConflictError) -> FormState:
    """Let what is wrong with a quantity stand at its cell."""
    fields = {
        name.replace("quantities.", _QUANTITY, 1): text for name, text in error.fields.items()
    }
    return FormState.refused(request.form, type(error)(error.message, fields=fields))


# -- one of them


@blueprint.get("/acts/<int:record_id>")
@requires(SEE_ACTS)
def act_card(record_id: int) -> Markup:
    """Show an act."""
    return _card_page(record_id)


def _card_page(record_id: int, form: FormState | None = None) -> Markup:
    session = reading()
    act = queries.one_act(session, record_id)
    may_change = reaches(ACT, record_id, CHANGE_ACTS)
    editing = may_change and act.state == DRAFT and act.invoice_id is not None
    lines = lines_left(session, act.invoice_id, but=record_id) if editing else []
    held = queries.lines_of(session, [record_id])[record_id]
    return render(
        "invoices/acts/card.html",
        act=act,
        lines=held,
        left=lines,
        context=RecordCard(ACT, record_id, client_id=act.client_id, deal_id=act.deal_id),
        may_change=may_change,
        editing=editing,
        current=form or _form_of(act, held),
        opened=form is not None,
        may_cancel=may_change and act.state == ISSUED,
        may_reopen=may_change and act.state == CANCELLED,
        story=story_panel(ACT, record_id),
        files=files_panel(ACT, record_id),
        labels=_labels(lines),
        kind_options=list(KIND_TITLES.items()),
        **WORDS,
    )


def _form_of(act: AnyRow, lines: list[AnyRow]) -> FormState:
    values: dict[str, Any] = {"kind": act.kind, "day": written(act.day), "comment": act.comment}
    values |= {f"{_QUANTITY}{one.invoice_line_id}": _shown(one.quantity) for one in lines}
    return form_to_edit(values, act.version)


@blueprint.post("/acts/<int:record_id>")
@requires(CHANGE_ACTS)
def change_act(record_id: int) -> Page:
    """Change what was typed of a draft."""
    try:
        values = judge(ActSchema(partial=True), _typed())
        service.change_act(record_id, values, version_in(request.form))
    except (InvalidError, ConflictError) as error:
        return _card_page(record_id, _refused(error)), error.status
    toast(_("Saved."))
    return redirect(url_for("invoices.act_card", record_id=record_id))


@blueprint.post("/acts/<int:record_id>/issue")
@requires(CHANGE_ACTS)
def issue_act(record_id: int) -> Response:
    """Issue a draft: it gets its number."""
    number = service.issue_act(record_id, version_in(request.form))
    toast(_("Act %(number)s is issued.", number=number))
    return redirect(url_for("invoices.act_card", record_id=record_id))


@blueprint.post("/acts/<int:record_id>/cancel")
@requires(CHANGE_ACTS)
def cancel_act(record_id: int) -> Response:
    """Cancel an issued act; the notice can undo it."""
    service.cancel_act(record_id, request.form.get("reason", ""), version_in(request.form))
    undo = url_for("invoices.reopen_act", record_id=record_id)
    toast(_("The act is cancelled: its part can be confirmed again."), undo=undo)
    return redirect(url_for("invoices.act_card", record_id=record_id))


@blueprint.post("/acts/<int:record_id>/reopen")
@requires(CHANGE_ACTS)
def reopen_act(record_id: int) -> Response:
    """Take the cancelling of an act back."""
    service.reopen_act(record_id)
    toast(_("The act counts again."))
    return redirect(url_for("invoices.act_card", record_id=record_id))


@blueprint.post("/acts/<int:record_id>/delete")
@requires(CHANGE_ACTS)
def delete_act(record_id: int) -> Response:
    """Put a draft into the bin; the notice can undo it."""
    service.delete_act(record_id, version_in(request.form))
    undo = url_for("invoices.restore_act", record_id=record_id)
    toast(_("The draft is in the bin."), undo=undo)
    return redirect(url_for("invoices.acts"))


@blueprint.post("/acts/<int:record_id>/restore")
@requires(CHANGE_ACTS)
def restore_act(record_id: int) -> Response:
    """Take a draft out of the bin, and show it."""
    service.restore_act(record_id)
    toast(_("The draft is back."))
    return redirect(url_for("invoices.act_card", record_id=record_id))
