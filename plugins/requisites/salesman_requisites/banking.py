"""Where a firm keeps its money: the bank and the account, judged against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from salesman_core.toolkit import InvalidError
from salesman_hookspecs import Text
from salesman_requisites import numbers
from salesman_requisites.identity import Judge, read_numbers
from salesman_requisites.texts import texts

_ = texts.lazy

NUMBERS: Final = ("bic", "account", "correspondent")


def is_russian(bic: str) -> bool:
    """Tell whether a bank is named by its БИК, and not by a BIC of the world (SWIFT code)."""
    return bool(re.fullmatch(r"[0-9]+", numbers.compact(bic)))


def judged_account(typed: Mapping[str, Any]) -> dict[str, str]:
    """Judge a bank account.

    A bank of Russia is known by its БИК, and its accounts by keys that fit it; of any other the
    BIC is wanted, and an IBAN or what its country has instead.

    :param typed: ``bic``, ``account`` and ``correspondent``.
    :returns: the same as they are kept.
    :raises InvalidError: by field.
    """
    bank = str(typed.get("bic") or "")
    russian = is_russian(bank)
    judge = numbers.bik if russian else numbers.bic
    found, wrong = read_numbers({"bic": judge}, typed)
    if not wrong:
        further, wrong = read_numbers(_judges(found["bic"], russian=russian), typed)
        found |= further
    wrong |= _missing(typed, wrong)
    if wrong:
        raise InvalidError(_("The bank account cannot be right."), wrong)
    return {name: found.get(name, "") for name in NUMBERS}


def _judges(bank: str, *, russian: bool) -> dict[str, Judge]:
    if russian:
        return {
            "account": partial(numbers.settlement_account, bank=bank),
            "correspondent": partial(numbers.correspondent_account, bank=bank),
        }
    return {"account": numbers.foreign_account, "correspondent": numbers.foreign_account}


def _missing(typed: Mapping[str, Any], wrong: Mapping[str, Text]) -> dict[str, Text]:
    needed = {
        "bic": _("Give the BIK of the bank, or its BIC abroad."),
        "account": _("Give the number of the account."),
    }
    return {
        name: message
        for name, message in needed.items()
        if name not in wrong and not numbers.compact(str(typed.get(name) or ""))
    }
