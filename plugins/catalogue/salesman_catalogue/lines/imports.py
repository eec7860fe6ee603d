"""Lines that files of deals bring along: a product, how much of it, and for how much.

A row has one line. The deal has it already where one of its lines is of the same product, or is
called so: then quantity and price follow the file; else the line is added behind the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.asked import named
from salesman_catalogue.lines import queries, service
from salesman_catalogue.lines.drafting import DraftedLine, LineDrafts
from salesman_catalogue.lines.schemas import LineSchema
from salesman_catalogue.models import Line
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    Deal,
    ImportedRow,
    InvalidError,
    SalesmanError,
    company,
    judge,
    normalised,
    one_of,
    reading,
    writing,
)
from salesman_hookspecs import ImportField, ImportPart

_ = texts.lazy

_ONE: Final = Decimal(1)
_SCHEMA: Final = LineSchema()
PRODUCT: Final = "catalogue.product"
QUANTITY: Final = "catalogue.quantity"
PRICE: Final = "catalogue.price"
FIELDS: Final = (
    ImportField(
        "product",
        _("Line: product"),
        ("line product", "product of the line", "товар строки"),
        recurs=True,
        otherwise=_("the deal gets no line"),
    ),
    ImportField(
        "quantity",
        _("Line: quantity"),
        ("line quantity", "количество строки"),
        kind="number",
        otherwise=_("one"),
    ),
    ImportField(
        "price",
        _("Line: price"),
        ("line price", "цена строки"),
        kind="money",
        otherwise=_("the amount of the deal, where it is one"),
    ),
)


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """A line that a row says.

    :param said: as :class:`LineSchema` gives it.
    :param drafted: as it would be written in a deal of the row's currency.
    """

    said: Mapping[str, Any]
    drafted: DraftedLine


def judge_lines(rows: Mapping[int, ImportedRow]) -> dict[int, ImportedLine | SalesmanError]:
    """Give the lines that rows say; a row without a product or a price has none."""
    session = reading()
    products = named(session, {row[PRODUCT] for row in rows.values() if PRODUCT in row})
    ids = {name: row.id for name, row in products.items()}
    found: dict[int, ImportedLine | SalesmanError] = {}
    by_currency: dict[str, dict[int, Mapping[str, Any]]] = {}
    for place, row in rows.items():
        price = _price(row)
        if PRODUCT not in row or price is None:
            continue
        try:
            said = judge(_SCHEMA, _line(row, ids.get(row[PRODUCT]), price))
        except InvalidError as error:
            found[place] = error
        else:
            currency = row.get("currency") or company().currency
            by_currency.setdefault(currency, {})[place] = said
    for currency, lines in by_currency.items():
        found |= _drafted(session, currency, lines)
    return found


def _price(row: ImportedRow) -> Decimal | None:
    """Give what one costs; the amount of the deal, where there is one of it and nobody says."""
    price: Decimal | None = row.get(PRICE)
    if price is None and row.get(QUANTITY, _ONE) == _ONE:
        return row.get("amount")
    return price


def _line(row: ImportedRow, product_id: int | None, price: Decimal) -> dict[str, Any]:
    """Give the line of a row; its price is meant as the company means amounts."""
    quantity = row.get(QUANTITY, _ONE)
    line: dict[str, Any] = (
        {"name": row[PRODUCT]} if product_id is None else {"product_id": product_id}
    )
    line |= {"quantity": f"{quantity:f}", "price": f"{price:f}"}
    if company().vat == "without":
        line["vat_on_top"] = True
    if "cost" in row and quantity == _ONE:
        line["cost"] = f"{row['cost']:f}"
    return line


def _drafted(
    session: Session, currency: str, lines: Mapping[int, Mapping[str, Any]]
) -> dict[int, ImportedLine | SalesmanError]:
    drafts = LineDrafts(session, currency, {}).of(list(lines.values()))
    return {
        place: InvalidError(_("The line is not right."), draft.wrong)
        if draft.wrong
        else ImportedLine(said, draft)
        for (place, said), draft in zip(lines.items(), drafts, strict=True)
    }


def begin_deal(deal: Deal, line: ImportedLine) -> None:
    """Let a new deal amount to what its line comes to."""
    service.begin_with(deal, [line.drafted])


def write_lines(lines: Mapping[int, ImportedLine]) -> dict[int, Exception | None]:
    """Write lines by their deals; give None for deals that changed, an error for what cannot be."""
    with writing() as session:
        held: dict[int, list[Line]] = {}
        there = queries.current_lines(Line).where(one_of(Line.deal_id, list(lines)))
        for one in session.scalars(there.order_by(Line.position)):
            held.setdefault(one.deal_id, []).append(one)
        deals = session.scalars(sa.select(Deal).where(one_of(Deal.id, list(lines)))).all()
        born = [deal for deal in deals if deal.id not in held and service.owns(deal)]
        service.write_first(session, [(deal, [lines[deal.id].drafted]) for deal in born])
        told: dict[int, Exception | None] = dict.fromkeys(deal.id for deal in born)
        for id_, line in lines.items():
            if id_ in told:
                continue
            try:
                with session.begin_nested():
                    changed = _follow(id_, held.get(id_, ()), line)
            except SalesmanError as error:
                told[id_] = error
            else:
                if changed:
                    told[id_] = None
        return told


def _follow(deal_id: int, held: Sequence[Line], line: ImportedLine) -> bool:
    """Let a deal have a line as the file says it; give whether that is anything new."""
    meant = next((one for one in held if _is_same(one, line.drafted)), None)
    if meant is None:
        return service.add_lines(deal_id, [line.said])
    wanted = {name: line.said[name] for name in ("quantity", "price")}
    if all(getattr(meant, name) == value for name, value in wanted.items()):
        return False
    lines = [
        {"id": one.id, "quantity": one.quantity, **(wanted if one is meant else {})} for one in held
    ]
    return service.replace_lines(deal_id, lines)


def _is_same(line: Line, drafted: DraftedLine) -> bool:
    product_id = drafted.values["product_id"]
    if product_id is not None:
        return bool(line.product_id == product_id)
    return normalised(line.name) == normalised(drafted.values["name"])


PART: Final = ImportPart(
    "deal", FIELDS, judge_lines, write_lines, begin_deal, decides=("amount", "cost", "margin")
)
"""What files of deals may say of lines."""
