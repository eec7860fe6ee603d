"""The table of analytics: views of reports that people keep for themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity, refers

LONGEST_NAME: Final = 100


class KeptView(Base):
    """What somebody asks a report for, under a name.

    ``asked`` are the parameters of the address; a period is kept as its word, so a view of this
    month is another one in the next. ``mailed`` is ``weekly``, ``monthly`` or empty; on
    ``mail_on``, a day of the company, the next letter goes to whose view it is.
    """

    __tablename__ = "analytics_view"
    __table_args__ = (sa.Index("ix_analytics_view_mail_on", "mail_on"),)

    id: Mapped[int] = identity()
    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE")
    report: Mapped[str] = mapped_column(sa.String(100))
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    asked: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    mailed: Mapped[str] = mapped_column(sa.String(10), default="")
    mail_on: Mapped[date | None]
    created_at: Mapped[datetime]
