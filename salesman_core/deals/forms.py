"""What a person typed about a deal, turned into the notation of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma

from salesman_core.records.custom.forms import Typed, custom_typed
from salesman_core.records.typed import (
    Reader,
    currency_in,
    date_of,
    decimal_of,
    money_of,
    number_of,
    read_typed,
    text_of,
    written,
)
from salesman_core.rest.schemas import judge

__all__ = ["READERS", "judged", "read", "written"]


def _numbers_of(typed: str) -> list[int]:
    number = number_of(typed)
    return [] if number is None else [number]


def _rate_of(typed: str) -> Decimal | None:
    return decimal_of(typed) if typed.strip() else None


READERS: Final[Mapping[str, Reader]] = {
    "name": text_of,
    "currency": text_of,
    "amount": money_of,
    "cost": money_of,
    "opened_on": date_of,
    "expected_on": date_of,
    "since": date_of,
    "until": date_of,
    "client_id": number_of,
    "owner_id": number_of,
    "pipeline_id": number_of,
    "stage_id": number_of,
    "reason_id": number_of,
    "percent": number_of,
    "planned_days": number_of,
    "team_id": number_of,
    "like_id": number_of,
    "into_id": number_of,
    "user_id": number_of,
    "contact_id": number_of,
    "contact_ids": _numbers_of,
    "frozen_until": date_of,
    "freeze_reason": text_of,
    "day": date_of,
    "rate": _rate_of,
    "shown": number_of,
}
"""How each field of a form is read."""


def read(typed: Mapping[str, str], *names: str) -> dict[str, Any]:
    """Give the values of some fields of a form, as the JSON API names them; absent ones left out.

    :raises InvalidError: by field, for what could not be read.
    """
    values = read_typed(typed, READERS, *names)
    if "amount" in values and (beside := currency_in(typed["amount"])):
        values["currency"] = beside
    return values


def judged(
    schema: ma.Schema, typed: Mapping[str, str], *names: str, custom: Typed | None = None
) -> dict[str, Any]:
    """Give the values of some fields of a form, judged by the schema of the JSON API.

    :param custom: where the custom fields of the form stand, if it has any.
    :raises InvalidError: by field, for what cannot be read or cannot be.
    """
    values = read(typed, *names)
    asked = {name: _in_api_notation(value) for name, value in values.items()}
    return judge(schema, asked if custom is None else asked | custom_typed("deal", custom))


def _in_api_notation(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
