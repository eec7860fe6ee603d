"""What a row of a file says of an invoice, judged as far as no database is needed for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from salesman_core.toolkit import ImportedRow, InvalidError, company, current_person, is_currency
from salesman_hookspecs import Text
from salesman_invoices.drafting import MOST_AMOUNT
from salesman_invoices.permissions import CHANGE_PAYMENTS, COSTS
from salesman_invoices.standing import company_day
from salesman_invoices.texts import texts

_ = texts.lazy

LONGEST: Final = {"number": 100, "purpose": 300, "comment": 5000, "external_id": 200}
_MOST_PERCENT: Final = Decimal(100)
_PAID: Final = ("paid_on", "paid_amount")


def refuse_hidden(row: ImportedRow) -> None:
    """Refuse costs where they are hidden, and payments where whoever imports may enter none.

    :raises InvalidError: by field.
    """
    person = current_person()
    wrong: dict[str, Text] = {}
    if "cost" in row and not person.may(COSTS):
        wrong["cost"] = _("Your roles do not let you see costs: leave this column out.")
    if not person.may(CHANGE_PAYMENTS):
        message = _("Your roles do not let you enter payments: leave this column out.")
        wrong |= dict.fromkeys([name for name in _PAID if name in row], message)
    _refuse(wrong)


def invoice_values(row: ImportedRow) -> dict[str, Any]:
    """Give what a row says of its invoice.

    :raises InvalidError: by field.
    """
    values = {name: value.strip() if isinstance(value, str) else value
              for name, value in row.items()}  # fmt: skip
    values["currency"] = str(values.get("currency") or company().currency).upper()
    _refuse(_wrong(values))
    return values


def _wrong(values: dict[str, Any]) -> dict[str, Text]:
    wrong: dict[str, Text] = {
        name: _("At most %(most)s characters fit here.", most=most)
        for name, most in LONGEST.items()
        if len(str(values.get(name, ""))) > most
    }
    if not values["number"]:
        wrong["number"] = _("An invoice has a number.")
    if not is_currency(values["currency"]):
        wrong["currency"] = _("There is no currency %(code)s.", code=values["currency"])
    if not 0 < values["amount"] <= MOST_AMOUNT:
        wrong["amount"] = _("An invoice is about more than nought.")
    if not 0 <= values.get("cost", 0) <= MOST_AMOUNT:
        wrong["cost"] = _("A cost is not below nought.")
    percent = values.get("vat_percent")
    if percent is not None and not _is_rate(percent):
        wrong["vat_percent"] = _("A rate of VAT is from nought to a hundred percent.")
    return wrong | _wrong_payment(values)


def _is_rate(percent: Decimal) -> bool:
    return 0 <= percent <= _MOST_PERCENT and percent == round(percent, 2)


def _wrong_payment(values: dict[str, Any]) -> dict[str, Text]:
    if "paid_amount" not in values:
        return {}
    if "paid_on" not in values:
        return {"paid_on": _("Say on which day it was paid.")} if values["paid_amount"] else {}
    if not 0 < values["paid_amount"] <= MOST_AMOUNT:
        return {"paid_amount": _("Say how much was paid: more than nought.")}
    if values["paid_on"] > company_day():
        return {"paid_on": _("This day is yet to come.")}
    return {}


def _refuse(wrong: dict[str, Text]) -> None:
    if wrong:
        raise InvalidError(next(iter(wrong.values())), wrong)


def payment_key(values: dict[str, Any]) -> str:
    """Give the key under which the file's payment of an invoice is found again."""
    return str(values.get("external_id") or f"{values['number']} {values['issued_on']}")
