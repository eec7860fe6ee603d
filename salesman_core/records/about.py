"""Records that may be about others of whatever kind, and what they lose when a plugin goes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import table_of
from salesman_core.plugins.host import current_host
from salesman_hookspecs.data import salesman_record_types


def forget_about(session: Session, plugin_id: str) -> None:
    """Let nothing be about records of a plugin whose data is removed: its numbers come again."""
    for one in current_host().contributions(salesman_record_types, inactive=True):
        if one.value.about is None or one.owner == plugin_id:
            continue
        table = table_of(one.value.model)
        kind, id_ = (table.c[name] for name in one.value.about)
        theirs = sa.or_(kind == plugin_id, kind.startswith(f"{plugin_id}.", autoescape=True))
        session.execute(sa.update(table).where(theirs).values({kind: None, id_: None}))
