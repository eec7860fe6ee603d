"""The tables of groups: what a group is, whom it names, and the filters that it follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from salesman_core.toolkit import TRIGRAMS, Base, BigId, KeptRecord, Norm, identity, refers

KIND: Final = "mailing.group"

BY_HAND, FROM_LIST, FROM_IMPORT, FROM_GROUP = "hand", "list", "import", "group"
WAYS: Final = (BY_HAND, FROM_LIST, FROM_IMPORT, FROM_GROUP)
"""How a record that a group names came into it."""

ITSELF, ITS_CONTACTS, ITS_PRIMARY = "itself", "contacts", "primary"
WHOM: Final = (ITSELF, ITS_CONTACTS, ITS_PRIMARY)
"""Who is meant by what a filter finds: the record, or the people at a client."""


class Group(KeptRecord, Base):
    """Those to write to.

    In it is whom it names (:class:`Member`) and whom its filters find (:class:`GroupFilter`), but
    for those who are kept out. ``purpose_id`` is what they are written to for: it decides who of
    them may be.
    """

    __tablename__ = "mailing_group"
    __table_args__ = (sa.Index("ix_mailing_group_owner_id", "owner_id", "search_name"),)

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(200))
    search_name: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    description: Mapped[str] = mapped_column(sa.String(1000), default="")
    purpose_id: Mapped[int] = refers("mailing_purpose.id", ondelete="RESTRICT")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Member(Base):
    """A record that a group names: it is in it, or kept out of it whatever its filters say.

    Clients and contacts have columns of their own, so that a merging takes them along; all others
    are told by kind and number. ``way`` says how it came in; None where only filters bring it.
    ``excluded_at`` is since when it is kept out.
    """

    __tablename__ = "mailing_member"
    __table_args__ = (
        sa.CheckConstraint(
            "(client_id IS NOT NULL AND contact_id IS NULL AND record_id IS NULL)"
            " OR (client_id IS NULL AND contact_id IS NOT NULL AND record_id IS NULL)"
            " OR (client_id IS NULL AND contact_id IS NULL AND record_id IS NOT NULL)",
            name="one_record",
        ),
        sa.CheckConstraint("(kind IS NULL) = (record_id IS NULL)", name="kind"),
        sa.CheckConstraint("way IN ('hand', 'list', 'import', 'group')", name="way"),
        sa.CheckConstraint("way IS NOT NULL OR excluded_at IS NOT NULL", name="meant"),
        sa.UniqueConstraint("group_id", "client_id"),
        sa.UniqueConstraint("group_id", "contact_id"),
        sa.UniqueConstraint("group_id", "kind", "record_id"),
        sa.Index("ix_mailing_member_record", "kind", "record_id"),
    )

    BY_KIND: ClassVar[Mapping[str, str]] = {"client": "client_id", "contact": "contact_id"}
    """The kinds to which a column of their own refers."""

    id: Mapped[int] = identity()
    group_id: Mapped[int] = refers("mailing_group.id", ondelete="CASCADE", index=False)
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="CASCADE")
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="CASCADE")
    kind: Mapped[str | None] = mapped_column(sa.String(60))
    record_id: Mapped[int | None] = mapped_column(BigId)
    way: Mapped[str | None] = mapped_column(sa.String(10))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    excluded_at: Mapped[datetime | None]
    excluded_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")


class GroupFilter(Base):
    """A filter of a list: whatever it finds at the moment is in the group.

    ``args`` are the parameters of the address of the list of ``kind``, as saved views keep them.
    """

    __tablename__ = "mailing_group_filter"
    __table_args__ = (sa.CheckConstraint("whom IN ('itself', 'contacts', 'primary')", name="whom"),)

    id: Mapped[int] = identity()
    group_id: Mapped[int] = refers("mailing_group.id", ondelete="CASCADE")
    kind: Mapped[str] = mapped_column(sa.String(60))
    whom: Mapped[str] = mapped_column(sa.String(10), default=ITSELF)
    args: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime]
