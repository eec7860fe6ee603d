"""The JSON API of the catalogue: ``/api/v1/catalogue``. Its collection is the products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response

from salesman_catalogue import category_service, choosing, queries, service
from salesman_catalogue.lists import PRODUCTS
from salesman_catalogue.models import KIND
from salesman_catalogue.permissions import CREATE, DELETE, EDIT, MANAGE_CATEGORIES, VIEW
from salesman_catalogue.schemas import (
    CategoriesSchema,
    CategorySchema,
    LevelsSchema,
    ProductSchema,
    VatRatesSchema,
)
from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    RecordAnswers,
    arguments,
    batch,
    bulk,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)

api = ApiBlueprint("catalogue", __name__, title="Catalogue")


def product_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give products as the API shows them, in a fixed number of statements."""
    hanging = queries.hanging(reading(), [row.id for row in rows])
    sees_costs = queries.sees_costs()
    return [_item(row, hanging, sees_costs=sees_costs) for row in rows]


def _item(row: AnyRow, hanging: queries.Hanging, *, sees_costs: bool) -> dict[str, Any]:
    prices = sorted(hanging.prices[row.id].items())
    return {
        **{column.key: getattr(row, column.key) for column in queries.PRODUCT},
        "cost": row.cost if sees_costs else None,
        "prices": [{"level_id": level_id, "price": price} for level_id, price in prices],
        "external_ids": hanging.external_ids.get(row.id, {}),
    }


ANSWERS: Final = RecordAnswers(KIND, queries.one_product, product_items)


@api.get("")
@requires(VIEW)
@list_arguments(PRODUCTS)
@page_response(ProductSchema)
def list_products(query: ListQuery) -> Response:
    """List products."""
    page = select_page(reading(), queries.PRODUCT, PRODUCTS, query, visible(KIND))
    return page_answer(product_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(ProductSchema)
@response(ProductSchema, 201)
def create_product(values: dict[str, Any]) -> Response:
    """Enter a product."""
    return ANSWERS.changed(service.create_product(values), 201)


@api.post("/batch")
@requires(CREATE)
@batch(ProductSchema)
def create_products(values: dict[str, Any]) -> dict[str, Any]:
    """Enter many products, with a result for each."""
    row = queries.some_products(reading(), [service.create_product(values)])
    (item,) = product_items(list(row.values())) or [{}]
    return item


@api.post("/bulk")
@requires(VIEW)
@bulk(PRODUCTS)
def act_on_products() -> None:
    """Do one thing with many products, with a result for each."""


@api.get("/<int:record_id>")
@requires(VIEW)
@response(ProductSchema)
def read_product(record_id: int) -> Response:
    """Read a product."""
    return ANSWERS.whole(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(ProductSchema(partial=True))
@response(ProductSchema)
def change_product(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change a product. No deal is touched by it."""
    service.change_product(record_id, values, version)
    return ANSWERS.changed(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_product(record_id: int, version: int | None) -> None:
    """Put a product into the bin."""
    service.delete_product(record_id, version)


@api.get("/categories")
@requires(VIEW)
@response(CategoriesSchema)
def list_categories() -> dict[str, Any]:
    """List all categories, each behind the one that it is in."""
    return {"items": choosing.tree(reading())}


@api.post("/categories")
@requires(MANAGE_CATEGORIES)
@arguments(CategorySchema)
@response(CategorySchema, 201)
def add_category(values: dict[str, Any]) -> Any:
    """Add a category."""
    category_id = category_service.add_category(values)
    return next(one for one in choosing.tree(reading()) if one.id == category_id)


@api.get("/levels")
@requires(VIEW)
@response(LevelsSchema)
def list_levels() -> dict[str, Any]:
    """List the price levels."""
    return {"items": choosing.levels(reading())}


@api.get("/vat-rates")
@requires(VIEW)
@response(VatRatesSchema)
def list_vat_rates() -> dict[str, Any]:
    """List the VAT rates."""
    return {"items": choosing.vat_rates(reading())}
