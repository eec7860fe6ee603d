"""Promises out of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import Client, reading
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportType
from salesman_sample.models import Promise
from salesman_sample.permissions import MAKE
from salesman_sample.service import make_promise

FIELDS: Final = (
    ImportField("text", "Promise", ("promise", "обещание"), required=True),
    ImportField("client", "Client", ("client", "клиент"), required=True, recurs=True),
)


def apply_promises(batch: ImportBatch) -> Sequence[ImportOutcome]:
    """Write a batch of promises."""
    return [_apply(row) for row in batch.rows]


def _apply(row: Mapping[str, Any]) -> ImportOutcome:
    session = reading()
    client_id = session.scalar(sa.select(Client.id).where(Client.name == row["client"]))
    if client_id is None:
        return ImportOutcome("refused", errors={"client": "There is no such client."})
    known = (Promise.client_id == client_id, Promise.text == row["text"])
    promise_id = session.scalar(sa.select(Promise.id).where(*known))
    if promise_id is not None:
        return ImportOutcome("unchanged", promise_id)
    made = make_promise({"text": row["text"], "client_id": client_id})
    return ImportOutcome("created", made)


PROMISES: Final = ImportType("promises", "Promises", MAKE, FIELDS, apply_promises)
