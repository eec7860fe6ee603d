"""Lines of a deal out of a specification that somebody sent, and into files for others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Final

from salesman_catalogue import queries
from salesman_catalogue.lines.forms import Row, vat_written, written_number
from salesman_catalogue.lines.schemas import MOST_LINES
from salesman_catalogue.percents import rate_in
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    FileRow,
    FileRows,
    InvalidError,
    export_files,
    formats,
    normalised,
    read_at_once,
    reading,
    written,
)
from salesman_hookspecs import ImportField, Text

_ = texts.lazy

FIELDS: Final = (
    ImportField(
        "name",
        _("Product"),
        (
            *("name", "product name", "item", "description", "title"),
            *("номенклатура", "наименование", "название", "товар", "позиция", "услуга"),
        ),
        required=True,
    ),
    ImportField("article", _("Article"), ("sku", "part number", "vendor code", "артикул", "арт")),
    ImportField("unit", _("Unit"), ("uom", "ед изм", "ед", "единица", "единица измерения")),
    ImportField(
        "quantity",
        _("Quantity"),
        ("qty", "amount of units", "кол во", "количество", "колво"),
        kind="number",
    ),
    ImportField(
        "price",
        _("Price"),
        (
            *("unit price", "price per unit", "цена"),
            *("цена за ед р", "цена за ед", "цена за единицу", "цена за ед руб", "розница"),
        ),
        kind="money",
    ),
    ImportField(
        "discount_percent", _("Discount, %"), ("discount", "скидка", "скидка в процентах"), "number"
    ),
    ImportField("discount_amount", _("Discount, sum"), ("скидка сумма", "сумма скидки"), "money"),
    ImportField("vat", _("VAT, %"), ("vat", "tax", "ндс", "ставка ндс")),
    ImportField(
        "cost",
        _("Cost of one"),
        (
            *("cost", "cost price", "purchase price", "закуп", "себестоимость"),
            *("цена закуп р", "цена закуп", "цена закупки", "закупочная цена"),
        ),
        kind="money",
    ),
    ImportField(
        "total",
        _("Sum"),
        ("total", "line total", "amount", "цена итого р", "цена итого", "итого", "сумма"),
        kind="money",
    ),
)
_TOTAL: Final = ("итого", "всего", "total", "grand total", "sum total")


@dataclass(frozen=True, slots=True)
class Specification:
    """What was found in a file.

    :param found: how it was read.
    :param rows: a row of the form for each line; what could not be read says so in its cell.
    :param remarks: what else there is to say, by the number of the row in the file.
    :param total: what the file says that all lines come to; None where it does not say.
    :param totals_differ: the numbers of rows whose own sum is not price times quantity.
    """

    found: FileRows
    rows: Sequence[Row]
    remarks: Sequence[tuple[int, Text]]
    total: Decimal | None
    totals_differ: Sequence[int]


def read_specification(name: str, content: IO[bytes], *, on_top: bool) -> Specification:
    """Read a specification into rows of the form of lines.

    :param on_top: whether VAT comes on top of its prices; else it is inside.
    :raises InvalidError: at ``file``, where it cannot be read, or has nothing in it.
    """
    found = read_at_once(name, content, FIELDS, most=MOST_LINES)
    lines = [one for one in found.rows if not _is_total(one)]
    if not lines:
        message = _("There is no line in this file.")
        raise InvalidError(message, {"file": message})
    rows = list(_rows(lines, on_top=on_top))
    remarks = [(one.number, text) for one in lines for text in _remarks(one)]
    said = [one.values["total"] for one in found.rows if _is_total(one) and "total" in one.values]
    differ = [one.number for one in lines if _differs(one)]
    return Specification(found, rows, remarks, said[-1] if said else None, differ)


def _remarks(row: FileRow) -> Iterator[Text]:
    """Give what was wrong with a row, and what may be meant otherwise."""
    yield from row.errors.values()
    share = row.values.get("discount_percent", 0)
    if 0 < share < 1:
        read, meant = (formats.percent(one, digits=2) for one in (share, share * 100))
        yield _(
            "The discount was read as %(read)s. A sheet keeps %(meant)s as such a number: correct"
            " it if that is meant.",
            read=read,
            meant=meant,
        )


def _is_total(row: FileRow) -> bool:
    """Tell whether a row is the one that sums up the others."""
    words = normalised(row.values.get("name", "")).strip(" :.")
    return "price" not in row.values and words.startswith(_TOTAL)


def _differs(row: FileRow) -> bool:
    values = row.values
    if not {"total", "price", "quantity"} <= values.keys():
        return False
    if values.keys() & {"discount_percent", "discount_amount"}:
        return False
    return bool(abs(values["total"] - values["price"] * values["quantity"]) > Decimal("0.01"))


def _rows(lines: Sequence[FileRow], *, on_top: bool) -> Iterator[Row]:
    articles = [one.values["article"] for one in lines if "article" in one.values]
    products = queries.products_by_article(reading(), articles)
    for line in lines:
        yield _row(line, products.get(normalised(line.values.get("article", ""))), on_top=on_top)


def _row(line: FileRow, product: AnyRow | None, *, on_top: bool) -> Row:
    values = line.values
    cells = {
        "id": "",
        "product_id": "" if product is None else str(product.id),
        "name": str(values.get("name", ""))[:300],
        "unit": str(values.get("unit", "" if product is None else product.unit))[:30],
        "quantity": _written(values.get("quantity")),
        "level_id": "",
        "price": _written_money(values.get("price")),
        "discount": _discount(values),
        "vat": "",
        "cost": _written_money(values.get("cost")) if queries.sees_costs() else "",
    }
    wrong: dict[str, Text] = {
        name: text for name, text in line.errors.items() if name in cells and name
    }
    try:
        cells["vat"] = vat_written(_percent(values.get("vat", "")), on_top=on_top)
    except ValueError:
        wrong["vat"] = _("“%(rate)s” is no VAT rate.", rate=values["vat"])
    return Row(cells, wrong)


def _discount(values: Mapping[str, Any]) -> str:
    if values.get("discount_percent"):
        return f"{written_number(values['discount_percent'])} %"
    return _written_money(values.get("discount_amount")) if values.get("discount_amount") else ""


def _written(value: Decimal | None) -> str:
    return "" if value is None else written_number(value)


def _written_money(value: Decimal | None) -> str:
    return "" if value is None else written(value) or "0"


def _percent(text: str) -> Decimal | None:
    """Read a rate of VAT; words as “without VAT” are none."""
    return rate_in(text) if any(one.isdigit() for one in text) else None


def write_lines(
    target: IO[bytes], format_: str, lines: Sequence[AnyRow], *, sees_costs: bool
) -> None:
    """Write the lines of a deal into a file that :func:`read_specification` understands."""
    columns: list[tuple[Text, str]] = [
        (_("Article"), "article"),
        (_("Product"), "name"),
        (_("Unit"), "unit"),
        (_("Quantity"), "quantity"),
        (_("Price"), "price"),
        (_("Discount, %"), "discount_percent"),
        (_("Discount, sum"), "discount_amount"),
        (_("VAT, %"), "vat_percent"),
        (_("VAT"), "vat"),
        (_("Sum"), "amount"),
    ]
    if sees_costs:
        columns += [(_("Cost of one"), "cost"), (_("Cost"), "cost_amount")]
    rows = ([getattr(line, name) for _title, name in columns] for line in lines)
    export_files.WRITERS[format_](target, [str(title) for title, _name in columns], rows)
