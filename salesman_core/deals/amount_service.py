"""How a plugin says that its lines own the amount of a deal, and what they come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from salesman_core.db import writing
from salesman_core.deals import steps
from salesman_core.deals.amount_source import owner_of, sources
from salesman_core.deals.models import Deal
from salesman_core.deals.schemas import ChangeDealSchema
from salesman_core.errors import ConflictError, PluginError
from salesman_core.i18n import texts
from salesman_core.records.saving import locked
from salesman_core.rest import judge

_ = texts.lazy


def own_amount(
    deal_id: int, source: str, amount: Decimal, cost: Decimal, currency: str | None = None
) -> bool:
    """Let a deal hold what lines of a plugin come to; give whether anything differs now.

    Called in the transaction that changes the lines. Who may change them, the plugin has judged:
    whoever may changes the deal by it.

    :param source: the name of an ``AmountSource``, which owns the amount from now on.
    :param currency: of the lines; None for that of the deal.
    :raises InvalidError: by field, for an amount below zero or of more than two digits after the
        point, or a currency that there is not.
    :raises ConflictError: where another source owns the amount.
    """
    if source not in sources():
        message = f"there is no amount source {source!r} of an active plugin"
        raise PluginError(message)
    values = _judged(amount, cost, currency)
    with writing() as session:
        deal = locked(session, Deal, deal_id)
        owner = owner_of(deal)
        if owner not in {None, source}:
            title = sources()[str(owner)].value.title
            raise ConflictError(_("The amount comes from “%(source)s” already.", source=title))
        return steps.take_amount(session, deal, {**values, "amount_source": source})


def _judged(amount: Decimal, cost: Decimal, currency: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {"amount": f"{amount:f}", "cost": f"{cost:f}"}
    if currency is not None:
        values["currency"] = currency
    return judge(ChangeDealSchema(partial=True), values)


def release_amount(deal_id: int, source: str) -> bool:
    """Let the amount of a deal be changed by hand again; it stays as it stands.

    :returns: whether it was owned by the source.
    """
    with writing() as session:
        deal = locked(session, Deal, deal_id)
        owned = deal.amount_source == source
        return owned and steps.take_amount(session, deal, {"amount_source": None})
