"""Indexes of names by the beginnings and ends of words, of phones and emails by any part."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import trigrams

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None
depends_on = None

NAMED = ("core_client", "core_contact", "core_deal")
REACHED = ("core_client_phone", "core_client_email", "core_contact_phone", "core_contact_email")


def upgrade() -> None:
    """Bring the tables forward."""
    for table in NAMED:
        trigrams.drop(op.get_bind(), table)
        trigrams.create(op.get_bind(), table, "search_name")
    for table in REACHED:
        trigrams.create(op.get_bind(), table, "normalised")


def downgrade() -> None:
    """Bring the tables back."""
    for table in (*NAMED, *REACHED):
        trigrams.drop(op.get_bind(), table)
    for table in NAMED:
        _create_as_before(op.get_bind(), table)


def _create_as_before(connection: sa.Connection, table: str) -> None:
    """Make the index of a name as it was up to here: over the text as it stands."""
    index = f"{table}_trigrams"
    if connection.dialect.name == "postgresql":
        if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")):
            op.create_index(
                index,
                table,
                ["search_name"],
                postgresql_using="gin",
                postgresql_ops={"search_name": "gin_trgm_ops"},
            )
        return
    add = f"INSERT INTO {index} (rowid, search_name) VALUES (new.id, new.search_name);"  # noqa: S608  # names of ours
    remove = (
        f"INSERT INTO {index} ({index}, rowid, search_name)"  # noqa: S608  # names of ours
        " VALUES ('delete', old.id, old.search_name);"
    )
    changed = f"UPDATE OF search_name ON {table} WHEN old.search_name IS NOT new.search_name"
    options = "content_rowid=id, tokenize='trigram case_sensitive 1', columnsize=0"
    for statement in (
        f"CREATE VIRTUAL TABLE {index} USING fts5(search_name, content={table}, {options})",
        f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {index}_update AFTER {changed} BEGIN {remove}{add} END",
        f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {remove} END",
        f"INSERT INTO {index} ({index}) VALUES ('rebuild')",  # noqa: S608  # names of ours
    ):
        connection.exec_driver_sql(statement)
