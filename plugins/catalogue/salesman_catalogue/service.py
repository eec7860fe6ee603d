"""Every change of products: the rules, the transaction, the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.models import (
    GOODS,
    KIND,
    Category,
    Level,
    Price,
    Product,
    ProductExternalId,
    VatRate,
)
from salesman_catalogue.permissions import COSTS, CREATE, DELETE, EDIT
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    Base,
    Changes,
    InvalidError,
    Planned,
    announce,
    audit,
    audit_many,
    carry_out,
    company,
    demand_permission,
    differences,
    for_change,
    from_bin,
    is_currency,
    named,
    now,
    plan_external_ids,
    touch,
    writing,
)

_ = texts.lazy

TEXTS: Final = ("article", "unit", "description")
_REFERENCES: Final = {
    "category_id": (Category, _("There is no such category.")),
    "vat_rate_id": (VatRate, _("There is no such VAT rate.")),
}


def create_product(values: Mapping[str, Any]) -> int:
    """Enter a product.

    :param values: as the JSON API names them.
    :returns: the new product's id.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        product = begin_product(session, values)
        session.add(product)
        session.flush()
        keys = values.get("external_ids") or {}
        carry_out(plan_external_ids(session, ProductExternalId, product.id, keys))
        note_products(session, [(product, values)])
        return product.id


def begin_product(session: Session, values: Mapping[str, Any]) -> Product:
    """Give a product that is to be written.

    :raises InvalidError: by field.
    """
    moment = now()
    product = Product(created_at=moment, updated_at=moment, imported={})
    product.prices, product.external_ids = [], []
    usual = {"kind": GOODS, "active": True, "currency": company().currency, "cost": Decimal(0)}
    wanted = {**usual, **dict.fromkeys(TEXTS, ""), **_columns(session, product, values)}
    wanted |= {} if "name" in wanted else {"name": named(None)}
    for name, value in wanted.items():
        setattr(product, name, value)
    _entitle(product)
    carry_out(plan_prices(session, product, values))
    return product


def note_products(session: Session, written: Sequence[tuple[Product, Mapping[str, Any]]]) -> None:
    """Note that products which have just been written came in.

    :param written: each with what was told of it.
    """
    told = [(product.id, product.name, _told(values)) for product, values in written]
    audit_many(session, KIND, "created", told)
    for product, _values in written:
        announce(session, "catalogue.product.created", KIND, product.id, {"name": product.name})


def _told(values: Mapping[str, Any]) -> Changes:
    told: Changes = {name: (None, value) for name, value in values.items() if value}
    if "prices" in told:
        told["prices"] = (None, _written(_by_level(values["prices"])))
    return told


def change_product(product_id: int, values: Mapping[str, Any], version: int | None = None) -> bool:
    """Change a product; give whether anything changed. No deal is touched by it.

    :param version: the version that the person saw; None where they do not say.
    """
    with writing() as session:
        product: Product = for_change(session, KIND, product_id, EDIT, version)
        changes = differences(product, _columns(session, product, values))
        for name, (_old, new) in changes.items():
            setattr(product, name, new)
        changes |= carry_out(
            [*plan_prices(session, product, values), *_keys(session, product, values)]
        )
        if not changes:
            return False
        _entitle(product)
        _keep(session, product, "changed", changes)
        return True


def keep_imported(session: Session, product: Product, imported: Mapping[str, Any]) -> None:
    """Keep with a product what a file knows of it and no field holds."""
    product.imported = {**product.imported, **imported}
    _keep(session, product, "changed", {})


def delete_product(product_id: int, version: int | None = None) -> None:
    """Put a product into the bin; the lines that it was sold in stay as they are."""
    with writing() as session:
        product: Product = for_change(session, KIND, product_id, DELETE, version)
        product.deleted_at = now()
        _keep(session, product, "deleted", {})


def restore_product(product_id: int) -> None:
    """Take a product out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        product: Product = from_bin(session, KIND, product_id, DELETE)
        _keep(session, product, "restored", {})


def _columns(session: Session, product: Product, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the columns are to hold, as far as *values* say.

    :raises InvalidError: by field.
    """
    wanted = {name: str(values[name] or "").strip() for name in TEXTS if name in values}
    wanted |= {name: values[name] for name in ("kind", "active") if name in values}
    if "name" in values:
        wanted["name"] = named(values["name"])
    if "currency" in values:
        wanted["currency"] = currency_named(values["currency"])
    if values.get("cost") is not None:
        demand_permission(COSTS)  # for the cost that it has as well: nobody finds it by trying
        wanted["cost"] = values["cost"]
    for name, (model, message) in _REFERENCES.items():
        if name in values:
            wanted[name] = values[name]
            if values[name] not in {None, getattr(product, name)}:
                _demand_there(session, model, name, values[name], message)
    return wanted


def currency_named(code: object) -> str:
    """Give a currency by its code, whatever its letters.

    :raises InvalidError: at ``currency``, where there is none.
    """
    known = str(code or "").strip().upper()
    if not is_currency(known):
        message = _("There is no currency %(code)s.", code=code)
        raise InvalidError(message, {"currency": message})
    return known


def _demand_there(session: Session, model: type[Base], name: str, id_: int, message: Any) -> None:
    if session.get(model, id_) is None:
        raise InvalidError(message, {name: message})


def _entitle(product: Product) -> None:
    """Let a product be found by its name and its article."""
    product.search_name = f"{product.name} {product.article}".strip()
    product.name_key, product.article_key = product.name, product.article


def _by_level(prices: Sequence[Mapping[str, Any]]) -> dict[int, Decimal]:
    """Give prices by level; nought is none."""
    return {int(one["level_id"]): one["price"] for one in prices if one["price"]}


def _written(prices: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(level_id): str(price) for level_id, price in sorted(prices.items())}


def plan_prices(session: Session, product: Product, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Plan the prices of a product, as far as *values* tell them.

    :raises InvalidError: for a level that there is not.
    """
    if "prices" not in values:
        return
    before = {one.level_id: one.price for one in product.prices}
    after = _by_level(values["prices"])
    if before == after:
        return
    _demand_levels(session, after.keys() - before.keys())
    yield Planned("prices", _written(before), _written(after), lambda: _set_prices(product, after))


def _demand_levels(session: Session, wanted: set[int]) -> None:
    known = (
        set(session.scalars(sa.select(Level.id).where(Level.id.in_(wanted)))) if wanted else set()
    )
    if wanted - known:
        message = _("There is no such price level.")
        raise InvalidError(message, {"prices": message})


def _set_prices(product: Product, wanted: Mapping[int, Decimal]) -> None:
    for one in list(product.prices):
        if one.level_id not in wanted:
            product.prices.remove(one)
        else:
            one.price = wanted[one.level_id]
    there = {one.level_id for one in product.prices}
    for level_id in wanted.keys() - there:
        product.prices.append(Price(level_id=level_id, price=wanted[level_id]))


def _keys(session: Session, product: Product, values: Mapping[str, Any]) -> Iterator[Planned]:
    if "external_ids" in values:
        keys = values["external_ids"]
        yield from plan_external_ids(session, ProductExternalId, product.id, keys)


def _keep(session: Session, product: Product, action: str, changes: Changes) -> None:
    touch(product)
    audit(session, KIND, product.id, product.name, action, changes)
    payload = {"fields": sorted(changes)} if action == "changed" else {}
    announce(session, f"catalogue.product.{action}", KIND, product.id, payload)
