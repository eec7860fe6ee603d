"""The tables of distribution: rules with their members, absences, and the ledger of decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import Base, BigId, identity, refers

ANY: Final = "any"
WORKING: Final = "working"
RESTING: Final = "resting"
HOURS: Final = (ANY, WORKING, RESTING)
"""When a lead must have come in for a rule to hold."""

COORDINATOR: Final = "coordinator"
IN_TURN: Final = "in_turn"
LEAST_LOADED: Final = "least_loaded"
WEIGHTS: Final = "weights"
FIRST_COME: Final = "first_come"
METHODS: Final = (FIRST_COME, COORDINATOR, IN_TURN, LEAST_LOADED, WEIGHTS)
REMEMBERING: Final = (IN_TURN, LEAST_LOADED, WEIGHTS)
"""The methods whose next choice depends on the one before."""
KNOWN: Final = "known"
"""Stands in the ledger where no rule was asked: they are a client, who has an owner."""
WITHHELD: Final = "withheld"
"""Is read in place of that by whoever may not learn whose client somebody is; it is never kept."""
STAYS: Final = "stays"
"""Stands there where nobody else can take a lead that was not touched in time.

And ``RESTING`` where the lead waits until work begins."""
TRIED_AGAIN: Final = 30
"""After so many minutes of working time a lead that nobody could take is dealt again."""

NEW: Final = "new"
AFTER_REST: Final = "after_rest"
NOBODY: Final = "nobody"
ASKED: Final = "asked"
UNTOUCHED: Final = "untouched"
ROUNDS: Final = "rounds"
REASONS: Final = (NEW, AFTER_REST, NOBODY, ASKED, UNTOUCHED, ROUNDS)
"""Why somebody was looked for: the lead came in, work began again, nobody could take it before, a
person wanted it, nobody had touched it in time, or that happened so often that the coordinator
keeps it."""

LEFT: Final = "left"
NO_ACCESS: Final = "no_access"
ABSENT: Final = "absent"
HAD_IT: Final = "had_it"
UNSEEN: Final = "unseen"
KNEW_THEM: Final = "knew_them"
SKIPPED: Final = (LEFT, NO_ACCESS, ABSENT, RESTING, HAD_IT, KNEW_THEM, UNSEEN)
"""Why somebody did not get a lead who might have."""


class RuleMember(Base):
    """Somebody to whom a rule may give leads.

    ``turn`` is a number that grows with each lead which they get by the rule: who has the smallest
    has waited longest. ``credit`` says by how many millionths of a lead they are behind what their
    weight promises.
    """

    __tablename__ = "leads_rule_member"

    rule_id: Mapped[int] = mapped_column(
        sa.ForeignKey("leads_rule.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    weight: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    turn: Mapped[int] = mapped_column(BigId, default=0)
    credit: Mapped[int] = mapped_column(BigId, default=0)


class Rule(Base):
    """To whom leads go that fulfil its conditions; the first active one that fits decides.

    An empty condition lets every lead through. ``minutes`` of working time may pass until the lead
    must have been touched, 0 for no limit. Where ``only_working``, what comes in at night is dealt
    when work begins.
    """

    __tablename__ = "leads_rule"
    __table_args__ = (
        sa.CheckConstraint("hours IN ('any', 'working', 'resting')", name="hours"),
        sa.CheckConstraint(
            "method IN ('coordinator', 'in_turn', 'least_loaded', 'weights', 'first_come')",
            name="method",
        ),
    )

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100))
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    sources: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    products: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    regions: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    hours: Mapped[str] = mapped_column(sa.String(10), default=ANY)
    method: Mapped[str] = mapped_column(sa.String(15), default=FIRST_COME)
    coordinator_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    only_working: Mapped[bool] = mapped_column(default=False)
    minutes: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    members: Mapped[list[RuleMember]] = relationship(
        order_by=(RuleMember.position, RuleMember.user_id), cascade="all, delete-orphan"
    )


class Absence(Base):
    """Days on which somebody gets no leads, the first and the last one included."""

    __tablename__ = "leads_absence"
    __table_args__ = (sa.CheckConstraint("first_day <= last_day", name="days"),)

    id: Mapped[int] = identity()
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE")
    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(sa.String(200), default="")


class Decision(Base):
    """An entry of the ledger: what a rule made of a lead. It is never changed but for ``waiting``.

    ``skipped`` names who might have got it and why they did not; ``known`` there says that they
    were thought of for a client alone that the lead may be. ``waiting`` holds as long as the
    lead is looked at again when it is ``due_at``, which moves on while nobody can take it.
    """

    __tablename__ = "leads_decision"
    __table_args__ = (
        sa.Index("ix_leads_decision_rule_id_at", "rule_id", "at"),
        sa.Index(
            "ix_leads_decision_due_at",
            "due_at",
            postgresql_where=sa.text("waiting"),
            sqlite_where=sa.text("waiting"),
        ),
    )

    id: Mapped[int] = identity()
    lead_id: Mapped[int] = refers("leads_lead.id", ondelete="CASCADE")
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(12))
    rule_id: Mapped[int | None] = refers("leads_rule.id", ondelete="SET NULL", index=False)
    rule_name: Mapped[str] = mapped_column(sa.String(100), default="")
    method: Mapped[str] = mapped_column(sa.String(15))
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    round: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    due_at: Mapped[datetime | None]
    waiting: Mapped[bool] = mapped_column(default=False)

    @property
    def is_nobodys(self) -> bool:
        """Whether nobody got the lead, and it is not whose takes it first either."""
        return self.owner_id is None and self.method != FIRST_COME
