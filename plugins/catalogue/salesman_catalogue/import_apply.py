"""Products of a file written in bulk, by the same steps as a single one."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_catalogue import pricing, service
from salesman_catalogue.category_service import NamedCategories
from salesman_catalogue.lists import KIND_TITLES
from salesman_catalogue.models import KIND, KINDS, Product, ProductExternalId, VatRate
from salesman_catalogue.percents import rate_in
from salesman_catalogue.permissions import (
    COSTS,
    CREATE,
    EDIT,
    MANAGE_CATEGORIES,
    MANAGE_PRICING,
)
from salesman_catalogue.schemas import ProductSchema
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    UNMAPPED,
    AnyRow,
    Bin,
    Draft,
    ImportedRow,
    InvalidError,
    Key,
    Matching,
    RowWriter,
    audit,
    chosen_keys,
    current_person,
    demand_permission,
    formats,
    judge,
    named,
    normalised,
    touch_records,
    visible,
    write_rows,
    writing,
)
from salesman_hookspecs import ImportBatch, ImportOutcome

_ = texts.lazy

ARTICLE_OR_NAME: Final = "article or name"
_PLAIN: Final = ("name", "article", "unit", "currency", "active", "description")
_SCHEMA: Final = ProductSchema(partial=True)
_NO_VAT: Final = frozenset({"none", "no vat", "without vat", "без ндс", "нет", "не облагается"})
_WHOLE: Final = Decimal(100)

Found = Iterable[tuple[Hashable, int]]


def apply_products(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of products; see ``ImportType.apply``."""
    demand_permission(CREATE)
    with writing() as session:
        return ProductRows(session, batch).write(batch.rows)


class ProductRows(RowWriter[Product, Draft[Product]]):
    """Writes the rows of a batch as products."""

    kind = KIND
    edit = EDIT
    loading = (selectinload(Product.prices), selectinload(Product.external_ids))

    def __init__(self, session: Session, batch: ImportBatch) -> None:
        match = batch.options.get("match", ())
        keys = chosen_keys(_KEYS, match, (ARTICLE_OR_NAME,))
        super().__init__(session, batch, Matching(batch.source, ProductExternalId, keys))
        person = current_person()
        self._source = batch.source
        self._categories = NamedCategories(session, create=person.may(MANAGE_CATEGORIES))
        self._rates = NamedRates(session, create=person.may(MANAGE_PRICING))

    def refuse_hidden(self, row: ImportedRow) -> None:
        """Refuse costs where they are hidden.

        :raises InvalidError: at the field.
        """
        if "cost" in row and not current_person().may(COSTS):
            message = _("Your roles do not include costs: leave this column out.")
            raise InvalidError(message, {"cost": message})

    def draft(self, row: ImportedRow, record: Product | None) -> Draft[Product]:
        """Read a row."""
        asked: dict[str, Any] = {name: _trimmed(row[name]) for name in _PLAIN if name in row}
        if "currency" in asked:
            asked["currency"] = service.currency_named(asked["currency"])
        if "cost" in row:
            asked["cost"] = row["cost"]
        if "kind" in row:
            asked["kind"] = _kind_meant(row["kind"])
        if "external_id" in row:
            asked["external_ids"] = {self._source: row["external_id"]}
        asked["prices"] = _prices(pricing.told_prices(row))
        values = judge(_SCHEMA, asked)
        values["name"] = named(values["name"])  # as it is kept, with single spaces
        if "category" in row:
            values["category_id"] = self._categories.of(row["category"])
        if "vat" in row:
            values["vat_rate_id"] = self._rates.of(row["vat"])
        return Draft(row, record, values)

    def begin(self, draft: Draft[Product]) -> Product:
        """Give the new product."""
        product = service.begin_product(self.session, draft.values)
        product.imported = dict(draft.row.get(UNMAPPED, {}))
        return product

    def note(self, drafts: Sequence[Draft[Product]]) -> None:
        """Note new products, and their keys."""
        keys = [
            {"record_id": draft.written.id, "source": source, "key": key}
            for draft in drafts
            for source, key in draft.values.get("external_ids", {}).items()
        ]
        write_rows(self.session, ProductExternalId, keys)
        service.note_products(self.session, [(one.written, one.values) for one in drafts])

    def differs(self, draft: Draft[Product]) -> bool:
        """Tell whether a row says anything new."""
        return bool(_news(draft)) or _remembers(draft)

    def change(self, draft: Draft[Product]) -> None:
        """Change what the row says otherwise."""
        if news := _news(draft):
            service.change_product(draft.written.id, news)
        if _remembers(draft):
            service.keep_imported(self.session, draft.written, draft.row[UNMAPPED])


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _prices(by_level: Mapping[int, Decimal]) -> list[dict[str, Any]]:
    return [{"level_id": level, "price": price} for level, price in sorted(by_level.items())]


def _news(draft: Draft[Product]) -> dict[str, Any]:
    """Give what a row says otherwise than the product has it, as the JSON API names it.

    What it leaves out stays, a price at another level too.
    """
    product, told = draft.written, draft.values
    plain = told.keys() - {"prices", "external_ids"}
    news = {name: told[name] for name in plain if told[name] != getattr(product, name)}
    held = {one.level_id: one.price for one in product.prices}
    prices = held | {one["level_id"]: one["price"] for one in told["prices"]}
    news |= {"prices": _prices(prices)} if prices != held else {}
    keys = {one.source: one.key for one in product.external_ids}
    more = keys | told.get("external_ids", {})
    return news | ({"external_ids": more} if more != keys else {})


