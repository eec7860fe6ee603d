"""The lines of a deal as a person types them: rows of cells, turned into what the API takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from salesman_catalogue import choosing, queries
from salesman_catalogue.lines.schemas import MOST_LINES
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    decimal_of,
    formats,
    money_of,
    normalised,
    number_or_none,
    reading,
    written,
)
from salesman_hookspecs import Text

_ = texts.lazy

Typed = MultiDict[str, str]

CELLS: Final = (
    *("id", "product_id", "name", "unit", "quantity", "level_id", "price"),
    *("discount", "vat", "cost"),
)
"""The cells of a row, each a field of the form that comes once for each row."""
_SAYS_SOMETHING: Final = ("product_id", "name", "quantity", "price")
SPARE: Final = 3
"""So many empty rows stand below the lines."""
TITLES: Final[Mapping[str, Text]] = {
    "name": _("Product"),
    "unit": _("Unit"),
    "quantity": _("Quantity"),
    "level_id": _("Price level"),
    "price": _("Price"),
    "discount": _("Discount"),
    "vat": _("VAT"),
    "cost": _("Cost of one"),
    "amount": _("Sum"),
}
_CELL_OF: Final = {
    "product_id": "name",
    "id": "name",
    "article": "name",
    "discount_percent": "discount",
    "discount_amount": "discount",
    "vat_percent": "vat",
    "vat_on_top": "vat",
}
"""In which cell stands what the API calls otherwise."""
_PERCENT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
ON_TOP: Final = "on_top"
INSIDE: Final = "inside"


@dataclass(slots=True)
class Row:
    """A row of the form.

    :param cells: what stands in it, as it was typed.
    :param wrong: what is wrong, by cell.
    :param amount: what it comes to, as people read it.
    :param product: what the product is called for which its words stand, where that was found.
    """

    cells: dict[str, str]
    wrong: dict[str, Text] = field(default_factory=dict)
    amount: str = ""
    product: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is said in it."""
        return not any(self.cells.get(name, "").strip() for name in _SAYS_SOMETHING)


def typed_rows(form: Typed) -> list[Row]:
    """Give the rows of a form."""
    columns = {name: form.getlist(name)[: MOST_LINES + SPARE] for name in CELLS}
    number = len(columns["name"])
    return [
        Row({name: of[place] if place < len(of) else "" for name, of in columns.items()})
        for place in range(number)
    ]


def rows_of(lines: Sequence[AnyRow], currency: str) -> list[Row]:
    """Give the rows of lines as they stand."""
    sees_costs = queries.sees_costs()
    return [_row(one, currency, sees_costs=sees_costs) for one in lines]


def _row(line: AnyRow, currency: str, *, sees_costs: bool) -> Row:
    cells = {name: _shown(getattr(line, name)) for name in ("id", "product_id", "level_id")}
    cells |= {name: getattr(line, name) for name in ("name", "unit")}
    cells |= {
        "quantity": written_number(line.quantity),
        "price": written(line.price) or "0",
        "discount": _discount_written(line.discount_percent, line.discount_amount),
        "vat": vat_written(line.vat_percent, on_top=line.vat_on_top),
        "cost": (written(line.cost) or "0") if sees_costs else "",
    }
    return Row(cells, amount=formats.money(line.amount, currency))


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def written_number(value: Decimal) -> str:
    """Give a quantity as it stands in a cell: without zeros at its end."""
    plain = value.normalize() if value % 1 else value.to_integral_value()
    return written(plain) if plain else "0"


def _discount_written(percent: Decimal | None, amount: Decimal | None) -> str:
    if percent is not None:
        return f"{written_number(percent)} %"
    return "" if amount is None else written(amount)


def vat_written(percent: Decimal | None, *, on_top: bool) -> str:
    """Give the choice of VAT that a line has, as ``20.00:inside``."""
    return "" if percent is None else f"{percent}:{ON_TOP if on_top else INSIDE}"


