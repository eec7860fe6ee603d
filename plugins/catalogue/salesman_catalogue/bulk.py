"""Products as a list, and what may be done with many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_catalogue import choosing, pricing, queries
from salesman_catalogue.lists import KIND_TITLES, PRODUCTS
from salesman_catalogue.models import KIND
from salesman_catalogue.permissions import BULK_DELETE, COSTS, EDIT, EXPORT
from salesman_catalogue.service import change_product, delete_product, restore_product
from salesman_catalogue.texts import texts
from salesman_catalogue.words import FIELDS
from salesman_core.toolkit import (
    AnyRow,
    Column,
    RecordList,
    applied,
    binned,
    reading,
    unbinned,
    undone,
)
from salesman_hookspecs import BulkAction, BulkField, Text

_ = texts.lazy

COLUMNS: Final = (
    Column("name", FIELDS["name"].title, "name"),
    Column("article", FIELDS["article"].title, "article"),
    Column("category", FIELDS["category_id"].title, "category_id"),
    Column("unit", FIELDS["unit"].title, "unit"),
    Column("price", _("Price"), numeric=True),
    Column("vat", FIELDS["vat_rate_id"].title, "vat_rate_id"),
    Column("active", FIELDS["active"].title),
    Column("kind", FIELDS["kind"].title, "kind", usual=False),
    Column("cost", FIELDS["cost"].title, "cost", numeric=True, usual=False, permission=COSTS),
    Column("currency", FIELDS["currency"].title, "currency", usual=False),
    Column("created_at", _("Entered"), "created_at", usual=False),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
)
FOR_FILES: Final = (Column("description", FIELDS["description"].title),)
_AS_READ: Final = (
    *("name", "article", "unit", "active", "cost", "currency", "created_at", "updated_at"),
    "description",
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some products, for files."""
    paths = dict(choosing.category_choices(reading())) if rows else {}
    prices = pricing.usual_prices(rows)
    for row in rows:
        yield {
            **{name: getattr(row, name) for name in _AS_READ},
            "kind": str(KIND_TITLES[row.kind]),
            "category": paths.get(row.category_id),
            "vat": row.vat_name,
            "price": prices.get(row.id),
        }


LISTED: Final = RecordList(
    PRODUCTS,
    "catalogue.index",
    _("Products"),
    queries.NAMED,
    COLUMNS,
    _cells,
    export=EXPORT,
    for_files=FOR_FILES,
    along=("currency",),
)


def _switched(*, active: bool) -> Any:
    def act(product_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
        return applied(KIND, change_product)(product_id, {"active": active}, version)

    return act


def _chosen(field: str) -> Any:
    """Give an act that sets what was chosen, an empty choice for nothing."""

    def act(product_id: int, values: Mapping[str, Any], version: int | None) -> Any:
        chosen = values.get(field)
        wanted = {field: int(chosen) if chosen else None}
        return applied(KIND, change_product)(product_id, wanted, version)

    return act


def _categories() -> list[tuple[str, Text]]:
    return [(str(id_), path) for id_, path in choosing.category_choices(reading())]


def _rates() -> list[tuple[str, Text]]:
    return [(str(one.id), one.name) for one in choosing.vat_rates(reading(), offered=True)]


ACTIONS: Final = (
    BulkAction(
        id="category",
        kind=KIND,
        title=_("Into a category"),
        permission=EDIT,
        apply=_chosen("category_id"),
        undo=undone(KIND, change_product),
        fields=(
            BulkField("category_id", FIELDS["category_id"].title, "choice", choices=_categories),
        ),
        icon="folder",
        order=10,
        bare=True,
    ),
    BulkAction(
        id="vat",
        kind=KIND,
        title=_("VAT rate"),
        permission=EDIT,
        apply=_chosen("vat_rate_id"),
        undo=undone(KIND, change_product),
        fields=(
            BulkField(
                "vat_rate_id", FIELDS["vat_rate_id"].title, "choice", required=True, choices=_rates
            ),
        ),
        icon="receipt-tax",
        order=20,
    ),
    BulkAction(
        id="offer",
        kind=KIND,
        title=_("Offer"),
        permission=EDIT,
        apply=_switched(active=True),
        undo=undone(KIND, change_product),
        icon="eye",
        order=30,
    ),
    BulkAction(
        id="withdraw",
        kind=KIND,
        title=_("Offer no more"),
        permission=EDIT,
        apply=_switched(active=False),
        undo=undone(KIND, change_product),
        icon="eye-off",
        order=40,
    ),
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission=BULK_DELETE,
        apply=binned(KIND, delete_product),
        undo=unbinned(KIND, restore_product),
        icon="trash",
        order=90,
    ),
)
