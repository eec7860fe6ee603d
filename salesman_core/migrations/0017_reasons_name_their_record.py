"""Reasons on the ladder tell of a record, and moves of the client that made them."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import BigId

revision = "core_0017"
down_revision = "core_0016"
branch_labels = None
depends_on = None

TABLES = ("core_client_evidence", "core_rung_move")
OPENED, WON = "deal %(id)s “%(name)s” was opened", "deal %(id)s was won on %(day)s"
WITHOUT_DEAL = {OPENED: "a deal was opened", WON: "a deal was won on %(day)s"}
JSON = {
    "sqlite": (
        "json_object",
        "json_extract(words, '$.message')",
        "json(json_extract(words, '$.values.day'))",
    ),
    "postgresql": ("json_build_object", "words->>'message'", "words->'values'->'day'"),
}
"""By database: what makes an object, and how a reason's message and its day are read."""


def upgrade() -> None:
    """Bring the tables forward; the words of a reason lose the deal that they told of."""
    made, message, day = JSON[op.get_bind().dialect.name]
    words = f"{made}('owner', 'core', 'message', CAST(:message AS VARCHAR), 'values', {made}(%s))"
    for table in TABLES:
        op.add_column(table, sa.Column("record_kind", sa.String(60), nullable=True))
        op.add_column(table, sa.Column("record_id", BigId, nullable=True))
        _run(
            f"UPDATE {table} SET record_kind = 'deal', record_id = CAST(substr(url, 8) AS BIGINT)"  # noqa: S608  # ours
            " WHERE url LIKE '/deals/%'"
        )
        for told, values in (OPENED, ""), (WON, f"'day', {day}"):
            _run(
                f"UPDATE {table} SET words = {words % values} WHERE {message} = :told",  # noqa: S608  # ours
                told=told,
                message=WITHOUT_DEAL[told],
            )
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("url")
    op.add_column("core_rung_move", sa.Column("of_client_id", BigId, nullable=True))
    _run("UPDATE core_rung_move SET of_client_id = client_id")
    with op.batch_alter_table("core_rung_move") as batch_op:
        batch_op.alter_column("of_client_id", existing_type=BigId, nullable=False)


def downgrade() -> None:
    """Take it back; where a reason can be seen is known again."""
    for table in TABLES:
        op.add_column(table, sa.Column("url", sa.String(500), nullable=True))
        _run(f"UPDATE {table} SET url = '/deals/' || record_id WHERE record_kind = 'deal'")  # noqa: S608  # ours
        gone = ("record_kind", "record_id", *(("of_client_id",) if table == TABLES[1] else ()))
        with op.batch_alter_table(table) as batch_op:
            for name in gone:
                batch_op.drop_column(name)


def _run(statement: str, **values: str) -> None:
    op.get_bind().execute(sa.text(statement), values)
