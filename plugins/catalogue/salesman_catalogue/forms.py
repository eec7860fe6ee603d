"""What a person typed about a product, turned into the notation of the JSON API and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_catalogue import choosing, pricing, queries
from salesman_catalogue.lists import KIND_TITLES
from salesman_catalogue.texts import texts
from salesman_catalogue.words import FIELDS
from salesman_core.toolkit import (
    AnyRow,
    FormState,
    company,
    form_to_edit,
    money_of,
    number_of,
    read_typed,
    reading,
    written,
)
from salesman_hookspecs import Text

_ = texts.lazy

Typed = MultiDict[str, str]

_TEXTS: Final = ("name", "kind", "article", "unit", "currency", "description")
_NUMBERS: Final = ("category_id", "vat_rate_id")


def labels() -> dict[str, Text]:
    """Give what people read for each field of the form."""
    named = {name: words.title for name, words in FIELDS.items()}
    return {**named, **{pricing.field_of(id_): name for id_, name in pricing.offered_levels()}}


def product_values(form: Typed, held: Mapping[int, Any] | None = None) -> dict[str, Any]:
    """Give what a form holds of a product, as the JSON API names it.

    :param held: the prices that the product has by level: those at levels that are offered no more
        have no field, and stay.
    :raises InvalidError: by field, where something cannot be read.
    """
    levels = [pricing.field_of(id_) for id_, _name in pricing.offered_levels()]
    readers = dict.fromkeys(("cost", *levels), money_of) | dict.fromkeys(_NUMBERS, number_of)
    read = read_typed(form, readers, "cost", *levels, *_NUMBERS)
    values: dict[str, Any] = {name: form[name].strip() for name in _TEXTS if name in form}
    values |= {name: read[name] for name in ("cost", *_NUMBERS) if name in read}
    if "shows_active" in form:
        values["active"] = "active" in form
    prices = dict(held or {}) | {
        id_: read[pricing.field_of(id_)]
        for id_, _name in pricing.offered_levels()
        if pricing.field_of(id_) in read
    }
    return values | {
        "prices": [{"level_id": level, "price": price} for level, price in prices.items() if price]
    }


def as_form(product: AnyRow, prices: Mapping[int, Any]) -> FormState:
    """Give the form of a product as it stands."""
    values: dict[str, Any] = {name: getattr(product, name) for name in (*_TEXTS, *_NUMBERS)}
    values["active"] = product.active
    for level_id, _name in pricing.offered_levels():
        values[pricing.field_of(level_id)] = written(prices.get(level_id))
    if queries.sees_costs():
        values["cost"] = written(product.cost)
    return form_to_edit(values, product.version)


def empty_form() -> FormState:
    """Give the form of a new product."""
    return FormState({"kind": "goods", "active": True, "currency": company().currency})


def choices() -> dict[str, Any]:
    """Give what a form of a product offers."""
    session = reading()
    return {
        "labels": labels(),
        "kinds": list(KIND_TITLES.items()),
        "levels": [(pricing.field_of(id_), name) for id_, name in pricing.offered_levels()],
        "categories": choosing.category_choices(session),
        "rates": [(one.id, one.name) for one in choosing.vat_rates(session, offered=True)],
        "units": choosing.units(session),
        "sees_costs": queries.sees_costs(),
    }
