"""discussions: other plugins open threads, write in them and ask for decisions."""

import sqlalchemy as sa
from alembic import op

from salesman_core.db import types

revision = "discussions_0002"
down_revision = "discussions_0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACT = "ck_discussions_message_act"
BEFORE = "act IN ('said', 'closed', 'reopened')"
AFTER = "act IN ('said', 'noted', 'closed', 'reopened')"


def upgrade() -> None:
    """Bring the tables forward."""
    _let_acts_be(AFTER)
    for table in ("discussions_thread", "discussions_message"):
        op.add_column(table, sa.Column("key", sa.String(length=120), nullable=True))
        op.create_index(op.f(f"ix_{table}_key"), table, ["key"], unique=True)
    op.create_table(
        "discussions_question",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("page", sa.String(length=500), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{target}.id"],
                name=op.f(f"fk_discussions_question_{column}_{target}"),
                ondelete="CASCADE",
            )
            for column, target in (
                ("message_id", "discussions_message"),
                ("thread_id", "discussions_thread"),
                ("user_id", "core_user"),
            )
        ),
        sa.PrimaryKeyConstraint("message_id", "user_id", name=op.f("pk_discussions_question")),
    )
    op.create_index(
        op.f("ix_discussions_question_thread_id"), "discussions_question", ["thread_id"]
    )
    op.create_index(
        "ix_discussions_question_user_id", "discussions_question", ["user_id", "ended_at"]
    )


def downgrade() -> None:
    """Take the tables back: what was noted stays as something said."""
    op.drop_table("discussions_question")
    for table in ("discussions_thread", "discussions_message"):
        op.drop_index(op.f(f"ix_{table}_key"), table)
        with op.batch_alter_table(table, table_args=_kept(table)) as batch_op:
            batch_op.drop_column("key")
    op.execute("UPDATE discussions_message SET act = 'said' WHERE act = 'noted'")
    _let_acts_be(BEFORE)


def _kept(table: str) -> tuple[sa.CheckConstraint, ...]:
    # SQLite writes the table anew, and would forget the rule.
    return (sa.CheckConstraint(AFTER, name=ACT),) if table == "discussions_message" else ()


def _let_acts_be(rule: str) -> None:
    """Change the rule of what a message may be; SQLite forgets the one before with the table."""
    with op.batch_alter_table("discussions_message") as batch_op:
        if op.get_bind().dialect.name != "sqlite":
            batch_op.drop_constraint(batch_op.f(ACT), type_="check")
        batch_op.create_check_constraint(batch_op.f(ACT), rule)
