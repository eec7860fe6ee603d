"""What a person typed about an invoice or a payment, in the notation of the JSON API, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from salesman_catalogue.toolkit import Catalogue, vat_rates
from salesman_requisites.toolkit import CompanyChoice, company_choices
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    date_of,
    decimal_of,
    formats,
    money_of,
    number_of,
    number_or_none,
    read_typed,
    reading,
    service,
    written,
)
from salesman_hookspecs import Text
from salesman_invoices import billing, missing
from salesman_invoices.models import LANGUAGES
from salesman_invoices.payments.words import FIELDS as PAYMENT_FIELDS
from salesman_invoices.schedule.queries import PlannedStep, planned_steps
from salesman_invoices.sellers import usual_seller
from salesman_invoices.texts import texts
from salesman_invoices.words import FIELDS, LANGUAGE_TITLES

_ = texts.lazy

Typed = MultiDict[str, str]

WITHOUT_VAT: Final = "none"
LINE_FIELDS: Final = ("line", "quantity", "price", "vat")
"""What the form asks of each line of an invoice without a deal."""
REST: Final = "rest"

LABELS: Final[Mapping[str, Text]] = {
    **{name: words.title for name, words in FIELDS.items()},
    "of": _("What is billed"),
    "share": _("Only a part of it"),
    "vat": _("VAT"),
    "vat_percent": _("VAT"),
    "from": _("Own company and account"),
    "amount": _("Sum"),
    "day": PAYMENT_FIELDS["day"].title,
    "reference": PAYMENT_FIELDS["reference"].title,
    "direction": PAYMENT_FIELDS["direction"].title,
    "reason": _("Reason"),
    "allotments": PAYMENT_FIELDS["allotments"].title,
    "advances": PAYMENT_FIELDS["advances"].title,
    "advance_id": _("Which advance goes back"),
    "quantities": _("How much of each line is billed"),
    "step_id": _("What is billed"),
}


@dataclass(frozen=True, slots=True)
class ToBill:
    """A deal as the form of an invoice shows it.

    :param left: what of its amount is left to bill.
    :param has_lines: whether it has lines, which say the VAT.
    :param steps: of its schedule, those of which something is left to bill.
    """

    deal: AnyRow
    left: Decimal
    has_lines: bool
    steps: Sequence[PlannedStep]


def deal_to_bill(session: Session, deal_id: int) -> ToBill:
    """Give a deal that whoever acts may see, with what is left of it."""
    deal = billing.one_deal(session, deal_id)
    left = deal.amount - billing.billed(session, deal_id).counted
    steps = [one for one in planned_steps(session, deal_id, deal.amount) if one.left]
    return ToBill(deal, max(left, Decimal(0)), bool(lines_of_deal(session, deal_id)), steps)


def lines_of_deal(session: Session, deal_id: int) -> Sequence[AnyRow]:
    """Give the lines of a deal."""
    shelf: Catalogue | None = service("catalogue")
    return shelf.lines(session, deal_id) if shelf is not None else []


def new_form(session: Session, to_bill: ToBill | None, step_id: int | None = None) -> FormState:
    """Give the form of a new invoice; nothing stands in it that nobody said."""
    if to_bill is None:
        return FormState({"of": REST})
    usual = usual_seller(session, to_bill.deal.currency)
    values: dict[str, Any] = {
        "deal_id": to_bill.deal.id,
        "from": _seller_key(usual.company_id, usual.account_id),
        "language": usual.language,
        "of": REST,
    }
    step = next((one for one in to_bill.steps if one.id == step_id), None)
    if step is not None:
        values |= {"of": f"step:{step.id}", "due_on": "" if step.overdue else written(step.due_on)}
    if not to_bill.has_lines:
        values["purpose"] = to_bill.deal.name if step is None else ""
    return FormState(values)


def choices(session: Session, to_bill: ToBill | None) -> dict[str, Any]:
    """Give what the form of a new invoice offers."""
    companies = company_choices(session)
    return {
        "labels": LABELS,
        "to_bill": to_bill,
        "sources": _sources(to_bill),
        "sellers": seller_options(companies),
        "rates": rate_options(session),
        "languages": language_options(),
        "missing": missing.before_billing(session, to_bill.deal if to_bill else None),
    }


def advance_title(advance: AnyRow) -> str:
    """Give an advance as one chooses it: the payment, its day, and what is left of it."""
    return texts.gettext(
        "%(payment)s of %(day)s: %(left)s left",
        payment=advance.label,
        day=formats.day(advance.day),
        left=formats.money(advance.left, advance.currency),
    )


def language_options() -> list[tuple[str, Text]]:
    """Give the languages in which a paper can be made."""
    return [(one, LANGUAGE_TITLES[one]) for one in LANGUAGES]


def _sources(to_bill: ToBill | None) -> list[tuple[str, str]]:
    if to_bill is None:
        return []
    currency = to_bill.deal.currency
    left = formats.money(to_bill.left, currency)
    rest = (REST, texts.gettext("all that is left: %(amount)s", amount=left))
    return [rest, *((f"step:{one.id}", _of_step(one, currency)) for one in to_bill.steps)]


def _of_step(step: PlannedStep, currency: str) -> str:
    return f"{step.title}: {formats.money(step.left, currency)}"


def _seller_key(company_id: int | None, account_id: int | None) -> str:
    return "" if company_id is None else f"{company_id}:{account_id or ''}"


def seller_options(companies: Sequence[CompanyChoice]) -> list[tuple[str, str]]:
    """Give the own companies with their accounts, as one choice."""
    options: list[tuple[str, str]] = []
    for one in companies:
        if not one.accounts:
            options.append((_seller_key(one.id, None), one.name))
        options += [
            (_seller_key(one.id, id_), f"{one.name}: {words}") for id_, words in one.accounts
        ]
    return options


def rate_options(session: Session) -> list[tuple[str, str]]:
    """Give the rates of VAT that are offered, by their percentages."""
    return [
        (WITHOUT_VAT if one.percent is None else f"{one.percent.normalize():f}", one.name)
        for one in vat_rates(session, offered=True)
    ]


def invoice_values(form: Typed) -> dict[str, Any]:
    """Give what the form of a new invoice holds, as the JSON API names it.

    :raises InvalidError: by field, where something cannot be read.
    """
    readers = {
        "due_on": date_of,
        "share": money_of,
        "deal_id": number_of,
        "client_id": number_of,
    }
    read = read_typed(form, readers, *readers)
    values: dict[str, Any] = {name: read[name] for name in ("due_on", "deal_id") if read.get(name)}
    values |= {name: form[name].strip() for name in ("purpose", "comment") if form.get(name)}
    if form.get("language") in LANGUAGES:
        values["language"] = form["language"]
    values |= _seller_values(form.get("from", ""))
    if read.get("deal_id"):
        values |= _vat_values(form.get("vat", ""))
        values |= _source_values(form.get("of", ""), read.get("share"))
        return _plain(values)
    values |= {"client_id": read.get("client_id")} | _said_by(form, read.get("client_id"))
    return _plain(values)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as JSON would hold them."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        told[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return told


def _seller_values(chosen: str) -> dict[str, Any]:
    company_id, _colon, account_id = chosen.partition(":")
    named = {"company_id": number_or_none(company_id), "account_id": number_or_none(account_id)}
    values = {name: id_ for name, id_ in named.items() if id_ is not None}
    return values if "company_id" in values else {}


def _vat_values(chosen: str) -> dict[str, Any]:
    """Give the rate of VAT: none is said where nothing was chosen."""
    if not chosen:
        return {}
    if chosen == WITHOUT_VAT:
        return {"vat_percent": None}
    try:
        return {"vat_percent": str(decimal_of(chosen))}
    except ValueError as error:
        message = _("Choose a rate of VAT.")
        raise InvalidError(message, {"vat_percent": message}) from error


def _source_values(chosen: str, share: Decimal | None) -> dict[str, Any]:
    kind, _colon, step_id = chosen.partition(":")
    id_ = number_or_none(step_id) if kind == "step" else None
    of_step = {} if id_ is None else {"step_id": id_}
    return {**of_step, **({"share": str(share)} if share else {})}


def _said_by(form: Typed, client_id: int | None) -> dict[str, Any]:
    """Give the lines of an invoice without a deal.

    :raises InvalidError: for what is missing, or cannot be read; of lines with their numbers.
    """
    wrong: dict[str, Text] = {} if client_id else {"client_id": _("Say who is to pay it.")}
    lines: list[dict[str, Any]] = []
    for row in _said_rows(form):
        try:
            lines.append(_line_said(*(one.strip() for one in row)))
        except InvalidError as error:
            wrong[f"lines.{len(lines)}"] = _in_line(len(lines) + 1, error.message)
            lines.append({})
    if not lines:
        wrong["lines"] = _("Say what the invoice is for.")
    if wrong:
        raise InvalidError(_("Something is missing."), wrong)
    return {"lines": _with_products(lines)}


def _said_rows(form: Typed) -> list[tuple[str, ...]]:
    """Give the rows of lines in which a name or a price stands."""
    rows = zip_longest(*(form.getlist(name) for name in LINE_FIELDS), fillvalue="")
    return [(name, *more) for name, *more in rows if name.strip() or more[1].strip()]


def without_empty_rows(form: Typed) -> Typed:
    """Give a form as it was typed, with no empty row between lines: they are told by their places.

    One in which no line stands stays as it is.
    """
    kept, rows = MultiDict(form), _said_rows(form)
    for place, name in enumerate(LINE_FIELDS if rows else ()):
        kept.setlist(name, [row[place] for row in rows])
    return kept


def _line_said(name: str, quantity: str, price: str, vat: str) -> dict[str, Any]:
    """Give a line as the JSON API names it.

    :raises InvalidError: with what is wrong with it.
    """
    if not name:
        raise InvalidError(_("Say what it is for."))
    try:
        read = {
            "quantity": str(decimal_of(quantity)) if quantity else "1",
            "price": str(money_of(price)) if price else "",
        }
    except ValueError as error:
        message = _("“%(typed)s” is no number.", typed=f"{quantity} {price}".strip())
        raise InvalidError(message) from error
    if not price:
        raise InvalidError(_("Say the price."))
    rate = _vat_values(vat)
    if not rate:
        raise InvalidError(_("Say at which rate of VAT, or that it is without."))
    return {"name": name, **read, **rate}


def product_suggestions() -> str:
    """Give where a field finds products of the catalogue; empty where there are none to see."""
    shelf: Catalogue | None = service("catalogue")
    return "" if shelf is None else shelf.suggestions()


def _in_line(number: int, message: Text) -> Text:
    return _("Line %(number)s: %(message)s", number=number, message=message)


def _with_products(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give lines with the products for which words stand, under their names and articles."""
    shelf: Catalogue | None = service("catalogue")
    names = [one["name"] for one in lines]
    found = {} if shelf is None else shelf.named(reading(), names)
    return [
        {**one, "product_id": product["id"], "name": product["name"], "article": product["article"]}
        if (product := found.get(one["name"]))
        else one
        for one in lines
    ]


