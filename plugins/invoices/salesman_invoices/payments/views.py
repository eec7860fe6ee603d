"""The pages of payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    ListPage,
    RecordCard,
    as_choice,
    contact_data,
    files_panel,
    judge,
    narrowed,
    number_or_none,
    reaches,
    reading,
    render,
    requires,
    story_panel,
    toast,
    version_in,
    written,
)
from salesman_hookspecs import Text as Words
from salesman_invoices import forms
from salesman_invoices import queries as invoice_queries
from salesman_invoices.bulk import PAYMENTS_LISTED
from salesman_invoices.models import BACK, IN, PAYMENT
from salesman_invoices.payments import queries, service
from salesman_invoices.payments.advance import left_of
from salesman_invoices.payments.lists import PAYMENTS
from salesman_invoices.payments.schemas import AllotSchema, PaymentSchema
from salesman_invoices.payments.words import DIRECTION_TITLES
from salesman_invoices.permissions import CHANGE_PAYMENTS, SEE_PAYMENTS
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts
from salesman_invoices.views import Page, blueprint, shown_words, to_card

_ = texts.lazy

ASKS: Final = ("day", "amount", "currency", "direction", "advance", "created_at")
VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("All"), {}),
    (_("With an advance"), {"advance": "true"}),
    (_("Returns"), {"direction": "back"}),
)


def _list() -> ListPage:
    return ListPage.of(PAYMENTS_LISTED, views=VIEWS, asks=ASKS)


@blueprint.get("/payments")
@requires(SEE_PAYMENTS)
def payments() -> Markup:
    """Show the list of payments as the address filters and sorts it."""
    listed = _list()
    found = [] if listed.refused else queries.list_totals(reading(), listed.query)
    return render(
        "invoices/payments/index.html",
        listed=listed,
        totals=found,
        number=sum(one.number for one in found),
        called=service.called,
        left_of=left_of,
        directions=DIRECTION_TITLES,
    )


@blueprint.get("/payments/filter")
@requires(SEE_PAYMENTS)
def narrow_payments() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(PAYMENTS, "invoices.payments")


@blueprint.post("/payments/columns")
@requires(SEE_PAYMENTS)
def choose_payment_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/payments/new")
@requires(CHANGE_PAYMENTS)
def new_payment() -> Markup:
    """Show the form of a payment, of a client where the address names one."""
    client_id = number_or_none(request.args.get("client_id", ""))
    values = {"client_id": client_id, "day": written(company_day()), "direction": IN}
    return _new_page(FormState(values))


def _new_page(form: FormState) -> Markup:
    session = reading()
    client_id = number_or_none(str(form.value("client_id") or ""))
    clients = as_choice("client", client_id)
    there = invoice_queries.open_invoices(session, client_id) if clients and client_id else []
    return render(
        "invoices/payments/new.html",
        form=form,
        clients=clients,
        open_invoices=there,
        directions=list(DIRECTION_TITLES.items()),
        labels=forms.LABELS,
        **shown_words(),
    )


@blueprint.post("/payments/new")
@requires(CHANGE_PAYMENTS)
def create_payment() -> Page:
    """Enter the payment that was typed."""
    try:
        values = judge(PaymentSchema(), forms.payment_values(request.form))
        payment_id = service.enter_payment(values)
    except InvalidError as error:
        return _new_page(FormState.refused(request.form, error)), error.status
    toast(
        _("The payment is entered."),
        undo=url_for("invoices.delete_payment", record_id=payment_id),
    )
    return to_payment(payment_id)


def to_payment(payment_id: int) -> Response:
    """Lead to the card of a payment; to the list where the person does not see it."""
    if not reaches(PAYMENT, payment_id):
        return redirect(url_for("invoices.payments"))
    return redirect(url_for("invoices.payment_card", record_id=payment_id))


@blueprint.get("/payments/<int:record_id>")
@requires(SEE_PAYMENTS)
def payment_card(record_id: int) -> Markup:
    """Show a payment, and to which invoices it belongs."""
    return _card_page(record_id)


def _card_page(record_id: int, **forms_again: FormState) -> Markup:
    session = reading()
    payment = queries.one_payment(session, record_id)
    hanging = queries.hanging(session, [record_id])
    allotments = hanging.allotments[record_id]
    return render(
        "invoices/payments/card.html",
        payment=payment,
        allotments=allotments,
        rows=_rows(payment, allotments),
        drawn=hanging.drawn[record_id],
        advances=_advances(payment, hanging.drawn[record_id]),
        left=left_of(payment),
        imported=contact_data.readable_imported(payment.imported),
        external_ids=hanging.external_ids.get(record_id, {}),
        context=RecordCard(PAYMENT, record_id, client_id=payment.client_id),
        may_change=reaches(PAYMENT, record_id, CHANGE_PAYMENTS),
        form=forms_again.get("form") or _held(payment),
        allotting=forms_again.get("allotting") or _allotted(allotments),
        drawing=forms_again.get("drawing") or _drawn(hanging.drawn[record_id]),
        opened=set(forms_again),
        labels=forms.LABELS,
        directions=list(DIRECTION_TITLES.items()),
        called=service.called,
        story=story_panel(PAYMENT, record_id),
        files=files_panel(PAYMENT, record_id),
        **shown_words(),
    )


def _rows(payment: AnyRow, allotments: list[AnyRow] | Any) -> list[AnyRow]:
    """Give the invoices that a payment may belong to: those it does, and others of the client.

    Money that comes in goes to those that are open; what goes back comes from those that are paid.
    """
    session = reading()
    own = [one.invoice_id for one in allotments if one.invoice_id is not None]
    there = list(invoice_queries.some_invoices(session, own).values())
    if payment.client_id is None:
        return there
    of_client = (
        invoice_queries.paid_invoices
        if payment.direction == BACK
        else invoice_queries.open_invoices
    )
    still = of_client(session, payment.client_id)
    return there + [one for one in still if one.id not in own and one.currency == payment.currency]


def _advances(payment: AnyRow, drawn: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give the advances that a return may take of: those that it does, and others of the client."""
    if payment.direction != BACK:
        return []
    there = queries.advances_of(reading(), payment.client_id, payment.currency)
    left = {one.id: one.left for one in there}
    own = [
        {"id": one.payment_id, "called": one.called, "day": one.day, "left": one.amount}
        for one in drawn
        if one.payment_id is not None
    ]
    for one in own:
        one["left"] += left.pop(one["id"], 0)
    return own + [
        {"id": one.id, "called": one.label, "day": one.day, "left": one.left}
        for one in there
        if one.id in left
    ]


