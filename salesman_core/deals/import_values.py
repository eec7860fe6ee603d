"""A row of a file turned into what a deal holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesman_core.access.person import current_person
from salesman_core.deals.import_words import Pipelines, Reasons, outcome_of
from salesman_core.deals.models import Deal, Stage
from salesman_core.deals.own_key import SOURCE as OWN_SOURCE
from salesman_core.deals.own_key import own_key_in
from salesman_core.deals.permissions import MARGIN
from salesman_core.deals.schemas import DealSchema
from salesman_core.deals.steps import LOST
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.custom.imports import custom_asked
from salesman_core.records.imports.matching import EXTERNAL_ID, OWN_KEY, ImportedRow
from salesman_core.records.imports.reading import UNMAPPED
from salesman_core.rest import Date, judge
from salesman_core.services.company import is_currency

_ = texts.lazy


class ImportedDealSchema(DealSchema):
    """What a file may say of a deal itself; closed deals come closed."""

    closed_on = Date()
    stage_since = Date()

    class Meta(DealSchema.Meta):
        fields = (
            "name",
            "amount",
            "cost",
            "currency",
            "opened_on",
            "expected_on",
            "closed_on",
            "stage_since",
            "external_ids",
            "custom",
        )


_SCHEMA: Final = ImportedDealSchema(partial=True)
_DAYS: Final = ("opened_on", "expected_on", "closed_on", "stage_since")
_PLAIN: Final = ("name", "amount", "cost", "currency", *_DAYS)
_LONGEST_SOURCE: Final = 50


@dataclass(slots=True)
class Told:
    """What a row tells of a deal.

    :param values: columns of the deal, as the JSON API names them.
    :param stage: where it stands, or None where the row does not say.
    :param outcome: ``won``, ``lost`` or None.
    :param reason_id: why it was lost, or None where the row does not say.
    :param closed_on: when it was closed, or None where the row does not say.
    :param stage_since: since when it has stood where it stands, or None where nothing tells.
    :param external_ids: its keys in the file.
    :param imported: what no field holds.
    """

    values: dict[str, Any]
    stage: Stage | None
    outcome: str | None
    reason_id: int | None
    closed_on: date | None
    stage_since: date | None
    external_ids: dict[str, str]
    imported: dict[str, str]


def told_by(
    row: ImportedRow,
    external_ids: dict[str, str],
    pipelines: Pipelines,
    reasons: Reasons,
    deal: Deal | None,
) -> Told:
    """Read what a row tells.

    :param external_ids: see :func:`external_ids_of`.
    :param deal: the deal that it means, where there is one already.
    :raises InvalidError: by field.
    """
    outcome = outcome_of(row.get("outcome"))
    values = _judged(row, external_ids, deal)
    closed_on = values.pop("closed_on", None)
    stage_since = values.pop("stage_since", None)
    imported = dict(row.get(UNMAPPED, {}))
    reason = row.get("reason")
    if reason is not None and outcome != LOST:
        imported["reason"] = reason
    if closed_on is not None and outcome is None:
        imported["closed_on"] = closed_on.isoformat()
    return Told(
        values=values,
        stage=pipelines.stage(row.get("stage"), row.get("pipeline"), deal),
        outcome=outcome,
        reason_id=reasons.named(reason) if reason is not None and outcome == LOST else None,
        closed_on=closed_on if outcome else None,
        stage_since=(closed_on if outcome else None) or stage_since or values.get("opened_on"),
        external_ids=external_ids,
        imported=imported,
    )


def _judged(row: ImportedRow, external_ids: dict[str, str], deal: Deal | None) -> dict[str, Any]:
    asked = {name: _spoken(row[name]) for name in _PLAIN if name in row}
    if "name" in asked:
        asked["name"] = " ".join(asked["name"].split())
    if "currency" in asked:
        asked["currency"] = _currency(asked["currency"])
    custom = custom_asked("deal", row)
    values = judge(_SCHEMA, asked | custom | {"external_ids": external_ids})
    values.pop("external_ids")
    if "margin" in row and "cost" not in row:
        values["cost"] = _cost(row["margin"], values.get("amount"), deal)
    return values


def refuse_hidden(row: ImportedRow) -> None:
    """Let nobody find out by an import what a deal costs.

    :raises InvalidError: where a row says it and whoever imports may not see it.
    """
    hidden = [name for name in ("cost", "margin") if name in row]
    if hidden and not current_person().may(MARGIN):
        message = _("Your roles do not include costs and margins: leave this column out.")
        raise InvalidError(message, dict.fromkeys(hidden, message))


def _spoken(value: Any) -> Any:
    """Give a value in the notation of the JSON API."""
    return value.isoformat() if isinstance(value, date) else value


def _currency(code: str) -> str:
    wanted = code.strip().upper()
    if not is_currency(wanted):
        message = _("This is no currency: give its code, as EUR.")
        raise InvalidError(message, {"currency": message})
    return wanted


def _cost(margin: Decimal, amount: Decimal | None, deal: Deal | None) -> Decimal:
    """Give the cost that leaves a margin: only amount and cost are kept."""
    if amount is None:
        amount = deal.amount if deal is not None else Decimal(0)
    return amount - margin


def external_ids_of(row: ImportedRow, source: str, *, by_own: bool, by_row: bool) -> dict[str, str]:
    """Give a deal's keys in the file.

    :param by_own: whether keys that our own files give count.
    :param by_row: whether a row without a key of its own gets one made of all that it says.
    :raises InvalidError: for what is no key of our own files.
    """
    keys = {source: row[EXTERNAL_ID]} if EXTERNAL_ID in row else {}
    if by_own and OWN_KEY in row:
        keys[OWN_SOURCE] = own_key_in(row)
    return {rows_of(source): fingerprint(row)} if by_row and not keys else keys


def rows_of(source: str) -> str:
    """Give the source under which deals without a key of their own are kept."""
    return f"{source[:_LONGEST_SOURCE]} rows"


def fingerprint(row: ImportedRow) -> str:
    """Give a key that the same row has in every import of its file, and hardly any other row."""
    text = json.dumps(row, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
