"""Lines that bill an amount, not units: they say so themselves."""

import sqlalchemy as sa
from alembic import op

revision = "invoices_0003"
down_revision = "invoices_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table forward: until now a line by amount was one that stood for no deal's line."""
    with op.batch_alter_table("invoices_line") as batch_op:
        batch_op.add_column(
            sa.Column("by_amount", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    line = sa.table(
        "invoices_line",
        sa.column("by_amount", sa.Boolean()),
        sa.column("deal_line_id", sa.BigInteger()),
        sa.column("product_id", sa.BigInteger()),
    )
    op.execute(
        line.update()
        .where(line.c.deal_line_id.is_(None), line.c.product_id.is_(None))
        .values(by_amount=True)
    )
    with op.batch_alter_table("invoices_line") as batch_op:
        batch_op.alter_column("by_amount", server_default=None)


def downgrade() -> None:
    """Take the column back."""
    with op.batch_alter_table("invoices_line") as batch_op:
        batch_op.drop_column("by_amount")
