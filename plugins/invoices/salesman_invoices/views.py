"""The pages of invoices. A view is a few lines: read, ask the service, show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask import Blueprint, jsonify, redirect, request, url_for
from flask import Response as FlaskResponse
from markupsafe import Markup
from salesman_requisites.toolkit import company_choices
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    ConflictError,
    FormState,
    InvalidError,
    ListPage,
    RecordCard,
    SalesmanError,
    as_choice,
    contact_data,
    files_panel,
    judge,
    narrowed,
    number_or_none,
    reaches,
    reading,
    records_named,
    render,
    requires,
    safe_next,
    story_panel,
    toast,
    version_in,
    written,
)
from salesman_hookspecs import Text as Words
from salesman_invoices import billing, forms, missing, offering, queries, service
from salesman_invoices.bulk import LISTED
from salesman_invoices.drafting import quantity_left
from salesman_invoices.lists import INVOICES
from salesman_invoices.models import DRAFT, ISSUED, KIND
from salesman_invoices.payments.advance import advance_on
from salesman_invoices.payments.queries import advances_of
from salesman_invoices.payments.schemas import PaymentSchema
from salesman_invoices.payments.service import enter_payment
from salesman_invoices.permissions import (
    CANCEL,
    CHANGE_PAYMENTS,
    CREATE,
    DELETE,
    EDIT,
    EDIT_DEAL,
    VIEW,
)
from salesman_invoices.schemas import CancelSchema, InvoiceSchema
from salesman_invoices.standing import COLOURS, TITLES, company_day, left_of
from salesman_invoices.texts import texts

_ = texts.lazy

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")

Typed = MultiDict[str, str]
Page = Markup | Response | tuple[Markup, int]

ASKS: Final = (
    *("standing", "age", "issued_on", "due_on", "paid_on", "amount", "paid", "currency"),
    *("language", "external_id", "created_at"),
)
VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("All"), {}),
    (_("Overdue"), {"standing": "overdue"}),
    (_("To be paid"), {"standing": "issued,partly_paid,overdue"}),
    (_("Drafts"), {"standing": "draft"}),
    (_("Paid"), {"standing": "paid"}),
)


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS)


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of invoices as the address filters and sorts it."""
    listed = _list()
    found = [] if listed.refused else queries.list_totals(reading(), listed.query)
    return render(
        "invoices/index.html",
        listed=listed,
        totals=found,
        number=sum(one.number for one in found),
        **shown_words(),
    )


