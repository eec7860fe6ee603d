"""Looks as somebody else, the company's audit, faults with their route, who sees which fields."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None

SHOWN_SO_FAR = {
    "core.client.view": "core.client.contact_data",
    "core.deal.view": "core.deal.margin",
}
"""Who saw the records saw these fields as well, until they got a permission of their own."""

ALL = 3


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("core_audit") as batch_op:
        batch_op.create_index("ix_core_audit_actor_id", ["actor_id", "id"])
        batch_op.create_index("ix_core_audit_kind", ["kind", "id"])
    with op.batch_alter_table("core_plugin_fault") as batch_op:
        batch_op.add_column(sa.Column("route", sa.String(200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("actor_id", _big(), nullable=True))
        batch_op.add_column(
            sa.Column("actor_name", sa.String(200), nullable=False, server_default="")
        )
    with op.batch_alter_table("core_plugin_fault") as batch_op:
        batch_op.alter_column("route", server_default=None)
        batch_op.alter_column("actor_name", server_default=None)
    _create_look()
    _grant_what_was_seen()


def _create_look() -> None:
    op.create_table(
        "core_look",
        sa.Column("id", _big(), autoincrement=True, nullable=False),
        sa.Column("session_id", _big(), nullable=True),
        sa.Column("user_id", _big(), nullable=True),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("seen_id", _big(), nullable=True),
        sa.Column("seen_name", sa.String(200), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("until", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["core_session.id"],
            name=op.f("fk_core_look_session_id_core_session"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_look_user_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["seen_id"],
            ["core_user.id"],
            name=op.f("fk_core_look_seen_id_core_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_look")),
    )
    for column in ("session_id", "user_id", "seen_id"):
        op.create_index(op.f(f"ix_core_look_{column}"), "core_look", [column])


def _grant_what_was_seen() -> None:
    """Leave the roles that a company made as they were; presets get what they get by default."""
    grant = sa.table("core_role_grant", *map(sa.column, ("role_id", "permission", "scope")))
    role = sa.table("core_role", sa.column("id"), sa.column("preset"))
    for view, field in SHOWN_SO_FAR.items():
        holders = (
            sa.select(grant.c.role_id, sa.literal(field), sa.literal(ALL))
            .join(role, role.c.id == grant.c.role_id)
            .where(grant.c.permission == view, grant.c.scope > 0, role.c.preset.is_(None))
        )
        op.execute(grant.insert().from_select(["role_id", "permission", "scope"], holders))


def downgrade() -> None:
    """Bring the tables back."""
    grant = sa.table("core_role_grant", sa.column("permission"))
    seeded = sa.table("core_seeded_grants", sa.column("permission"))
    for table in (grant, seeded):
        op.execute(sa.delete(table).where(table.c.permission.in_(SHOWN_SO_FAR.values())))
    op.drop_table("core_look")
    with op.batch_alter_table("core_plugin_fault") as batch_op:
        for column in ("actor_name", "actor_id", "route"):
            batch_op.drop_column(column)
    with op.batch_alter_table("core_audit") as batch_op:
        batch_op.drop_index("ix_core_audit_kind")
        batch_op.drop_index("ix_core_audit_actor_id")
