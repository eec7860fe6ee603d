"""What the demo company sells, and the lines of some of its deals."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_catalogue import choosing
from salesman_catalogue.category_service import add_category
from salesman_catalogue.lines.service import replace_lines
from salesman_catalogue.service import create_product
from salesman_core.toolkit import Deal, company, reading
from salesman_hookspecs import Demo

DEALS: Final = 12
"""So many open deals have lines."""
_LEVELS: Final = (Decimal(1), Decimal("0.95"), Decimal("0.9"))
"""What the prices of the first levels are of the retail price."""
_COST: Final = Decimal("0.68")


@dataclass(frozen=True, slots=True)
class Words:
    """What is sold, in one language.

    :param shelves: categories, each with what is sold there: name, unit and retail price.
    """

    shelves: tuple[tuple[str, str, tuple[tuple[str, str, int], ...]], ...]


RUSSIAN: Final = Words(
    shelves=(
        (
            "Упаковка",
            "goods",
            (
                ("Гофрокороб 400×300×200", "шт.", 38),
                ("Лента упаковочная 48 мм", "шт.", 95),
                ("Стрейч-плёнка 500 мм", "рул.", 640),
            ),
        ),
        (
            "Оборудование",
            "goods",
            (
                ("Компрессор винтовой 15 кВт", "шт.", 412_000),
                ("Пресс гидравлический 40 т", "шт.", 286_500),
                ("Станок токарный 1К62", "шт.", 970_000),
                ("Стеллаж складской 2,5 м", "шт.", 9_800),
            ),
        ),
        (
            "Услуги",
            "service",
            (
                ("Пусконаладка", "ч", 3_200),
                ("Выезд мастера", "шт.", 18_500),
                ("Обучение операторов", "день", 24_000),
            ),
        ),
    )
)
ENGLISH: Final = Words(
    shelves=(
        (
            "Packaging",
            "goods",
            (
                ("Corrugated box 400×300×200", "pc", 1),
                ("Packing tape 48 mm", "pc", 2),
                ("Stretch film 500 mm", "roll", 9),
            ),
        ),
        (
            "Equipment",
            "goods",
            (
                ("Screw compressor 15 kW", "pc", 5_200),
                ("Hydraulic press 40 t", "pc", 3_600),
                ("Lathe 1K62", "pc", 12_300),
                ("Warehouse rack 2.5 m", "pc", 130),
            ),
        ),
        (
            "Services",
            "service",
            (
                ("Commissioning", "h", 45),
                ("Visit of a fitter", "pc", 240),
                ("Training of operators", "day", 310),
            ),
        ),
    )
)


def tell(demo: Demo) -> None:
    """Fill the catalogue, and sell some of it."""
    words = RUSSIAN if demo.language == "ru" else ENGLISH
    chance = random.Random(f"catalogue {demo.seed}")  # noqa: S311  # a story, not a secret
    began = datetime.combine(demo.today, time(9), UTC) - timedelta(days=60)
    with demo.at(began, demo.people["head"]):
        products = _fill(words)
    with demo.at(began + timedelta(days=59), demo.people["head"]):
        for deal_id in _open_deals(demo):
            chosen = chance.sample(products, chance.randint(2, 4))
            replace_lines(deal_id, [_line(chance, product) for product in chosen])


def _fill(words: Words) -> list[tuple[int, int]]:
    """Enter the products; give their ids with their prices."""
    session = reading()
    levels = [row.id for row in choosing.levels(session, offered=True)]
    rates = choosing.vat_rates(session, offered=True)
    rate = next((one.id for one in rates if one.percent), None)
    made: list[tuple[int, int]] = []
    for category, kind, shelf in words.shelves:
        category_id = add_category({"name": category})
        for name, unit, price in shelf:
            values: dict[str, Any] = {
                "name": name,
                "kind": kind,
                "unit": unit,
                "article": f"{1000 + len(made)}",
                "category_id": category_id,
                "vat_rate_id": rate,
                "cost": round(price * _COST, 2),
                "prices": [
                    {"level_id": level, "price": round(price * share, 2)}
                    for level, share in zip(levels, _LEVELS, strict=False)
                ],
            }
            made.append((create_product(values), price))
    return made


def _open_deals(demo: Demo) -> Sequence[int]:
    """Give some open deals in the company's currency, the last ones."""
    open_ = sa.select(Deal.id).where(
        Deal.id.in_(demo.deal_ids[-200:]),
        Deal.outcome.is_(None),
        Deal.currency == company().currency,
    )
    return reading().scalars(open_.order_by(Deal.id.desc()).limit(DEALS)).all()


def _line(chance: random.Random, product: tuple[int, int]) -> dict[str, Any]:
    product_id, price = product
    most = max(1, min(400, 400_000 // max(price, 1)))
    line: dict[str, Any] = {
        "product_id": product_id,
        "quantity": Decimal(chance.randint(1, most)),
    }
    if chance.random() < 0.25:  # noqa: PLR2004  # one of four
        line["discount_percent"] = Decimal(chance.choice((3, 5, 10)))
    return line
