"""Who last changed a record: what the second of two editors wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from salesman_core.access.person import current_person
from salesman_core.db import reading
from salesman_core.records.models import Audit
from salesman_core.web.forms import LastChange

_CHANGES: Final = ("changed", "granted")
_LOOKED_THROUGH: Final = 20
"""How many changes back somebody may have changed a field while it was being edited."""


def last_change(kind: str, record_id: int, names: Sequence[str]) -> LastChange | None:
    """Give who last changed some fields of a record, and when, as the audit has it.

    :param names: of the fields in a form, as ``grant:core.deal.view``; where the audit calls none
        of them so, it is the last change of all.
    :returns: None where the audit knows of no change.
    """
    known = {name.rpartition(":")[2] for name in names}
    rows = reading().execute(
        sa.select(Audit.actor_id, Audit.actor_name, Audit.at, Audit.changes)
        .where(Audit.kind == kind, Audit.record_id == record_id, Audit.action.in_(_CHANGES))
        .order_by(Audit.id.desc())
        .limit(_LOOKED_THROUGH)
    )
    entries = list(rows)
    if not entries:
        return None
    row = next((one for one in entries if not known.isdisjoint(one.changes)), entries[0])
    return LastChange(row.actor_name, row.at, row.actor_id == current_person().id)
