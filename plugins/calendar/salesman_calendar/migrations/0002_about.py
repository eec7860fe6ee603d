"""Activities may be about a record of another plugin."""

import sqlalchemy as sa
from alembic import op

revision = "calendar_0002"
down_revision = "calendar_0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEX = "ix_calendar_activity_about"


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("calendar_activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about_kind", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("about_id", _ID, nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_calendar_activity_about"), "(about_kind IS NULL) = (about_id IS NULL)"
        )
        batch_op.create_index(_INDEX, ["about_kind", "about_id", "done_at", "due_at"], unique=False)


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("calendar_activity", schema=None) as batch_op:
        batch_op.drop_index(_INDEX)
        batch_op.drop_constraint(op.f("ck_calendar_activity_about"), type_="check")
        batch_op.drop_column("about_id")
        batch_op.drop_column("about_kind")
