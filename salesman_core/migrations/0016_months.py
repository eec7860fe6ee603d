"""Figures of the funnel that are kept by months, too."""

from alembic import op

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None

MONTH = {
    "sqlite": "date(day, 'start of month')",
    "postgresql": "CAST(date_trunc('month', day) AS DATE)",
}


def upgrade() -> None:
    """Bring the tables forward."""
    month = MONTH[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO core_funnel_kept (pipeline_id, kind, day, currency, stage_id, reason_id,"  # noqa: S608  # ours
        f" previous, days, number, amount) SELECT pipeline_id, 'm:' || kind, {month}, currency,"
        " stage_id, reason_id, previous, days, SUM(number), SUM(amount) FROM core_funnel_kept"
        " WHERE kind IN ('won', 'lost', 'stayed', 'entered', 'forward')"
        f" GROUP BY pipeline_id, kind, {month}, currency, stage_id, reason_id, previous, days"
    )


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM core_funnel_kept WHERE kind LIKE 'm:%'")
