"""The bin emptied by the clock, and contents of files that nothing refers to any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import record_types
from salesman_core.clock import now
from salesman_core.db import reading, table_of, writing
from salesman_core.i18n import texts
from salesman_core.records.bin.purging import Purging
from salesman_core.records.bin.service import each, purge
from salesman_core.records.hanging import forget_strays
from salesman_core.records.models import BulkRun, FileImport
from salesman_core.records.referrers import Referrers
from salesman_core.services import files as store
from salesman_core.services.company import company
from salesman_core.services.models import StoredFile
from salesman_hookspecs import Job, RecordType, Schedule

NAME: Final = "core.empty_bin"
_AT_A_TIME: Final = 50
_SETTLING: Final = timedelta(days=1)
"""For so long a content stays to which nothing refers: somebody may be attaching it."""


def empty_bin() -> None:
    """Delete for good what has lain in the bin for longer than the company says.

    What others refer to stays, and is tried again the next night: then those may have gone.
    """
    days = company().bin_days
    if days:
        limit, purging = now() - timedelta(days=days), Purging()
        while sum(_empty(one, limit, purging) for one in record_types()):
            pass
    forget_strays()
    forget_contents()


def _empty(type_: RecordType, limit: datetime, purging: Purging) -> int:
    """Delete what may go of a kind; give how many went."""
    gone, after = 0, 0
    while ids := _due(type_, limit, after):
        outcomes = each(partial(purge, purging=purging), [(type_.kind, id_) for id_ in ids])
        gone += sum(one.refused is None for one in outcomes)
        after = ids[-1]
    return gone


def _due(type_: RecordType, limit: datetime, after: int) -> Sequence[int]:
    if type_.bin is None or type_.deleted is None:
        return ()
    columns = table_of(type_.model).c
    due = sa.select(columns.id).where(columns[type_.deleted] < limit, columns.id > after)
    if type_.merged is not None:
        due = due.where(columns[type_.merged].is_(None))
    reading().rollback()
    return reading().scalars(due.order_by(columns.id).limit(_AT_A_TIME)).all()


def forget_contents() -> int:
    """Remove contents of files to which nothing refers any more; give how many."""
    limit, gone, after = now() - _SETTLING, 0, 0
    while True:
        with writing() as session:
            rows = _unused(session, limit, after)
            going = _unreferred(session, rows)
            session.execute(sa.delete(StoredFile).where(StoredFile.id.in_(going)))
        for id_, hash_ in rows:
            gone += id_ in going and store.discard(hash_, limit)
        if not rows:
            return gone
        after = rows[-1][0]


def _unused(session: Session, limit: datetime, after: int) -> list[tuple[int, str]]:
    """Give some contents that no import and no export has."""
    imported = sa.exists().where(FileImport.file_hash == StoredFile.hash)
    exported = sa.exists().where(BulkRun.file_hash == StoredFile.hash)
    rows = session.execute(
        sa.select(StoredFile.id, StoredFile.hash)
        .where(StoredFile.stored_at < limit, StoredFile.id > after, ~imported, ~exported)
        .order_by(StoredFile.id)
        .limit(500)
    )
    return [(row.id, row.hash) for row in rows]


def _unreferred(session: Session, rows: Sequence[tuple[int, str]]) -> set[int]:
    ids = {id_ for id_, _hash in rows}
    referred = Referrers().referred(session.connection(), table_of(StoredFile), ids)
    return ids - referred


JOB: Final = Job(NAME, empty_bin, transactional=False, title=texts.lazy("Emptying of the bin"))
SCHEDULE: Final = Schedule(NAME, "23 3 * * *", NAME)
