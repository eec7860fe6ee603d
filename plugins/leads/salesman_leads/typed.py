"""What a person typed about a lead, turned into the notation of the JSON API and back."""

from __future__ import annotations

from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import AnyRow, contact_data
from salesman_hookspecs import Text
from salesman_leads.banning import FLAGS
from salesman_leads.models import UTM
from salesman_leads.queries import Hanging
from salesman_leads.texts import texts
from salesman_leads.words import FIELDS

_ = texts.lazy

Typed = MultiDict[str, str]

TEXTS: Final = (
    *("name", "company", "text", "source", "channel"),
    *UTM,
    *("referrer", "page", "region", "language"),
)
ORIGIN: Final = ("channel", *UTM, "referrer", "page", "region", "language", "ip")
LABELS: Final[dict[str, Text]] = {
    **{name: words.title for name, words in FIELDS.items()},
    "external_ids_source": _("System"),
    "bans": _("Does not want"),
}
"""What people read for each field of the form."""
RARE: Final = (*TEXTS[4:], "products", "external_ids")
"""The fields that the form folds away."""


def lead_values(form: Typed) -> dict[str, Any]:
    """Give what a form holds of a lead, but for whose it is."""
    values: dict[str, Any] = {name: form[name].strip() for name in TEXTS if name in form}
    for name in ("phones", "emails"):
        if name in form:
            values[name] = [one.strip() for one in form.getlist(name) if one.strip()]
    if "products" in form:
        values["products"] = [one for typed in form.getlist("products") for one in _lines(typed)]
    if "bans" in form:
        values |= {flag: flag in form.getlist("bans") for flag in FLAGS}
    if "external_ids" in form:
        pairs = zip(form.getlist("external_ids_source"), form.getlist("external_ids"), strict=False)
        keys = [(source.strip(), key.strip()) for source, key in pairs]
        values["external_ids"] = {source: key for source, key in keys if source or key}
    return values


def origin_of(lead: AnyRow) -> list[tuple[Text, str]]:
    """Give what is known of where a lead came from, each with what people call it."""
    known = [(LABELS[name], getattr(lead, name)) for name in ORIGIN]
    return [(title, value) for title, value in known if value]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_typed(lead: AnyRow, hanging: Hanging) -> dict[str, Any]:
    """Give what stands in the form of a lead; nothing of phones and emails that are masked."""
    keys = hanging.external_ids.get(lead.id, {})
    values: dict[str, Any] = {name: getattr(lead, name) for name in (*TEXTS, "owner_id")}
    values["bans"] = [flag for flag in FLAGS if getattr(lead, flag)]
    values["products"] = hanging.products.get(lead.id, [])
    values["external_ids_source"], values["external_ids"] = list(keys), list(keys.values())
    if contact_data.sees_contact_data():
        values["phones"] = [one.typed for one in hanging.phones.get(lead.id, ())]
        values["emails"] = [one.typed for one in hanging.emails.get(lead.id, ())]
    return values