def vat_choices(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Give what may be chosen as VAT: the company's rates, and those that rows have already."""
    percents = [one.percent for one in choosing.vat_rates(reading(), offered=True)]
    known = [one for one in percents if one is not None]
    known += _known_vats(rows)
    choices = [("", str(_("without VAT")))]
    for percent in dict.fromkeys(known):
        share = formats.percent(percent, digits=0 if percent % 1 == 0 else 2)
        inside = texts.gettext("%(percent)s inside", percent=share)
        on_top = texts.gettext("%(percent)s on top", percent=share)
        choices += [(f"{percent}:{INSIDE}", inside), (f"{percent}:{ON_TOP}", on_top)]
    return choices


def _vat_of(chosen: str) -> tuple[Decimal | None, bool]:
    """Give the percentage of a choice of VAT, and whether it comes on top.

    :raises ValueError: for what is no choice: it must not pass for “without VAT”.
    """
    percent, _colon, how = chosen.partition(":")
    if percent and not _PERCENT.fullmatch(percent):
        raise ValueError(_("“%(rate)s” is no VAT rate.", rate=percent))
    return (Decimal(percent) if percent else None), how == ON_TOP


def _known_vats(rows: Sequence[Row]) -> Iterator[Decimal]:
    for row in rows:
        with suppress(ValueError):
            percent, _on_top = _vat_of(row.cells["vat"])
            if percent is not None:
                yield percent


@dataclass(frozen=True, slots=True)
class Said:
    """What the rows of a form say.

    :param lines: as :class:`LineSchema` takes them, a line for each row that says something.
    :param rows: of which row each line is.
    """

    lines: Sequence[dict[str, Any]]
    rows: Sequence[Row]

    def tell(self, wrong: Mapping[str, Text]) -> None:
        """Say in the cells what is wrong, as ``lines.2.price`` names it."""
        for name, message in wrong.items():
            _lines, _dot, rest = name.partition(".")
            place, _dot, column = rest.partition(".")
            if place.isdecimal() and int(place) < len(self.rows):
                self.rows[int(place)].wrong.setdefault(_CELL_OF.get(column, column), message)


def said_by(rows: Sequence[Row], held: Mapping[int, AnyRow] | None = None) -> Said:
    """Read the rows of a form; what cannot be read is told in its cell.

    People also choose a product by typing its article: that is found here. A line that is there
    already and whose words nobody touched stays what it was, whatever article came in since.

    :param held: the lines that the deal has, by their ids.
    """
    saying = [row for row in rows if not row.is_blank]
    _find_articles([row for row in saying if not _is_untouched(row, held or {})])
    return Said([dict(_line(row)) for row in saying], saying)


def _is_untouched(row: Row, held: Mapping[int, AnyRow]) -> bool:
    line = held.get(number_or_none(row.cells["id"]) or 0)
    return line is not None and line.name == row.cells["name"].strip()


def _find_articles(rows: Sequence[Row]) -> None:
    open_ = [row for row in rows if not row.cells["product_id"] and row.cells["name"].strip()]
    found = queries.products_by_article(reading(), [row.cells["name"] for row in open_])
    for row in open_:
        product = found.get(normalised(row.cells["name"]))
        if product is None:
            continue
        row.cells |= {"product_id": str(product.id), "name": product.name}
        row.product = product.name
        row.cells["unit"] = row.cells["unit"] or product.unit
        row.cells["vat"] = row.cells["vat"] or vat_written(product.vat_percent, on_top=False)


def _line(row: Row) -> Iterator[tuple[str, Any]]:
    cells = row.cells
    for name in ("id", "product_id", "level_id"):
        number = number_or_none(cells[name])
        if name != "id" or number is not None:
            yield name, number
    yield "name", cells["name"].strip()
    yield "unit", cells["unit"].strip()
    for name, read in (("quantity", decimal_of), ("price", money_of), ("cost", money_of)):
        value = _read(row, name, read)
        if value is not None:
            yield name, value
    yield from _discount(row)
    vat = _read(row, "vat", _vat_of)
    percent, on_top = (None, False) if vat is None else vat
    yield from (("vat_percent", percent), ("vat_on_top", on_top))


def _read(row: Row, name: str, read: Any) -> Any:
    """Read a cell; nothing of an empty one, and of one that cannot be read, which says so."""
    typed = row.cells[name].strip()
    if not typed:
        return None
    try:
        return read(typed)
    except ValueError as error:
        row.wrong[name] = getattr(error, "reason", None) or error.args[0]
        return None


def _discount(row: Row) -> Iterator[tuple[str, Any]]:
    """Read a discount: with a sign of percent it is a share, else a sum."""
    typed = row.cells["discount"].strip()
    percent = amount = None
    if typed.endswith("%"):
        row.cells["discount"] = typed.removesuffix("%").strip()
        percent = _read(row, "discount", decimal_of)
        row.cells["discount"] = typed
    elif typed:
        amount = _read(row, "discount", money_of)
    yield from (("discount_percent", percent), ("discount_amount", amount))