def _remembers(draft: Draft[Product]) -> bool:
    held, told = draft.written.imported, draft.row.get(UNMAPPED, {})
    return bool(held | told != held)


def _kind_meant(text: str) -> str:
    words = {normalised(str(title)): kind for kind, title in KIND_TITLES.items()}
    words |= {kind: kind for kind in KINDS} | {"товар": "goods", "услуга": "service"}
    found = words.get(normalised(text))
    if found is None:
        known = ", ".join(str(KIND_TITLES[one]) for one in KINDS)
        message = _("Give one of %(known)s.", known=known)
        raise InvalidError(message, {"kind": message})
    return found


class NamedRates:
    """Finds VAT rates by name or percentage, for imports; makes those that there are not."""

    def __init__(self, session: Session, *, create: bool) -> None:
        self._session, self._create = session, create
        rows: Sequence[AnyRow] = session.execute(
            sa.select(VatRate.id, VatRate.name, VatRate.percent).order_by(
                VatRate.active.desc(), VatRate.position, VatRate.id
            )
        ).all()
        self._next = len(rows)
        self._by_name: dict[str, int] = {normalised(row.name): row.id for row in reversed(rows)}
        self._by_percent: dict[Decimal | None, int] = {
            row.percent: row.id for row in reversed(rows)
        }

    def of(self, text: str) -> int:
        """Give the id of a rate.

        :raises InvalidError: for what is none, and where there is none and none is to be made.
        """
        word = normalised(text)
        if word in self._by_name:
            return self._by_name[word]
        percent = None if word in _NO_VAT else _percent(text)
        if percent not in self._by_percent:
            self._by_percent[percent] = self._made(percent)
        return self._by_percent[percent]

    def _made(self, percent: Decimal | None) -> int:
        name = _named(percent)
        if not self._create:
            message = _("There is no VAT rate “%(name)s”, and you may not add it.", name=name)
            raise InvalidError(message, {"vat": message})
        rate = VatRate(name=name, percent=percent, position=self._next)
        self._next += 1
        self._session.add(rate)
        self._session.flush()
        told = {"name": (None, rate.name), "percent": (None, percent)}
        audit(self._session, "catalogue.vat_rate", rate.id, rate.name, "created", told)
        touch_records(VatRate, [rate.id])
        return rate.id


def _named(percent: Decimal | None) -> str:
    if percent is None:
        return texts.gettext("Without VAT")
    return texts.gettext(
        "VAT %(percent)s", percent=formats.percent(percent, digits=_digits(percent))
    )


def _digits(percent: Decimal) -> int:
    return 0 if percent == percent.to_integral_value() else 2


def _percent(text: str) -> Decimal:
    try:
        percent = rate_in(text)
    except ValueError as error:
        raise _no_rate(text) from error
    if not 0 <= percent <= _WHOLE:
        raise _no_rate(text)
    return percent


def _no_rate(text: str) -> InvalidError:
    message = _("“%(rate)s” is no VAT rate.", rate=text)
    return InvalidError(message, {"vat": message})


def _articles(row: ImportedRow) -> list[Hashable]:
    article = normalised(row.get("article", ""))
    return [article] if article else []


def _names(row: ImportedRow) -> list[Hashable]:
    return [normalised(row["name"])]


def _article_or_name(row: ImportedRow) -> list[Hashable]:
    """Give the article of a row; where it has none, its name."""
    return _articles(row) or [("name", name) for name in _names(row)]


def _of_articles(session: Session, values: Collection[Any], where: Bin) -> Found:
    query = sa.select(Product.article_key, Product.id)
    query = query.where(Product.article_key.in_(values), visible(KIND, bin=where))
    return [(row[0], row[1]) for row in session.execute(query)]


def _of_names(session: Session, values: Collection[Any], where: Bin) -> Found:
    """Give the products of some names; where one of them has no article, that one alone.

    What has an article is told by it: a row without one hardly means that.
    """
    query = sa.select(Product.name_key, Product.article_key, Product.id)
    query = query.where(Product.name_key.in_(values), visible(KIND, bin=where))
    rows = session.execute(query).all()
    bare = {row.name_key for row in rows if not row.article_key}
    return [
        (row.name_key, row.id) for row in rows if not row.article_key or row.name_key not in bare
    ]


def _of_either(session: Session, values: Collection[Any], where: Bin) -> Found:
    names = {one[1] for one in values if isinstance(one, tuple)}
    articles = {one for one in values if isinstance(one, str)}
    found: list[tuple[Hashable, int]] = []
    if names:
        found += [(("name", name), id_) for name, id_ in _of_names(session, names, where)]
    if articles:
        found += _of_articles(session, articles, where)
    return found


_KEYS: Final = {
    "article": Key(_articles, _of_articles),
    "name": Key(_names, _of_names),
    ARTICLE_OR_NAME: Key(_article_or_name, _of_either),
}
