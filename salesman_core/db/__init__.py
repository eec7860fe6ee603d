"""The database: engines, sessions, column types and the base of all tables."""

from salesman_core.db.among import among
from salesman_core.db.base import AnyRow, Base, identity, owner_of_table, refers, table_of
from salesman_core.db.engine import make_engine, planned_afresh, readonly, spoilt
from salesman_core.db.session import (
    LentSession,
    ReadOnlyError,
    WritingSession,
    after_commit,
    as_writing,
    at_commit,
    call_what_waited,
    current_change,
    db,
    own_transaction,
    reading,
    rows_of,
    savepoint,
    set_current_change,
    writing,
)
from salesman_core.db.types import BigId, Money, Norm, Percent, UtcDateTime, normalised

__all__ = [
    "AnyRow",
    "Base",
    "BigId",
    "LentSession",
    "Money",
    "Norm",
    "Percent",
    "ReadOnlyError",
    "UtcDateTime",
    "WritingSession",
    "after_commit",
    "among",
    "as_writing",
    "at_commit",
    "call_what_waited",
    "current_change",
    "db",
    "identity",
    "make_engine",
    "normalised",
    "own_transaction",
    "owner_of_table",
    "planned_afresh",
    "reading",
    "readonly",
    "refers",
    "rows_of",
    "savepoint",
    "set_current_change",
    "spoilt",
    "table_of",
    "writing",
]
