"""Promises out of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import Client, InvalidError, reading, writing
from salesman_hookspecs import ImportBatch, ImportField, ImportOutcome, ImportPart, ImportType
from salesman_sample.models import Promise, Thanks
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


def judge_thanks(rows: Mapping[int, Mapping[str, Any]]) -> dict[int, Any]:
    """Give how often clients were thanked; nobody is thanked less than once."""
    told = {place: int(row["sample.thanks"]) for place, row in rows.items()}
    message = "Nobody is thanked less than once."
    return {
        place: times if times > 0 else InvalidError(message, {"thanks": message})
        for place, times in told.items()
    }


def write_thanks(times: Mapping[int, int]) -> dict[int, Exception | None]:
    """Keep how often clients were thanked; give those for whom that is new."""
    with writing() as session:
        held = {one.client_id: one for one in session.scalars(sa.select(Thanks))}
        new = [id_ for id_, one in times.items() if id_ not in held or held[id_].times != one]
        for id_ in new:
            session.merge(Thanks(client_id=id_, times=times[id_]))
        return dict.fromkeys(new)


THANKS: Final = ImportPart(
    "client",
    (ImportField("thanks", "Times thanked", ("thanked",), kind="number"),),
    judge_thanks,
    write_thanks,
)
PROMISES: Final = ImportType("promises", "Promises", MAKE, FIELDS, apply_promises)
