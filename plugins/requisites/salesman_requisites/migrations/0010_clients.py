"""requisites: what clients are in law."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "requisites_0010"
down_revision = "requisites_0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TEXTS = {
    "country": 2,
    "inn": 12,
    "kpp": 9,
    "ogrn": 15,
    "vat_number": 30,
    "full_name": 500,
    "legal_address": 500,
    "bank": 200,
    "bic": 11,
    "account": 34,
    "correspondent": 34,
    "signer": 200,
    "signer_post": 200,
    "signer_ground": 300,
    "tax_key": 40,
}


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "requisites_client",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("client_id", ID, nullable=False),
        *(sa.Column(name, sa.String(length=size), nullable=False) for name, size in TEXTS.items()),
        sa.Column("search_text", types.Norm(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["core_client.id"],
            name=op.f("fk_requisites_client_client_id_core_client"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requisites_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_requisites_client_client_id")),
    )
    for name in ("inn", "ogrn", "vat_number", "tax_key"):
        op.create_index(op.f(f"ix_requisites_client_{name}"), "requisites_client", [name])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("requisites_client")
