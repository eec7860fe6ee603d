"""What fields of records held before a moment, read backwards from the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salesman_core.records.models import Audit

_CREATED = "created"


def former_values(kind: str, fields: Sequence[str], since: datetime) -> sa.Subquery:
    """Give what some fields held before a moment, of the records that changed one of them since.

    What the first change from a moment on found there is what stood there before it. A field that
    nobody has changed since holds now what it held then: join the rows from outside, and look at
    ``<field>_changed``.

    Access is the caller's: the subquery is joined to records that somebody may see.

    :param fields: as the audit names them; each holds one value.
    :param since: changes from this moment on count.
    :returns: with ``record_id``, and for each field ``<field>_changed``, null where it was not
        changed since, and ``<field>``, the text of what the audit holds: null where it was empty.
    """
    firsts = (
        sa.select(
            Audit.record_id,
            *(
                sa.func.min(
                    sa.case((Audit.changes[name].as_string().is_not(None), Audit.id))
                ).label(name)
                for name in fields
            ),
        )
        .where(Audit.kind == kind, Audit.at >= since, Audit.action != _CREATED)
        .group_by(Audit.record_id)
        .subquery()
    )
    columns: list[sa.ColumnElement[object]] = [firsts.c.record_id]
    joined: sa.FromClause = firsts
    for name in fields:
        entry = aliased(Audit)
        joined = sa.outerjoin(joined, entry, entry.id == firsts.c[name])
        columns += [
            firsts.c[name].label(f"{name}_changed"),
            entry.changes[(name, 0)].as_string().label(name),
        ]
    return sa.select(*columns).select_from(joined).subquery()
