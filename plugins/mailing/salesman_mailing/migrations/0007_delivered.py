"""Services may tell that a letter came in where it was to."""

from alembic import op

revision = "mailing_0007"
down_revision = "mailing_0006"
branch_labels = None
depends_on = None

_NAME = "ck_mailing_service_event_what"
_BEFORE = (
    "what IN ('subscribed', 'left', 'refused', 'complained', 'bad', 'soft', 'opened', 'clicked')"
)
_AFTER = (
    "what IN ('subscribed', 'left', 'refused', 'complained', 'bad', 'soft',"
    " 'delivered', 'opened', 'clicked')"
)


def upgrade() -> None:
    """Bring the tables forward."""
    _rule(_AFTER)


def downgrade() -> None:
    """Take the tables back."""
    op.execute("DELETE FROM mailing_service_event WHERE what = 'delivered'")
    _rule(_BEFORE)


def _rule(rule: str) -> None:
    with op.batch_alter_table("mailing_service_event", schema=None) as events:
        events.drop_constraint(events.f(_NAME), type_="check")
        events.create_check_constraint(events.f(_NAME), rule)
