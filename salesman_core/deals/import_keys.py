"""By which fields rows of a file find the deals that there are already."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin, visible
from salesman_core.clients.models import Client
from salesman_core.db import normalised
from salesman_core.deals.import_values import fingerprint, rows_of
from salesman_core.deals.models import Deal, DealExternalId
from salesman_core.deals.own_key import deals_by_own_key
from salesman_core.i18n import texts
from salesman_core.records.external_ids import records_by_key
from salesman_core.records.imports.matching import (
    EXTERNAL_ID,
    OWN_KEY,
    ImportedRow,
    Key,
    Matching,
    chosen_keys,
)
from salesman_hookspecs import ImportBatch

_ = texts.lazy

DEALS_FOUND_BY: Final = (
    (OWN_KEY,),
    (EXTERNAL_ID,),
    ("name",),
    ("name", "client"),
    ("name", "client", "opened_on"),
)
DEALS_USUALLY: Final = _("SalesMan key or external id, or else the very same row")

Found = Iterable[tuple[Hashable, int]]

ROW: Final = "row"
"""The key of rows without a key: the same row once more means the same deal."""


def matching_of(batch: ImportBatch) -> Matching:
    """Say how the rows of a batch find their deals."""
    known = {"name": _NAME, "client": _CLIENT, "opened_on": _OPENED}
    match = batch.options.get("match", ())
    always = (OWN_KEY, EXTERNAL_ID)
    keys = chosen_keys(known, match, (), always) if match else {ROW: _row_key(batch.source)}
    own = deals_by_own_key if not match or OWN_KEY in match else None
    return Matching(batch.source, DealExternalId, keys, own)


def _row_key(source: str) -> Key:
    def of_row(row: ImportedRow) -> Iterable[Hashable]:
        return () if EXTERNAL_ID in row or OWN_KEY in row else (fingerprint(row),)

    def held(session: Session, values: Collection[Any], where: Bin) -> Found:
        if where is Bin.ALONE:
            return ()  # a key leads to its record wherever that lies
        return records_by_key(session, DealExternalId, rows_of(source), values).items()

    return Key(of_row, held)


def _names(row: ImportedRow) -> Iterable[Hashable]:
    return (normalised(row["name"]),) if "name" in row else ()


def _deals_named(session: Session, names: Collection[Any], where: Bin) -> Found:
    query = sa.select(Deal.search_name, Deal.id).where(Deal.search_name.in_(names))
    return [(name, id_) for name, id_ in session.execute(query.where(visible("deal", bin=where)))]


def _clients(row: ImportedRow) -> Iterable[Hashable]:
    return (normalised(row.get("client", "")),)


def _deals_of_clients(session: Session, names: Collection[Any], where: Bin) -> Found:
    name = sa.func.coalesce(Client.search_name, "")
    query = sa.select(name, Deal.id).outerjoin(Client, Client.id == Deal.client_id)
    query = query.where(name.in_(names), visible("deal", bin=where))
    return [(name, id_) for name, id_ in session.execute(query)]


def _days(row: ImportedRow) -> Iterable[date]:
    return (row["opened_on"],) if "opened_on" in row else ()


def _deals_opened(session: Session, days: Collection[Any], where: Bin) -> Found:
    query = sa.select(Deal.opened_on, Deal.id).where(Deal.opened_on.in_(days))
    return [(day, id_) for day, id_ in session.execute(query.where(visible("deal", bin=where)))]


_NAME: Final = Key(_names, _deals_named)
_CLIENT: Final = Key(_clients, _deals_of_clients)
_OPENED: Final = Key(_days, _deals_opened)
