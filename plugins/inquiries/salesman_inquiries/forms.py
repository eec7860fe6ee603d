"""What is typed where an inquiry is noted or changed, turned into the notation of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    When,
    contact_data,
    current_person,
    custom_typed,
    decimal_of,
    form_to_edit,
    money_of,
    number_of,
    reach,
    read_typed,
    reading,
    when_of,
    worktime,
    written,
    written_when,
)
from salesman_core.toolkit import company as our_company
from salesman_hookspecs import Text
from salesman_inquiries import queries
from salesman_inquiries.models import BECOMES, CLIENT, DEAL
from salesman_inquiries.permissions import ASSIGN
from salesman_inquiries.references import wrong
from salesman_inquiries.texts import texts

_ = texts.lazy

Typed = MultiDict[str, str]

LABELS: Final[Mapping[str, Text]] = {
    "q": _("Who is it"),
    "client_id": _("Client"),
    "contact_id": _("Contact"),
    "deal_id": _("About the deal"),
    "name": _("Name"),
    "company": _("Company"),
    "phones": _("Phones"),
    "emails": _("Emails"),
    "direction": _("Direction"),
    "channel_id": _("Channel"),
    "happened_at": _("When"),
    "subject": _("Subject"),
    "text": _("What was said"),
    "source": _("Source"),
    "products": _("Asked about"),
    "result_id": _("Result"),
    "next_step": _("What is next"),
    "deadline": _("Until when"),
    "owner_id": _("Responsible"),
    "becomes": _("What it becomes"),
    "client_name": _("New client"),
    "contact_name": _("Contact"),
    "deal_name": _("Deal"),
    "amount": _("Amount"),
    "holder_id": _("Responsible"),
}
_NUMBERS: Final = ("channel_id", "result_id", "client_id", "contact_id", "deal_id", "owner_id")
_TEXTS: Final = ("direction", "subject", "text", "source", "name", "company", "next_step")
NEW_KINDS: Final = ("client", "contact", "deal")
"""The kinds of records that an inquiry may become, whose custom fields may be required."""


def values_of(typed: Typed) -> dict[str, Any]:
    """Give what the form of an inquiry holds, as the JSON API names it.

    :raises InvalidError: by field of the form, for what cannot be read.
    """
    readers = {"deadline": when_of, **dict.fromkeys(_NUMBERS, number_of)}
    values = read_typed(typed, readers, "deadline", *_NUMBERS)
    if "owner_id" in values and not current_person().may(ASSIGN):
        raise wrong("owner_id", _("You may not give inquiries to others."))
    values |= {name: typed[name].strip() for name in _TEXTS if name in typed}
    for name in ("phones", "emails"):
        if name in typed:
            values[name] = [one.strip() for one in typed.getlist(name) if one.strip()]
    if "product" in typed:
        values["products"] = _products(typed)
    if "deadline" in values:
        values["deadline_at"] = deadline_of(values.pop("deadline"))
    return values


def deadline_of(when: Mapping[str, Any] | None) -> str | None:
    """Give until when something is to be done: of a whole day, the end of its working time."""
    if when is None:
        return None
    day: date = when["day"]
    moment: datetime = when["starts_at"] or worktime().ends_on(day)
    return moment.astimezone(UTC).isoformat()


def _products(typed: Typed) -> list[dict[str, Any]]:
    """Give the products by line: what, how many, at what price.

    :raises InvalidError: for a number that cannot be read.
    """
    names = ("product", "quantity", "price")
    lines = zip_longest(*(typed.getlist(name) for name in names), fillvalue="")
    return [_product(*line) for line in lines if any(part.strip() for part in line)]


def _product(name: str, quantity: str, price: str) -> dict[str, Any]:
    if not name.strip():
        raise wrong("products", _("Say what was asked about."))
    read: dict[str, Any] = {"name": name.strip()}
    try:
        read["quantity"] = str(decimal_of(quantity)) if quantity.strip() else None
        read["price"] = str(money_of(price)) if price.strip() else None
    except ValueError as error:
        message = _("“%(typed)s” is no number.", typed=f"{quantity} {price}".strip())
        raise wrong("products", message) from error
    return read


def taken_values_of(typed: Typed) -> dict[str, Any]:
    """Give what was typed while an inquiry is noted.

    What was looked for and nobody has is who it was: a phone, an address, a name, or where another
    name was typed, a company.
    """
    values = values_of(typed)
    sought = typed.get("q", "").strip()
    if values.get("client_id") is None and sought:
        _take_over(values, sought)
    return values


def _take_over(values: dict[str, Any], sought: str) -> None:
    field = way_of(sought)
    if field == "name":
        name = values.get("name") or sought
        values["name"] = name
        if sought.casefold() not in name.casefold():  # else it is how they began to type the name
            values["company"] = values.get("company") or sought
        return
    known = values.setdefault(field, [])
    if sought not in known:
        known.insert(0, sought)


def way_of(sought: str) -> str:
    """Give what was looked for: ``phones``, ``emails``, or else ``name``."""
    if "@" in sought:
        return "emails"
    number = reach.phone(sought, our_company().region).valid
    mostly_digits = sum(map(str.isdigit, sought)) * 2 > len(sought)
    return "phones" if number or mostly_digits else "name"


def outcome_of(typed: Typed) -> tuple[str, dict[str, Any]]:
    """Give what an inquiry is to become, and what that needs.

    :raises InvalidError: by field of the form.
    """
    becomes = typed.get("becomes", "")
    if becomes not in {"", *BECOMES}:
        raise wrong("becomes", _("Choose one of them."))
    return becomes, outcome_values_of(typed, becomes)


def outcome_values_of(typed: Typed, becomes: str) -> dict[str, Any]:
    """Give what a client or deal that an inquiry becomes needs."""
    if becomes not in {CLIENT, DEAL}:
        return {}
    kinds = NEW_KINDS if becomes == DEAL else NEW_KINDS[:2]
    values: dict[str, Any] = {
        f"{kind}_name": typed.get(f"{kind}_name", "").strip() for kind in kinds
    }
    values |= _holder_of(typed) | {"new_client": "new_client" in typed}
    for kind in kinds:
        values |= custom_typed(kind, typed, prefix=f"{kind}_")
    if becomes == DEAL and typed.get("amount", "").strip():
        values |= read_typed(typed, {"amount": money_of}, "amount")
    return values


def _holder_of(typed: Typed) -> dict[str, Any]:
    """Give whose it is to be that an inquiry becomes; the responsible for itself is another field.

    :raises InvalidError: by field of the form.
    """
    if not typed.get("holder_id", "").strip():
        return {}
    return {"owner_id": read_typed(typed, {"holder_id": number_of}, "holder_id")["holder_id"]}


def held(inquiry: AnyRow) -> FormState:
    """Give the form of an inquiry as it stands."""
    hanging = queries.hanging(reading(), [inquiry.id])
    names = (*_TEXTS, "channel_id", "result_id", "owner_id")
    values = {name: getattr(inquiry, name) for name in names}
    products = hanging.products.get(inquiry.id, [])
    values |= {
        "deadline": written_deadline(inquiry.deadline_at),
        "phones": [one.typed for one in hanging.phones.get(inquiry.id, [])],
        "emails": [one.typed for one in hanging.emails.get(inquiry.id, [])],
        "product": [one.name for one in products],
        "quantity": [_as_written(one.quantity) for one in products],
        "price": [_as_written(one.price) for one in products],
    }
    hidden = () if contact_data.sees_contact_data() else ("phones", "emails")
    unshown = hidden if current_person().may(ASSIGN) else (*hidden, "owner_id")
    return form_to_edit(values, inquiry.version, unshown=unshown)


def _as_written(number: Any) -> str:
    """Give a number as it is typed, without nought behind the point."""
    return "" if number is None else written(number.normalize() + 0)


def written_deadline(moment: datetime | None) -> str:
    """Give a deadline as it stands in its field: the end of a working day as that day."""
    if moment is None:
        return ""
    when = When.at(moment)
    whole = moment == worktime().ends_on(when.day)
    return written_when(when.day, None if whole else moment)


def at_fields(error: InvalidError) -> InvalidError:
    """Let what is wrong stand at the field of the form in which it was typed."""
    named = {"deadline_at": "deadline"}
    fields = {named.get(name, name): message for name, message in error.fields.items()}
    return InvalidError(error.message, fields)


def at_outcome_fields(error: InvalidError) -> InvalidError:
    """The same where an inquiry becomes something: whose that is to be is a field of its own."""
    at = at_fields(error)
    fields = {
        "holder_id" if name == "owner_id" else name: message for name, message in at.fields.items()
    }
    return InvalidError(at.message, fields)
