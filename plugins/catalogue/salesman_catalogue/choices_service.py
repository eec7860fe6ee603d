"""The company's lists of price levels and VAT rates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_catalogue.models import Level, VatRate
from salesman_catalogue.permissions import MANAGE_PRICING
from salesman_catalogue.pricing import forget_levels
from salesman_catalogue.texts import texts
from salesman_core.toolkit import CompanyList, FieldWords, InvalidError, decimal_of, formats

_ = texts.lazy

_WHOLE: Final = Decimal(100)


def _level(_session: Session, _row: Level, _values: Mapping[str, Any], *, new: bool) -> None:
    del new  # it is no more than its name
    forget_levels()


def _rate(_session: Session, row: VatRate, values: Mapping[str, Any], *, new: bool) -> None:
    del new  # products go along with their rate, lines keep the one that they were sold at
    row.percent = _percent(str(values.get("percent") or ""))


def _percent(typed: str) -> Decimal | None:
    """Read a rate; an empty field says “without VAT”.

    :raises InvalidError: for what is no percentage.
    """
    typed = typed.strip().removesuffix("%").strip()
    if not typed:
        return None
    try:
        percent = decimal_of(typed)
    except ValueError as error:
        raise _wrong() from error
    if not 0 <= percent <= _WHOLE or percent != round(percent, 2):
        raise _wrong()
    return round(percent, 2)


def _wrong() -> InvalidError:
    message = _("Give a percentage from 0 to 100, or leave it empty for “without VAT”.")
    return InvalidError(message, {"percent": message})


def _told_level(row: Level) -> dict[str, Any]:
    return {"name": row.name, "active": row.active}


def _told_rate(row: VatRate) -> dict[str, Any]:
    return {"name": row.name, "percent": row.percent, "active": row.active}


LEVELS: Final = CompanyList("catalogue.level", Level, MANAGE_PRICING, _level, _told_level)
RATES: Final = CompanyList("catalogue.vat_rate", VatRate, MANAGE_PRICING, _rate, _told_rate)
"""Its values are ``name``, ``percent`` as it was typed, and ``active``."""

LEVELS.describe(_("Price level"), {"name": FieldWords(_("Name"))})
RATES.describe(
    _("VAT rate"),
    {
        "name": FieldWords(_("Name")),
        "percent": FieldWords(_("Percent"), figure=True, written=formats.number),
    },
)