def shown_words() -> dict[str, Any]:
    """Give what templates need to show how invoices stand."""
    return {
        "standings": TITLES,
        "colours": COLOURS,
        "named": service.named,
        "left_of": left_of,
        "margin_of": billing.margin_of,
    }


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(INVOICES, "invoices.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for an invoice, of a deal where the address names one."""
    session = reading()
    deal_id = number_or_none(request.args.get("deal_id", ""))
    step_id = number_or_none(request.args.get("step_id", ""))
    to_bill = None if deal_id is None else forms.deal_to_bill(session, deal_id)
    return _new_page(forms.new_form(session, to_bill, step_id), to_bill)


def _new_page(form: FormState, to_bill: forms.ToBill | None) -> Markup:
    session = reading()
    client_id = number_or_none(str(form.value("client_id") or ""))
    return render(
        "invoices/new.html",
        form=form,
        clients=as_choice("client", client_id),
        suggest=forms.product_suggestions() if to_bill is None else "",
        **forms.choices(session, to_bill),
    )


@blueprint.get("/clients")
@requires(VIEW)
def choose_client() -> FlaskResponse:
    """Give the clients in whose name all that was typed stands, for a choice."""
    return jsonify(records_named("client", request.args.get("q", "")))


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Make the invoice that was typed, and issue it where that button was pressed."""
    issues = request.form.get("act") == "issue"
    try:
        values = judge(InvoiceSchema(), forms.invoice_values(request.form))
        if issues:
            invoice_id, number = service.make_and_issue(values)
            toast(_("Invoice %(number)s is issued.", number=number))
        else:
            invoice_id = service.make_invoice(values)
            toast(_("The draft is kept: it gets its number when it is issued."))
    except (InvalidError, ConflictError) as error:
        return _refused_page(error), error.status
    return to_card(invoice_id)


def _refused_page(error: SalesmanError) -> Markup:
    """Give the form again as it was typed, with what was wrong."""
    told = InvalidError(error.message, forms.told_by_line(error.fields))
    form = FormState.refused(forms.without_empty_rows(request.form), told)
    deal_id = number_or_none(request.form.get("deal_id", ""))
    seen = deal_id is not None and reaches("deal", deal_id)
    to_bill = forms.deal_to_bill(reading(), int(deal_id or 0)) if seen else None
    return _new_page(form, to_bill)


def to_card(invoice_id: int) -> Response:
    """Lead to the card of an invoice; to the list where the person does not see it."""
    if not reaches(KIND, invoice_id):
        return redirect(url_for("invoices.index"))
    return redirect(url_for("invoices.card", record_id=invoice_id))


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show an invoice."""
    return card_page(record_id)


def card_page(record_id: int, **forms_again: FormState) -> Markup:
    """Give the card of an invoice.

    :param forms_again: what was refused: ``draft``, ``payment`` or ``back``, which stands open.
    """
    session = reading()
    invoice = queries.one_invoice(session, record_id)
    hanging = queries.hanging(session, [record_id])
    kept, lacks = missing.kept_or_lacking(session, invoice)
    draft = invoice.state == DRAFT
    pays = invoice.state == ISSUED and reaches(KIND, record_id, CHANGE_PAYMENTS)
    over = advance_on(session, invoice) if pays else Decimal(0)
    ahead = _advances(session, invoice) if pays and invoice.paid > 0 else []
    return render(
        "invoices/card.html",
        invoice=invoice,
        lines=hanging.lines[record_id],
        external_ids=hanging.external_ids.get(record_id, {}),
        imported=contact_data.readable_imported(invoice.imported),
        kept=kept,
        lacks=lacks,
        payments=queries.payments_on(session, record_id),
        margin=billing.margin_of(invoice) if queries.sees_costs() else None,
        offer=offering.offer_of(session, invoice.deal_id) if invoice.state == ISSUED else None,
        context=RecordCard(KIND, record_id, client_id=invoice.client_id, deal_id=invoice.deal_id),
        may_edit=reaches(KIND, record_id, EDIT),
        may_cancel=reaches(KIND, record_id, CANCEL),
        month_is_over=_month_is_over(invoice.issued_on),
        may_delete=reaches(KIND, record_id, DELETE),
        may_pay=pays,
        quantities=_quantities(session, invoice) if draft else [],
        form=forms_again.get("draft") or forms.draft_form(invoice),
        payment=forms_again.get("payment") or _payment_form(left_of(invoice)),
        back=forms_again.get("back") or _payment_form(over or invoice.paid),
        over=over,
        advances=ahead if len(ahead) > 1 else [],
        opened=set(forms_again),
        sellers=forms.seller_options(company_choices(session)) if draft else [],
        languages=forms.language_options(),
        labels=forms.LABELS,
        story=story_panel(KIND, record_id),
        files=files_panel(KIND, record_id),
        **shown_words(),
    )


def _advances(session: Any, invoice: Any) -> list[tuple[int, str]]:
    """Give the advances of a client as a choice, those that came with the invoice first."""
    found = advances_of(session, invoice.client_id, invoice.currency, [invoice.id])
    return [(one.id, forms.advance_title(one)) for one in found]


def _month_is_over(day: date | None) -> bool:
    """Tell whether the month of a day is over: its figures have been told."""
    return day is not None and day < company_day().replace(day=1)


def _quantities(session: Any, invoice: Any) -> list[tuple[Any, Any, Any]]:
    """Give the lines of the deal that a draft may bill, with what is left and what it bills."""
    if invoice.deal_id is None or not reaches("deal", invoice.deal_id):
        return []
    own = {
        one.deal_line_id: one.quantity
        for one in queries.lines_of(session, [invoice.id])[invoice.id]
        if one.deal_line_id is not None
    }
    if not own:
        return []
    done = billing.billed_parts(session, invoice.deal_id, but=invoice.id)
    rows = forms.lines_of_deal(session, invoice.deal_id)
    return [(row, quantity_left(row, done.get(row.id, ())), own.get(row.id)) for row in rows]


def _payment_form(amount: Any) -> FormState:
    """Give the form of a payment: what is still to be paid, today."""
    return FormState({"amount": written(amount), "day": written(company_day())})


@blueprint.post("/<int:record_id>")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change a draft to what was typed."""
    schema = InvoiceSchema(partial=True)
    try:
        values = judge(schema, forms.draft_values(request.form))
        service.change_invoice(record_id, values, version_in(request.form))
    except (InvalidError, ConflictError) as error:
        _demand_state(record_id, DRAFT, error)
        refused = FormState.refused(request.form, InvalidError(error.message, error.fields))
        return card_page(record_id, draft=refused), error.status
    toast(_("Saved."))
    return to_card(record_id)


def _demand_state(record_id: int, state: str, error: SalesmanError) -> None:
    """Let a refusal be told on the card only where the form that was sent still stands on it."""
    if queries.one_invoice(reading(), record_id).state != state:
        raise error


@blueprint.post("/<int:record_id>/issue")
@requires(EDIT)
def issue(record_id: int) -> Response:
    """Issue a draft."""
    number = service.issue_invoice(record_id, version=version_in(request.form))
    toast(_("Invoice %(number)s is issued.", number=number))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/cancel")
@requires(CANCEL)
def cancel(record_id: int) -> Response:
    """Cancel an issued invoice; the notice can undo it."""
    said = judge(CancelSchema(), {"reason": request.form.get("reason", "")})
    service.cancel_invoice(record_id, said["reason"], version_in(request.form))
    toast(_("The invoice is cancelled."), undo=url_for("invoices.reopen", record_id=record_id))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/reopen")
@requires(CANCEL)
def reopen(record_id: int) -> Response:
    """Take the cancelling back."""
    service.reopen_invoice(record_id)
    toast(_("The invoice counts again."))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put a draft into the bin; the notice can undo it."""
    service.delete_invoice(record_id, version_in(request.form))
    toast(_("The draft is in the bin."), undo=url_for("invoices.restore", record_id=record_id))
    return redirect(url_for("invoices.index"))


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take a draft out of the bin, and show it."""
    service.restore_invoice(record_id)
    toast(_("The draft is back."))
    return to_card(record_id)


@blueprint.post("/<int:record_id>/pay")
@requires(CHANGE_PAYMENTS)
def pay(record_id: int) -> Page:
    """Enter a payment on an invoice; what is more than is left stays the client's advance."""
    queries.one_invoice(reading(), record_id)
    back = request.form.get("direction") == "back"
    try:
        typed = {**forms.payment_values(request.form), "invoice_id": record_id}
        payment_id = enter_payment(judge(PaymentSchema(), typed))
    except InvalidError as error:
        _demand_state(record_id, ISSUED, error)
        refused = FormState.refused(request.form, error)
        again = {"back" if back else "payment": refused}
        return card_page(record_id, **again), error.status
    told = _("The return is entered.") if back else _("The payment is entered.")
    toast(told, undo=url_for("invoices.delete_payment", record_id=payment_id))
    return to_card(record_id)


@blueprint.post("/deals/<int:deal_id>/paid")
@requires(EDIT_DEAL)
def move_paid(deal_id: int) -> Response:
    """Move a deal on whose invoices are paid; where that is refused, the page says why."""
    stage = offering.accept_offer(deal_id)
    toast(_("The deal stands at “%(stage)s” now.", stage=stage))
    usual = url_for("deals.card", record_id=deal_id)
    return redirect(safe_next(request.form.get("next", ""), usual))