def _held(payment: AnyRow) -> FormState:
    names = ("reference", "comment", "direction", "version")
    plain = {name: getattr(payment, name) for name in names}
    return FormState({**plain, "amount": written(payment.amount), "day": written(payment.day)})


def _allotted(allotments: Any) -> FormState:
    return FormState(
        {
            f"allot-{one.invoice_id}": written(abs(one.amount))
            for one in allotments
            if one.invoice_id is not None
        }
    )


def _drawn(drawn: Iterable[AnyRow]) -> FormState:
    return FormState(
        {
            f"advance-{one.payment_id}": written(one.amount)
            for one in drawn
            if one.payment_id is not None
        }
    )


@blueprint.post("/payments/<int:record_id>")
@requires(CHANGE_PAYMENTS)
def change_payment(record_id: int) -> Page:
    """Change a payment to what was typed."""
    queries.one_payment(reading(), record_id)
    try:
        values = judge(PaymentSchema(partial=True), forms.payment_values(request.form))
        service.change_payment(record_id, values, version_in(request.form))
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, form=refused), error.status
    toast(_("Saved."))
    return to_payment(record_id)


@blueprint.post("/payments/<int:record_id>/allot")
@requires(CHANGE_PAYMENTS)
def allot_payment(record_id: int) -> Page:
    """Let a payment belong to the invoices that were said."""
    queries.one_payment(reading(), record_id)
    try:
        wanted = {"allotments": forms.allotment_values(request.form) or []}
        allotments = judge(AllotSchema(), wanted)["allotments"]
        service.allot_payment(record_id, allotments, version_in(request.form))
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, allotting=refused), error.status
    toast(_("Saved."))
    return to_payment(record_id)


@blueprint.post("/payments/<int:record_id>/draw")
@requires(CHANGE_PAYMENTS)
def draw_payment(record_id: int) -> Page:
    """Let a return be taken of the advances that were said."""
    queries.one_payment(reading(), record_id)
    try:
        wanted = {"advances": forms.advance_values(request.form) or []}
        values = judge(PaymentSchema(partial=True), wanted)
        service.change_payment(record_id, values, version_in(request.form))
    except InvalidError as error:
        refused = FormState.refused(request.form, error)
        return _card_page(record_id, drawing=refused), error.status
    toast(_("Saved."))
    return to_payment(record_id)


@blueprint.post("/payments/<int:record_id>/delete")
@requires(CHANGE_PAYMENTS)
def delete_payment(record_id: int) -> Response:
    """Take a payment back, and show its invoice where it had but one; the notice can undo it."""
    invoices = service.delete_payment(record_id, version_in(request.form))
    undo = url_for("invoices.restore_payment", record_id=record_id)
    toast(_("The payment is taken back."), undo=undo)
    return to_card(invoices[0]) if len(invoices) == 1 else redirect(url_for("invoices.payments"))


@blueprint.post("/payments/<int:record_id>/restore")
@requires(CHANGE_PAYMENTS)
def restore_payment(record_id: int) -> Response:
    """Take a payment out of the bin, and show it."""
    service.restore_payment(record_id)
    toast(_("The payment is back."))
    return to_payment(record_id)
