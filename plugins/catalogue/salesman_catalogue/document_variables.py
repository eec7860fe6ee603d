"""What templates of documents may say of the lines of a deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesman_catalogue.lines.queries import lines_of, sums_of_rows
from salesman_catalogue.texts import texts

_ = texts.lazy

_LINE: Final = (
    ("article", _("Article"), "text"),
    ("name", _("Name"), "text"),
    ("unit", _("Unit"), "text"),
    ("quantity", _("Quantity"), "number"),
    ("price", _("Price"), "money"),
    ("discount_percent", _("Discount in percent"), "number"),
    ("discount_amount", _("Discount as a sum"), "money"),
    ("vat_percent", _("VAT in percent"), "number"),
    ("net", _("Sum without VAT"), "money"),
    ("vat", _("VAT"), "money"),
    ("amount", _("Sum with VAT"), "money"),
)
_TOTALS: Final = (
    ("number", _("How many lines there are"), "number"),
    ("net", _("Sum without VAT"), "money"),
    ("vat", _("VAT"), "money"),
    ("amount", _("Sum with VAT"), "money"),
)


def sections() -> list[Mapping[str, Any]]:
    """Give the lines of the deal, and what they come to."""
    return [
        {
            "name": "lines",
            "title": _("Lines of the deal"),
            "fields": _LINE,
            "rows": True,
            "agreed": True,
            "values": _lines,
        },
        {
            "name": "totals",
            "title": _("What the lines come to"),
            "fields": _TOTALS,
            "values": _totals,
        },
    ]


def _rows(about: Mapping[str, Any]) -> Sequence[Any]:
    deal_id = about["deal_id"]
    return [] if deal_id is None else lines_of(about["session"], deal_id)


def _lines(about: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name, _title, _kind in _LINE} for row in _rows(about)]


def _totals(about: Mapping[str, Any]) -> dict[str, Any]:
    rows = _rows(about)
    sums = sums_of_rows(rows)
    return {"number": len(rows), "net": sums.net, "vat": sums.vat, "amount": sums.amount}