def told_by_line(errors: Mapping[str, Text]) -> dict[str, Text]:
    """Give what is wrong by field of the form: what the API says of a line, with its number."""
    told: dict[str, Text] = {}
    for name, message in errors.items():
        kind, _dot, rest = name.partition(".")
        place, _dot, column = rest.partition(".")
        if kind == "lines" and place.isdecimal() and column:
            told[f"lines.{place}"] = _in_line(int(place) + 1, message)
        else:
            told["vat" if name == "vat_percent" else name] = message
    return told


def draft_values(form: Typed) -> dict[str, Any]:
    """Give what the form of a draft holds, as the JSON API names it."""
    read = read_typed(form, {"due_on": date_of}, "due_on")
    values: dict[str, Any] = {"due_on": read.get("due_on")} if "due_on" in read else {}
    values |= {name: form[name].strip() for name in ("purpose", "comment") if name in form}
    if form.get("language") in LANGUAGES:
        values["language"] = form["language"]
    values |= _seller_values(form.get("from", ""))
    quantities = quantity_values(form)
    if quantities is not None:
        values["quantities"] = quantities
    return _plain(values)


def quantity_values(form: Typed) -> list[dict[str, Any]] | None:
    """Give how much of each line of the deal is to be billed; None where nobody is asked."""
    names = [name for name in form if name.startswith("quantity-")]
    if not names:
        return None
    read = read_typed(form, dict.fromkeys(names, _quantity_of), *names)
    return [
        {"deal_line_id": id_, "quantity": str(value)}
        for name, value in read.items()
        if value and (id_ := number_or_none(name.removeprefix("quantity-"))) is not None
    ]


