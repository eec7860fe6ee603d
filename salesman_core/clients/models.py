"""Clients, contacts and the ladder of relationship (``product.md``, rule 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.db import TOGETHER, Base, BigId, Norm, identity, refers
from salesman_core.db.trigrams import TRIGRAMS
from salesman_core.records.models import (
    CustomWord,
    ExternalId,
    KeptRecord,
    Participant,
    Reach,
)


class Rung(Base):
    """A rung of the ladder.

    A client stands on the highest rung whose needs its evidence meets: ``interests`` and
    ``sales`` say how many of each it takes. On the lowest one it begins; above that, a rung that
    needs nothing is reached by hand only.
    """

    __tablename__ = "core_rung"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    colour: Mapped[str] = mapped_column(sa.String(20))
    interests: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    sales: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class ClientPhone(Reach, Base):
    """A client's telephone number."""

    __tablename__ = "core_client_phone"

    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")


class ClientEmail(Reach, Base):
    """A client's address for letters."""

    __tablename__ = "core_client_email"

    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")


class ClientAddress(Base):
    """Where a client is; ``label`` says in the company's words what for, and may be empty."""

    __tablename__ = "core_client_address"

    id: Mapped[int] = identity()
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")
    label: Mapped[str] = mapped_column(sa.String(60), default="")
    text: Mapped[str] = mapped_column(sa.String(500))
    search_text: Mapped[str] = mapped_column(Norm, info=TRIGRAMS)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class ClientTag(Base):
    """A word that a client is marked with."""

    __tablename__ = "core_client_tag"

    client_id: Mapped[int] = refers(
        "core_client.id", ondelete="CASCADE", primary_key=True, index=False
    )
    tag: Mapped[str] = mapped_column(sa.String(60), primary_key=True, index=True)


class ClientParticipant(Participant, Base):
    """A person who has a part in a client."""

    __tablename__ = "core_client_participant"

    record_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE", primary_key=True)


class ClientExternalId(ExternalId, Base):
    """A client's key in another system."""

    __tablename__ = "core_client_external_id"

    record_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")


class ClientWord(CustomWord, Base):
    """What is looked for in a client's custom fields."""

    __tablename__ = "core_client_word"
    __table_args__ = CustomWord.index("core_client_word")

    record_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")


class Client(KeptRecord, Base):
    """A company or a person that buys or may buy.

    ``kind`` is ``company`` or ``person``. ``rung_pinned_at`` is when somebody chose the rung
    by hand: evidence older than that does not move it. ``merged_into_id`` is the client with which
    it turned out to be one; what was merged lies in the bin as well.
    """

    __tablename__ = "core_client"
    __table_args__ = (
        sa.Index("ix_core_client_owner_id_name", "owner_id", "search_name", "id"),
        sa.Index("ix_core_client_created_at", "created_at", "id"),
        sa.Index("ix_core_client_updated_at", "updated_at", "id"),
        {"info": {TOGETHER: ({"rung_id", "rung_pinned_at"},)}},
    )

    id: Mapped[int] = identity()
    kind: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(sa.String(300))
    search_name: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    rung_id: Mapped[int] = refers("core_rung.id", ondelete="RESTRICT")
    rung_pinned_at: Mapped[datetime | None]
    site: Mapped[str] = mapped_column(sa.String(300), default="")
    source: Mapped[str] = mapped_column(sa.String(100), default="")
    custom: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    version: Mapped[int] = mapped_column(default=1)

    phones: Mapped[list[ClientPhone]] = relationship(
        order_by=ClientPhone.position, cascade="all, delete-orphan"
    )
    emails: Mapped[list[ClientEmail]] = relationship(
        order_by=ClientEmail.position, cascade="all, delete-orphan"
    )
    addresses: Mapped[list[ClientAddress]] = relationship(
        order_by=ClientAddress.position, cascade="all, delete-orphan"
    )
    tags: Mapped[list[ClientTag]] = relationship(
        order_by=ClientTag.tag, cascade="all, delete-orphan"
    )
    external_ids: Mapped[list[ClientExternalId]] = relationship(cascade="all, delete-orphan")


class ContactPhone(Reach, Base):
    """A contact's telephone number."""

    __tablename__ = "core_contact_phone"

    contact_id: Mapped[int] = refers("core_contact.id", ondelete="CASCADE")


class ContactEmail(Reach, Base):
    """A contact's address for letters."""

    __tablename__ = "core_contact_email"

    contact_id: Mapped[int] = refers("core_contact.id", ondelete="CASCADE")


class ContactExternalId(ExternalId, Base):
    """A contact's key in another system."""

    __tablename__ = "core_contact_external_id"

    record_id: Mapped[int] = refers("core_contact.id", ondelete="CASCADE")


class ContactWord(CustomWord, Base):
    """What is looked for in a contact's custom fields."""

    __tablename__ = "core_contact_word"
    __table_args__ = CustomWord.index("core_contact_word")

    record_id: Mapped[int] = refers("core_contact.id", ondelete="CASCADE")


class Contact(KeptRecord, Base):
    """A person at a client; one contact of each client is the primary one."""

    __tablename__ = "core_contact"

    id: Mapped[int] = identity()
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(300))
    search_name: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    position: Mapped[str] = mapped_column(sa.String(200), default="")
    primary: Mapped[bool] = mapped_column(default=False)
    custom: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    imported: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    phones: Mapped[list[ContactPhone]] = relationship(
        order_by=ContactPhone.position, cascade="all, delete-orphan"
    )
    emails: Mapped[list[ContactEmail]] = relationship(
        order_by=ContactEmail.position, cascade="all, delete-orphan"
    )
    external_ids: Mapped[list[ContactExternalId]] = relationship(cascade="all, delete-orphan")


class ClientEvidence(Base):
    """Evidence about a client as it stands now; who gave it is its owner.

    ``text`` says it where it was given in one language; else ``words`` does, in any. Neither names
    the record that it tells of: not everybody who sees the client may see that one.
    """

    __tablename__ = "core_client_evidence"
    __table_args__ = (sa.UniqueConstraint("client_id", "owner", "weight", "sale"),)

    id: Mapped[int] = identity()
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE", index=False)
    owner: Mapped[str] = mapped_column(sa.String(31))
    weight: Mapped[str] = mapped_column(sa.String(10))
    sale: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(sa.String(500))
    words: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    record_kind: Mapped[str | None] = mapped_column(sa.String(60))
    record_id: Mapped[int | None] = mapped_column(BigId)


class RungMove(Base):
    """A move on the ladder, with who or what made it and why.

    ``reason`` says why where somebody wrote it; else ``words`` does, in any language, and the
    record that it tells of stands beside it. ``of_client_id`` is the client that moved: merging
    gives its moves to another one, which they have not moved.
    """

    __tablename__ = "core_rung_move"

    id: Mapped[int] = identity()
    client_id: Mapped[int] = refers("core_client.id", ondelete="CASCADE")
    of_client_id: Mapped[int] = mapped_column(BigId)
    from_rung_id: Mapped[int | None] = refers("core_rung.id", ondelete="RESTRICT")
    to_rung_id: Mapped[int] = refers("core_rung.id", ondelete="RESTRICT")
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    actor_name: Mapped[str] = mapped_column(sa.String(200), default="")
    automatic: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(500))
    words: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    record_kind: Mapped[str | None] = mapped_column(sa.String(60))
    record_id: Mapped[int | None] = mapped_column(BigId)
