"""What went back knows of which advance it was taken."""

import sqlalchemy as sa
from alembic import op

revision = "invoices_0005"
down_revision = "invoices_0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RULE = "returned >= 0 AND allotted + returned <= amount"
_RULED = "ck_invoices_payment_returned"


def upgrade() -> None:
    """Bring the tables forward; of returns from before nobody knows it."""
    op.create_table(
        "invoices_drawn",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("return_id", _ID, nullable=False),
        sa.Column("payment_id", _ID, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_invoices_drawn_amount")),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["invoices_payment.id"],
            name=op.f("fk_invoices_drawn_return_id_invoices_payment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["invoices_payment.id"],
            name=op.f("fk_invoices_drawn_payment_id_invoices_payment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices_drawn")),
        sa.UniqueConstraint(
            "return_id", "payment_id", name=op.f("uq_invoices_drawn_return_id_payment_id")
        ),
    )
    op.create_index(op.f("ix_invoices_drawn_payment_id"), "invoices_drawn", ["payment_id"])
    with op.batch_alter_table("invoices_payment") as batch_op:
        batch_op.add_column(
            sa.Column("returned", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.create_check_constraint(batch_op.f(_RULED), _RULE)
    with op.batch_alter_table("invoices_payment") as batch_op:
        batch_op.alter_column("returned", server_default=None)


def downgrade() -> None:
    """Take table and column back."""
    with op.batch_alter_table("invoices_payment") as batch_op:
        batch_op.drop_constraint(batch_op.f(_RULED), type_="check")
        batch_op.drop_column("returned")
    op.drop_table("invoices_drawn")
