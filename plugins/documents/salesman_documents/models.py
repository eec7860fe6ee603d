"""The tables of documents: types with their statuses, templates, documents and all their versions.

Contents lie in the core's store of files: a row that refers to ``core_file`` holds its content.
Documents outlive the client, the deal and the own company that they name.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import salesman_requisites.toolkit  # noqa: F401  # its tables, to which ours refer
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from salesman_core.toolkit import TRIGRAMS, Base, KeptRecord, Norm, identity, refers

KIND: Final = "documents.document"
TYPE: Final = "documents.type"
TEMPLATE: Final = "documents.template"

GENERATED: Final = "generated"
UPLOADED: Final = "uploaded"
SIGNED: Final = "signed"
ORIGINS: Final = (GENERATED, UPLOADED, SIGNED)
"""Where a version came from: a template, somebody's editor, or a scanner."""

BEGUN: Final = "begun"
IN_WORK: Final = "in_work"
DONE: Final = "done"
VOID: Final = "void"
BASES: Final = (BEGUN, IN_WORK, DONE, VOID)
"""What a status is at bottom, whatever the company calls it."""

STARTS: Final = ("never", "yearly", "monthly")
LANGUAGES: Final = ("ru", "en")


class DocumentType(Base):
    """A type of document, as “Contract”.

    ``pattern`` and ``starts`` are how its numbers begin for each own company; the page of numbers
    changes them from there on. Where it has makers, nobody else makes such documents.
    """

    __tablename__ = "documents_type"

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(100))
    pattern: Mapped[str] = mapped_column(sa.String(100), default="{number}")
    starts: Mapped[str] = mapped_column(sa.String(10), default="yearly")
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    makers: Mapped[list[Maker]] = relationship(cascade="all, delete-orphan")
    statuses: Mapped[list[Status]] = relationship(
        order_by="Status.position", cascade="all, delete-orphan"
    )


class Maker(Base):
    """Who may make documents of a type: those of a role, or one person."""

    __tablename__ = "documents_maker"
    __table_args__ = (sa.CheckConstraint("(role_id IS NULL) <> (user_id IS NULL)", name="who"),)

    id: Mapped[int] = identity()
    type_id: Mapped[int] = refers("documents_type.id", ondelete="CASCADE")
    role_id: Mapped[int | None] = refers("core_role.id", ondelete="CASCADE")
    user_id: Mapped[int | None] = refers("core_user.id", ondelete="CASCADE")


class Status(Base):
    """How far documents of a type can be; those that are not active are offered no more."""

    __tablename__ = "documents_status"
    __table_args__ = (
        sa.CheckConstraint("base IN ('begun', 'in_work', 'done', 'void')", name="base"),
    )

    id: Mapped[int] = identity()
    type_id: Mapped[int] = refers("documents_type.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(60))
    base: Mapped[str] = mapped_column(sa.String(10), default=IN_WORK)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Template(Base):
    """A template of a type in a language; what it says stands in its versions."""

    __tablename__ = "documents_template"

    id: Mapped[int] = identity()
    type_id: Mapped[int] = refers("documents_type.id", ondelete="CASCADE")
    name: Mapped[str] = mapped_column(sa.String(100))
    language: Mapped[str] = mapped_column(sa.String(2))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class TemplateVersion(Base):
    """A file of a template as it was uploaded; documents are made from the last one.

    ``findings`` is what the linter said of it, ``used`` which values it says.
    """

    __tablename__ = "documents_template_version"
    __table_args__ = (sa.UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = identity()
    template_id: Mapped[int] = refers("documents_template.id", ondelete="CASCADE", index=False)
    number: Mapped[int] = mapped_column(sa.Integer)
    file_id: Mapped[int] = refers("core_file.id", ondelete="RESTRICT")
    name: Mapped[str] = mapped_column(sa.String(200))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    used: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    author_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]


class Document(KeptRecord, Base):
    """A document of a client or a deal.

    ``title`` is its type and number, and what it is about; ``client_name`` is what its client was
    called, which outlives it. ``signed_on`` and ``signed_by`` are about the other side's signature.
    """

    __tablename__ = "documents_document"
    __table_args__ = (sa.Index("ix_documents_document_created_at", "created_at", "id"),)

    id: Mapped[int] = identity()
    type_id: Mapped[int] = refers("documents_type.id", ondelete="RESTRICT")
    number: Mapped[str] = mapped_column(sa.String(100), default="")
    day: Mapped[date] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    search_title: Mapped[str] = mapped_column(Norm, index=True, info=TRIGRAMS)
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    status_id: Mapped[int | None] = refers("documents_status.id", ondelete="SET NULL")
    template_id: Mapped[int | None] = refers("documents_template.id", ondelete="SET NULL")
    company_id: Mapped[int | None] = refers("requisites_company.id", ondelete="SET NULL")
    signer_id: Mapped[int | None] = refers("requisites_signer.id", ondelete="SET NULL")
    client_id: Mapped[int | None] = refers("core_client.id", ondelete="SET NULL")
    client_name: Mapped[str] = mapped_column(sa.String(300), default="")
    contact_id: Mapped[int | None] = refers("core_contact.id", ondelete="SET NULL")
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="SET NULL")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None] = mapped_column(index=True)
    signed_on: Mapped[date | None]
    signed_by: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    moves: Mapped[list[StatusChange]] = relationship(cascade="all, delete-orphan")
    versions: Mapped[list[Version]] = relationship(
        order_by="Version.number", cascade="all, delete-orphan"
    )


class StatusChange(Base):
    """That a document came to a status: by whom, when, with which words."""

    __tablename__ = "documents_status_change"

    id: Mapped[int] = identity()
    document_id: Mapped[int] = refers("documents_document.id", ondelete="CASCADE")
    before: Mapped[str] = mapped_column(sa.String(60), default="")
    after: Mapped[str] = mapped_column(sa.String(60), default="")
    comment: Mapped[str] = mapped_column(sa.String(1000), default="")
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    author_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]


class Version(Base):
    """A file of a document: what was generated, uploaded or scanned; none is ever overwritten.

    ``hash`` is the SHA-256 of the content. ``pdf_id`` holds the same as PDF, once somebody asked.
    """

    __tablename__ = "documents_version"
    __table_args__ = (sa.UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = identity()
    document_id: Mapped[int] = refers("documents_document.id", ondelete="CASCADE", index=False)
    number: Mapped[int] = mapped_column(sa.Integer)
    origin: Mapped[str] = mapped_column(sa.String(10))
    file_id: Mapped[int] = refers("core_file.id", ondelete="RESTRICT")
    pdf_id: Mapped[int | None] = refers("core_file.id", ondelete="RESTRICT")
    template_version_id: Mapped[int | None] = refers(
        "documents_template_version.id", ondelete="SET NULL"
    )
    name: Mapped[str] = mapped_column(sa.String(200))
    hash: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    comment: Mapped[str] = mapped_column(sa.String(1000), default="")
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    author_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]


class Link(Base):
    """A link by which somebody outside reads one version until it expires.

    ``key_hash`` is the SHA-256 of the secret in its address; the secret itself is kept nowhere.
    """

    __tablename__ = "documents_link"

    id: Mapped[int] = identity()
    version_id: Mapped[int] = refers("documents_version.id", ondelete="CASCADE")
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    opened: Mapped[int] = mapped_column(sa.Integer, default=0)
    opened_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    created_at: Mapped[datetime]
