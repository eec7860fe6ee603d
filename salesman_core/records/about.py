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
        if one.owner == plugin_id:
            continue
        if one.value.about is not None:
            table = table_of(one.value.model)
            kind, id_ = (table.c[name] for name in one.value.about)
            gone = sa.update(table).where(_theirs(kind, plugin_id))
            session.execute(gone.values({kind: None, id_: None}))
        if one.value.ties is not None:
            ties = table_of(one.value.ties)
            session.execute(sa.delete(ties).where(_theirs(ties.c.about_kind, plugin_id)))


def _theirs(kind: sa.Column[str], plugin_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(kind == plugin_id, kind.startswith(f"{plugin_id}.", autoescape=True))
