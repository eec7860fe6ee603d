"""leads: the title of a lead of which only a phone or email is known is masked.

So are the names by which the audit and the runs of acts know such leads.
"""

import re

import sqlalchemy as sa
from alembic import op

from salesman_core.db import normalised

revision = "leads_0003"
down_revision = "leads_0002"
branch_labels = None
depends_on = None

_KIND = "leads.lead"
_PHONE = re.compile(r"[\d\s()+.\-–/]{7,}")
_EMAIL = re.compile(r"\S+@\S+")


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


_LEAD = _table("leads_lead", "id", "name", "company", "title", "search_title")
_AUDIT = _table("core_audit", "kind", "record_id", "label")
_RUN = _table("core_bulk_run", "id", "kind")
_ROW = _table("core_bulk_row", "run_id", "record_id", "label")


def upgrade() -> None:
    """Bring the tables forward."""
    connection = op.get_bind()
    nameless = sa.and_(_LEAD.c.name == "", _LEAD.c.company == "")
    found = sa.select(_LEAD.c.id, _LEAD.c.title).where(nameless)
    for lead_id, title in connection.execute(found).all():
        masked = _masked(title)
        _set_title(connection, lead_id, masked)
        _rename(connection, lead_id, title, masked)
    called = sa.select(_AUDIT.c.record_id, _AUDIT.c.label).where(_AUDIT.c.kind == _KIND)
    for lead_id, label in connection.execute(called.distinct()).all():
        if _PHONE.fullmatch(label) or _EMAIL.fullmatch(label):  # a phone that it had once
            _rename(connection, lead_id, label, _masked(label))


def downgrade() -> None:
    """Leave what is masked masked: the tables are the same."""


def _set_title(connection: sa.Connection, lead_id: int, title: str) -> None:
    update = _LEAD.update().where(_LEAD.c.id == lead_id)
    connection.execute(update.values(title=title, search_title=normalised(title)))


def _rename(connection: sa.Connection, lead_id: int, label: str, masked: str) -> None:
    """Mask what a lead was called in the audit and in the runs of acts."""
    told = sa.and_(_AUDIT.c.kind == _KIND, _AUDIT.c.record_id == lead_id, _AUDIT.c.label == label)
    connection.execute(_AUDIT.update().where(told).values(label=masked))
    runs = sa.select(_RUN.c.id).where(_RUN.c.kind == _KIND)
    chosen = sa.and_(_ROW.c.run_id.in_(runs), _ROW.c.record_id == lead_id, _ROW.c.label == label)
    connection.execute(_ROW.update().where(chosen).values(label=masked))


def _masked(typed: str) -> str:
    """Give what is left of a phone or email; what is masked already stays."""
    if "***" in typed:
        return typed
    if "@" in typed:
        return f"{typed[0]}***@…" if typed[0] != "@" else "***@…"
    digits = re.sub(r"\D", "", typed)
    return f"*** ** {digits[-2:]}" if len(digits) >= 7 else "***"  # noqa: PLR2004  # a phone's least
