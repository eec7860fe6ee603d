"""What a file may bring in of products. The prices by level stand in ``pricing``."""

from __future__ import annotations

from typing import Final

from salesman_catalogue import choosing
from salesman_catalogue.lists import KIND_TITLES
from salesman_catalogue.models import KINDS
from salesman_catalogue.texts import texts
from salesman_catalogue.words import FIELDS as WORDS
from salesman_core.toolkit import reading
from salesman_hookspecs import ImportField, Text

_ = texts.lazy

FOUND_BY: Final = (("external_id",), ("article",), ("name",))
USUALLY: Final = _("External id, or else article, or else name")


def _kinds() -> list[tuple[str, Text]]:
    return [(one, KIND_TITLES[one]) for one in KINDS]


def _rates() -> list[tuple[str, Text]]:
    return [(one.name, one.name) for one in choosing.vat_rates(reading(), offered=True)]


FIELDS: Final = (
    ImportField(
        "name",
        WORDS["name"].title,
        (
            *("product", "product name", "item", "title"),
            *("наименование", "название", "номенклатура", "товар", "продукт", "услуга"),
        ),
        required=True,
    ),
    ImportField(
        "external_id",
        _("External id"),
        ("id", "uid", "product id", "ид", "код", "код товара", "внешний id"),
    ),
    ImportField(
        "article",
        WORDS["article"].title,
        ("sku", "part number", "item number", "vendor code", "артикул", "арт"),
    ),
    ImportField(
        "category",
        WORDS["category_id"].title,
        ("group", "series", "категория", "группа", "раздел"),
        recurs=True,
    ),
    ImportField(
        "unit",
        WORDS["unit"].title,
        ("uom", "unit of measure", "ед изм", "ед", "единица", "единица измерения"),
        recurs=True,
    ),
    ImportField(
        "kind",
        WORDS["kind"].title,
        ("goods or service", "товар или услуга", "тип товара", "вид товара"),
        choices=_kinds,
        otherwise=_("goods"),
    ),
    ImportField(
        "vat",
        WORDS["vat_rate_id"].title,
        ("vat", "tax", "tax rate", "ндс", "ставка ндс"),
        choices=_rates,
        otherwise=_("none is said"),
    ),
    ImportField(
        "cost",
        WORDS["cost"].title,
        ("cost price", "purchase price", "закуп", "закупка", "себестоимость", "цена закупки"),
        kind="money",
        money_currency="currency",
    ),
    ImportField("currency", WORDS["currency"].title, ("currency code", "валюта")),
    ImportField(
        "active",
        WORDS["active"].title,
        ("active", "offered", "активен", "действует", "продаётся"),
        kind="flag",
    ),
    ImportField(
        "description",
        WORDS["description"].title,
        (
            *("comment", "note", "short description"),
            *("описание", "примечание", "комментарий", "описание краткое"),
        ),
    ),
)
