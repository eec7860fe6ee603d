"""What the list of products can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from salesman_catalogue import choosing, pricing
from salesman_catalogue.models import KIND, Category, Product, ProductExternalId, VatRate
from salesman_catalogue.permissions import COSTS
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    contains,
    either,
    normalised,
    reading,
)

_ = texts.lazy

KIND_TITLES: Final = {"goods": _("goods"), "service": _("service")}


@dataclass(frozen=True, slots=True)
class CategoryField(ListField):
    """The category of products: whoever asks for one means all that stand below it as well."""

    def condition(self, operator: str, value: Any) -> sa.ColumnElement[bool]:
        """Give the SQL of a filter."""
        if operator == "isnull":
            return ListField.condition(self, operator, value)
        wanted = value if isinstance(value, tuple) else (value,)
        within = Product.category_id.in_(choosing.at_or_below(wanted))
        return (
            sa.or_(Product.category_id.is_(None), sa.not_(within)) if operator == "ne" else within
        )


def _category_name(id_: Any) -> str:
    return str(reading().scalar(sa.select(Category.name).where(Category.id == id_)) or id_)


def _rate_name(id_: Any) -> str:
    return str(reading().scalar(sa.select(VatRate.name).where(VatRate.id == id_)) or id_)


def _external_id(operator: str, value: Any) -> sa.ColumnElement[bool]:
    keys = value if operator == "in" else (value,)
    keyed = sa.select(ProductExternalId.record_id).where(ProductExternalId.key.in_(keys))
    return Product.id.in_(keyed)


def search_products(typed: str) -> sa.ColumnElement[bool]:
    """Give the SQL of the search box of the list: name, article, or a key in another system."""
    article = sa.select(Product.id).where(Product.article_key == normalised(typed))
    keyed = sa.select(ProductExternalId.record_id).where(ProductExternalId.key == typed.strip())
    return either(Product.id, contains(Product.search_name, typed), article, keyed)


SOURCE: Final = sa.outerjoin(Product, Category, Category.id == Product.category_id).outerjoin(
    VatRate, VatRate.id == Product.vat_rate_id
)
"""Products beside their categories and rates."""

PRODUCTS: Final = ListSpec(
    kind=KIND,
    id=Product.id,
    source=SOURCE,
    search=search_products,
    default_sort="name",
    further=pricing.further_columns,
    fields=(
        ListField("name", _("Name"), Product.name, FieldKind.TEXT, norm=Product.search_name),
        ListField("article", _("Article"), Product.article, FieldKind.TEXT),
        ListField("kind", _("What it is"), Product.kind, FieldKind.CHOICE, choices=KIND_TITLES),
        CategoryField(
            "category_id",
            _("Category"),
            Product.category_id,
            FieldKind.REF,
            sort_column=Category.name,
            show=_category_name,
        ),
        ListField("unit", _("Unit"), Product.unit, FieldKind.TEXT),
        ListField(
            "vat_rate_id",
            _("VAT rate"),
            Product.vat_rate_id,
            FieldKind.REF,
            sort_column=VatRate.position,
            show=_rate_name,
        ),
        ListField("cost", _("Cost"), Product.cost, FieldKind.MONEY, permission=COSTS),
        ListField("currency", _("Currency"), Product.currency, FieldKind.TEXT),
        ListField("active", _("Offered"), Product.active, FieldKind.FLAG, sortable=False),
        ListField("created_at", _("Entered"), Product.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Product.updated_at, FieldKind.MOMENT),
    ),
    filters=(ListFilter("external_id", _("Key in another system"), FieldKind.TEXT, _external_id),),
)
