"""The key by which the same base knows a deal again that its own file tells of.

An id alone would not do: in another base, and on SQLite after a deal was deleted for good, another
deal has it. With the moment in which the deal came about it means one deal, wherever it is read.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import one_of
from salesman_core.deals.models import Deal, DealExternalId
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.external_ids import records_by_key
from salesman_core.records.imports.matching import OWN_KEY, ImportedRow

_ = texts.lazy

SOURCE: Final = "salesman"
"""The source under which a deal keeps the key that it has in the base where it came from."""

_KEY: Final = re.compile(r"D([1-9]\d{0,17})-[0-9a-f]{1,16}")
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(microseconds=1)


def own_key(deal_id: int, created_at: datetime) -> str:
    """Give the key of a deal; a letter in front keeps spreadsheets from making a date of it."""
    return f"D{deal_id}-{(created_at - _BEGINNING) // _STEP:x}"


def own_key_in(row: ImportedRow) -> str:
    """Give the key that a row holds.

    :raises InvalidError: where it is none.
    """
    key: str = row[OWN_KEY]
    if not _KEY.fullmatch(key):
        message = _("SalesMan gives no such key: leave the cell as the file had it, or empty.")
        raise InvalidError(message, {OWN_KEY: message})
    return key


def deals_by_own_key(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Give the deals that have some keys: in this base, or in the one where they came from."""
    ids = {int(read[1]) for key in keys if (read := _KEY.fullmatch(key))}
    query = sa.select(Deal.id, Deal.created_at).where(one_of(Deal.id, ids))
    known = {own_key(row.id, row.created_at): row.id for row in session.execute(query)}
    found = {key: known[key] for key in keys if key in known}
    left = set(keys) - found.keys()
    return found | (records_by_key(session, DealExternalId, SOURCE, left) if left else {})