def _quantity_of(typed: str) -> Decimal:
    return decimal_of(typed) if typed.strip() else Decimal(0)


def draft_form(invoice: AnyRow) -> FormState:
    """Give the form of a draft as it stands."""
    return FormState(
        {
            "from": _seller_key(invoice.company_id, invoice.account_id),
            "due_on": written(invoice.due_on),
            "purpose": invoice.purpose,
            "language": invoice.language,
            "comment": invoice.comment,
            "version": invoice.version,
        }
    )


def payment_values(form: Typed) -> dict[str, Any]:
    """Give what the form of a payment holds, as the JSON API names it.

    :raises InvalidError: by field, where something cannot be read.
    """
    readers = {"amount": money_of, "day": date_of, "client_id": number_of}
    read = read_typed(form, readers, *readers)
    values: dict[str, Any] = {}
    if "amount" in read:
        values["amount"] = str(read["amount"])
    values |= {name: read[name] for name in ("day", "client_id") if read.get(name)}
    for name in ("reference", "comment"):
        if name in form:
            values[name] = form[name].strip()
    if form.get("direction"):
        values["direction"] = form["direction"]
    if form.get("currency"):
        values["currency"] = form["currency"]
    if chosen := number_or_none(form.get("advance_id", "")):
        values["advances"] = [{"payment_id": chosen}]
    said = {"allotments": allotment_values(form), "advances": advance_values(form)}
    return _plain(values | {name: one for name, one in said.items() if one is not None})


def allotment_values(form: Typed) -> list[dict[str, Any]] | None:
    """Give what is allotted to which invoice; None where the form does not ask."""
    return _shares(form, "allot-", "invoice_id")


def advance_values(form: Typed) -> list[dict[str, Any]] | None:
    """Give what a return takes of which advance; None where the form does not ask."""
    return _shares(form, "advance-", "payment_id")


def _shares(form: Typed, prefix: str, of: str) -> list[dict[str, Any]] | None:
    names = [name for name in form if name.startswith(prefix)]
    if not names:
        return None
    read = read_typed(form, dict.fromkeys(names, money_of), *names)
    return [
        {of: id_, "amount": str(amount)}
        for name, amount in read.items()
        if amount and (id_ := number_or_none(name.removeprefix(prefix))) is not None
    ]
