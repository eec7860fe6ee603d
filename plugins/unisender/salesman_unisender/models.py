"""The table of the company's account."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import Base, identity

ACCOUNT: Final = "unisender.account"
"""How its history is kept, and what its key is sealed for."""


class Account(Base):
    """The company's account at UniSender: one row, or none.

    ``sealed_key`` opens with the application's secret key only. ``follows_readers`` says whether
    the company wants to know who opens letters and follows links. ``hook_url`` is the address to
    which events were asked for, ``told_at`` when the last ones came.
    """

    __tablename__ = "unisender_account"

    id: Mapped[int] = identity()
    sealed_key: Mapped[str] = mapped_column(sa.Text)
    follows_readers: Mapped[bool] = mapped_column(default=False)
    hook_url: Mapped[str] = mapped_column(sa.String(500), default="")
    hooked_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(sa.String(300), default="")
    version: Mapped[int] = mapped_column(default=1)
