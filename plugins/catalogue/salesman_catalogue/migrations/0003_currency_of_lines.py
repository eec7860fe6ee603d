"""catalogue: in which currency the lines of a deal are."""

import sqlalchemy as sa
from alembic import op

revision = "catalogue_0003"
down_revision = "catalogue_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table forward: until now lines were read in the currency of their deal."""
    with op.batch_alter_table("catalogue_deal_sheet", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("currency", sa.String(length=3), nullable=False, server_default="")
        )
    deal = sa.table("core_deal", sa.column("id"), sa.column("currency", sa.String()))
    sheet = sa.table(
        "catalogue_deal_sheet", sa.column("deal_id"), sa.column("currency", sa.String())
    )
    of_deal = sa.select(deal.c.currency).where(deal.c.id == sheet.c.deal_id).scalar_subquery()
    op.execute(sheet.update().values(currency=of_deal))
    with op.batch_alter_table("catalogue_deal_sheet", schema=None) as batch_op:
        batch_op.alter_column("currency", server_default=None)


def downgrade() -> None:
    """Take the column back."""
    with op.batch_alter_table("catalogue_deal_sheet", schema=None) as batch_op:
        batch_op.drop_column("currency")
