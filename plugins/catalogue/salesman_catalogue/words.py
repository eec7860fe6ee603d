"""How the history of products, categories and lines is told."""

from __future__ import annotations

from typing import Final

from salesman_catalogue.lists import KIND_TITLES
from salesman_catalogue.models import Category, Level, VatRate
from salesman_catalogue.permissions import COSTS
from salesman_catalogue.texts import texts
from salesman_core.toolkit import FieldWords, contact_data, formats, names_from

_ = texts.lazy

LINES: Final = "catalogue.lines"
"""Under this name the history of a deal tells of its lines."""

FIELDS: Final = {
    "name": FieldWords(_("Name")),
    "article": FieldWords(_("Article")),
    "kind": FieldWords(_("What it is"), choices=KIND_TITLES),
    "unit": FieldWords(_("Unit")),
    "category_id": FieldWords(_("Category"), names=names_from(Category)),
    "vat_rate_id": FieldWords(_("VAT rate"), names=names_from(VatRate)),
    "prices": FieldWords(_("Prices"), names=names_from(Level), figure=True, written=formats.amount),
    "cost": FieldWords(_("Cost"), figure=True, written=formats.amount, permission=COSTS),
    "currency": FieldWords(_("Currency")),
    "active": FieldWords(_("Offered")),
    "description": FieldWords(_("Description")),
    "external_ids": FieldWords(_("Keys in other systems")),
    "imported": contact_data.IMPORTED,
}
CATEGORY: Final = {
    "name": FieldWords(_("Name")),
    "parent_id": FieldWords(_("Is in"), names=names_from(Category)),
    "position": FieldWords(_("Place")),
}
OF_DEALS: Final = {LINES: FieldWords(_("Lines"))}
