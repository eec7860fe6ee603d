"""Rates out of files: a currency, a day, a rate, and for how many units it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from salesman_core.db import writing
from salesman_core.deals.permissions import RATES
from salesman_core.deals.rate_table import enter_rate, for_one, judged_rate, tell_of_rates
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.imports.outcomes import refusal
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType

_ = texts.lazy

FIELDS: Final = (
    ImportField(
        "currency",
        _("Currency"),
        ("code", "currency code", "валюта", "код", "код валюты", "букв. код", "буквенный код"),
        required=True,
    ),
    ImportField("day", _("Day"), ("date", "дата", "день"), kind="date", required=True),
    ImportField("rate", _("Rate"), ("value", "курс", "curs"), kind="number", required=True),
    ImportField(
        "per",
        _("For how many units"),
        ("units", "nominal", "per how many", "номинал", "единиц", "за сколько единиц"),
        kind="number",
    ),
)

_OUTCOMES: Final = {"created": "created", "changed": "updated", "unchanged": "unchanged"}


def apply_rates(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of rates; what lacks its rate gets it afterwards."""
    with writing() as session:
        outcomes = [_apply(row) for row in batch.rows]
        rows = zip(batch.rows, outcomes, strict=True)
        new = {
            _code(row): outcome.record_id
            for row, outcome in rows
            if outcome.action in {"created", "updated"} and outcome.record_id is not None
        }
        tell_of_rates(session, new)
    return outcomes


def _apply(row: Mapping[str, Any]) -> ImportOutcome:
    try:
        rate = for_one(row["rate"], _units(row))
        judged = judged_rate(_code(row), row["day"], rate)
    except InvalidError as error:
        return refusal(error)
    with writing() as session:
        entered = enter_rate(session, judged)
    return ImportOutcome(_OUTCOMES[entered.action], entered.rate_id)


def _code(row: Mapping[str, Any]) -> str:
    return str(row["currency"]).strip().upper()


def _units(row: Mapping[str, Any]) -> int:
    units: Decimal = row.get("per", Decimal(1))
    if units < 1 or units != int(units):
        message = _("%(value)s is no number of units: give a whole one, as 100.", value=units)
        raise InvalidError(message, {"per": message})
    return int(units)


RATE_IMPORT: Final = ImportType("rates", _("Currency rates"), RATES, FIELDS, apply_rates)
