"""The table of the company's rules against junk."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity

RULES: Final = "leads.junk"
"""The kind under which the audit tells of the rules."""

ONLY: Final = 1
"""The id of the one row."""


class JunkRules(Base):
    """What the company takes for junk: one row, or none as long as nobody has changed anything.

    What holds until then say :class:`~salesman_leads.junk.queries.Rules`.

    :cvar phrases: what no customer writes, one a line.
    :cvar least_seconds: who fills a form in faster is a program.
    :cvar most_sent: how often one network may send one form within ``sent_minutes``.
    :cvar most_repeats: how often the same text, phone or email may come within ``repeat_hours``.
    """

    __tablename__ = "leads_junk_rules"

    id: Mapped[int] = identity()
    phrases: Mapped[str] = mapped_column(sa.Text)
    least_seconds: Mapped[int]
    most_sent: Mapped[int]
    sent_minutes: Mapped[int]
    most_repeats: Mapped[int]
    repeat_hours: Mapped[int]
    version: Mapped[int]
