"""Clients by what they are in law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from salesman_requisites import numbers
from salesman_requisites.clients.models import ClientRequisites
from salesman_requisites.clients.rules import tax_key
from salesman_requisites.numbers import NumberError


def tax_keys() -> sa.Select[*tuple[Any, ...]]:
    """Give which clients have which key, for whoever looks for doubles."""
    one = ClientRequisites
    shown = sa.case((one.inn != "", one.inn), else_=one.vat_number)
    return sa.select(
        one.client_id.label("record_id"), one.tax_key.label("key"), shown.label("shown")
    ).where(one.tax_key != "")


def typed_tax_keys(typed: Mapping[str, Any]) -> Iterable[str]:
    """Give the key of a client that is being typed, or stands in a row of a file."""
    own: Mapping[str, Any] = typed.get("extensions", {}).get("requisites", {})
    read = {"country": own.get("country"), "vat_number": own.get("vat_number")}
    for name, judge in (("inn", numbers.inn), ("kpp", numbers.kpp)):
        with suppress(NumberError):
            given = str(own.get(name) or "")
            read[name] = judge(given) if given else ""
    key = tax_key(read)
    return [key] if key else []
