"""The day of a step and whether it led forward; the figures of the funnel as they are kept."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from salesman_core.db import kept_rows, types

revision = "core_0013"
down_revision = "core_0012"
branch_labels = None
depends_on = None

DEAL = (
    "pipeline_id",
    "stage_id",
    "outcome",
    "reason_id",
    "amount",
    "currency",
    "frozen_until",
    "closed_on",
    "deleted_at",
)
STEP = ("deal_id", "action", "from_stage_id", "to_stage_id", "day", "forward", "seconds")


def upgrade() -> None:
    """Bring the tables forward; every deal is yet to be counted."""
    op.add_column("core_deal_move", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("core_deal_move", sa.Column("forward", sa.Boolean(), nullable=True))
    _fill_days()
    op.execute(
        "UPDATE core_deal_move SET forward = coalesce(action = 'move' AND"
        " (SELECT percent FROM core_stage s WHERE s.id = to_stage_id)"
        " > (SELECT percent FROM core_stage s WHERE s.id = from_stage_id), false)"
    )
    with op.batch_alter_table("core_deal_move") as batch:
        batch.alter_column("day", existing_type=sa.Date(), nullable=False)
        batch.alter_column("forward", existing_type=sa.Boolean(), nullable=False)
    _make_tables()
    kept_rows.create(op.get_bind(), "core_deal", DEAL)
    of_deal = kept_rows.Parent("core_deal", "deal_id", DEAL)
    kept_rows.create(op.get_bind(), "core_deal_move", STEP, of_deal)
    op.execute("INSERT INTO core_deal_kept (id, there) SELECT id, false FROM core_deal")


def downgrade() -> None:
    """Bring the tables back."""
    for table in ("core_deal_move", "core_deal"):
        kept_rows.drop(op.get_bind(), table)
    for table in ("core_deal_move_kept", "core_deal_kept", "core_funnel_kept"):
        op.drop_table(table)
    with op.batch_alter_table("core_deal_move") as batch:
        batch.drop_column("forward")
        batch.drop_column("day")


def _fill_days() -> None:
    """Give each step its day in the company's zone, which SQLite cannot tell by itself."""
    connection = op.get_bind()
    said = connection.execute(
        sa.text("SELECT value FROM core_setting WHERE owner = 'core' AND key = 'zone'")
    ).scalar()
    zone = (json.loads(said) if isinstance(said, str) and said.startswith('"') else said) or (
        "Europe/Moscow"
    )
    if connection.dialect.name == "postgresql":
        days = sa.text("UPDATE core_deal_move SET day = (at AT TIME ZONE :zone)::date")
        connection.execute(days, {"zone": zone})
        return

    def day_of(at: str) -> str:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(zone)).date().isoformat()

    driver: Any = connection.connection.driver_connection
    driver.create_function("company_day", 1, day_of)
    op.execute("UPDATE core_deal_move SET day = company_day(at)")


def _make_tables() -> None:
    op.create_table(
        "core_funnel_kept",
        sa.Column("pipeline_id", types.BigId, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("stage_id", types.BigId, autoincrement=False, nullable=False),
        sa.Column("reason_id", types.BigId, autoincrement=False, nullable=False),
        sa.Column("previous", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("amount", types.Money(), nullable=False),
        sa.PrimaryKeyConstraint(
            "pipeline_id",
            "kind",
            "day",
            "currency",
            "stage_id",
            "reason_id",
            "previous",
            "days",
            name=op.f("pk_core_funnel_kept"),
        ),
    )
    op.create_table(
        "core_deal_kept",
        sa.Column("id", types.BigId, autoincrement=False, nullable=False),
        sa.Column("there", sa.Boolean(), nullable=False),
        sa.Column("pipeline_id", types.BigId, nullable=True),
        sa.Column("stage_id", types.BigId, nullable=True),
        sa.Column("outcome", sa.String(length=4), nullable=True),
        sa.Column("reason_id", types.BigId, nullable=True),
        sa.Column("amount", types.Money(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("frozen_until", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("deleted_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_deal_kept")),
    )
    op.create_table(
        "core_deal_move_kept",
        sa.Column("id", types.BigId, autoincrement=False, nullable=False),
        sa.Column("there", sa.Boolean(), nullable=False),
        sa.Column("deal_id", types.BigId, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=True),
        sa.Column("from_stage_id", types.BigId, nullable=True),
        sa.Column("to_stage_id", types.BigId, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("forward", sa.Boolean(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_deal_move_kept")),
    )
    op.create_index(
        op.f("ix_core_deal_move_kept_deal_id"), "core_deal_move_kept", ["deal_id"], unique=False
    )
