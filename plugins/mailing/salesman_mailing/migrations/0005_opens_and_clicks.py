"""Opens and clicks of letters."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "mailing_0005"
down_revision = "mailing_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "mailing_letter_link",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("target", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["mailing_campaign.id"],
            name=op.f("fk_mailing_letter_link_campaign_id_mailing_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_letter_link")),
        sa.UniqueConstraint(
            "campaign_id", "position", name=op.f("uq_mailing_letter_link_campaign_id_position")
        ),
    )
    op.create_table(
        "mailing_click",
        sa.Column(
            "recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_at", types.UtcDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["mailing_letter_link.id"],
            name=op.f("fk_mailing_click_link_id_mailing_letter_link"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["mailing_recipient.id"],
            name=op.f("fk_mailing_click_recipient_id_mailing_recipient"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recipient_id", "link_id", name=op.f("pk_mailing_click")),
    )
    with op.batch_alter_table("mailing_click", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailing_click_link_id"), ["link_id"], unique=False)

    with op.batch_alter_table("mailing_campaign", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("follows_readers", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("mailing_recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("opens", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("clicked_at", types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("mailing_recipient", schema=None) as batch_op:
        batch_op.drop_column("clicked_at")
        batch_op.drop_column("opens")
        batch_op.drop_column("opened_at")

    with op.batch_alter_table("mailing_campaign", schema=None) as batch_op:
        batch_op.drop_column("follows_readers")

    with op.batch_alter_table("mailing_click", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailing_click_link_id"))

    op.drop_table("mailing_click")
    op.drop_table("mailing_letter_link")
