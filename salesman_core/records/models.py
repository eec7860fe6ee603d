"""Tables that every kind of record shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from salesman_core.db import Base, BigId, Norm, identity, refers
from salesman_core.db.trigrams import TRIGRAMS


class Audit(Base):
    """Who changed what, when, from where.

    It refers to nothing and keeps names as text, so that it can be read when the record, the
    user or the plugin is gone. ``names`` holds what users were called then whose ids stand in
    ``changes``. ``address`` is the network address and ``way`` the way in, see
    :class:`~salesman_core.access.origin.Origin`.
    """

    __tablename__ = "core_audit"
    __table_args__ = (
        sa.Index("ix_core_audit_record", "kind", "record_id", "id"),
        sa.Index("ix_core_audit_actor_id", "actor_id", "id"),
        sa.Index("ix_core_audit_kind", "kind", "id"),
    )

    id: Mapped[int] = identity()
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(sa.String(200), default="")
    kind: Mapped[str] = mapped_column(sa.String(60))
    record_id: Mapped[int] = mapped_column(BigId)
    label: Mapped[str] = mapped_column(sa.String(300), default="")
    action: Mapped[str] = mapped_column(sa.String(60))
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    names: Mapped[dict[str, str] | None] = mapped_column(sa.JSON(none_as_null=True))
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    way: Mapped[str] = mapped_column(sa.String(300), default="")


class KeptRecord:
    """The columns of a record that people change: times, version and bin.

    ``version`` counts the changes: it makes the ETag and lets nobody overwrite unseen.
    """

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  # SQLAlchemy hands over the class
        return {"version_id_col": cls.version}


class Participant:
    """A person beside the owner who has a part in a record, and sees it."""

    user_id: Mapped[int] = refers("core_user.id", ondelete="CASCADE", primary_key=True)
    part: Mapped[str] = mapped_column(sa.String(100), default="")
    since: Mapped[datetime]
    by_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)


class Tie:
    """What ties a record to another one: a client, a deal, or a plugin's by its kind and number.

    The mapped class that is made of it adds its own ``id`` and ``record_id``, the record that is
    tied. A record may have any number of them (ADR 73).
    """

    BY_KEY: ClassVar[Mapping[str, str]] = {"client": "client_id", "deal": "deal_id"}
    """The kinds to which a column of their own refers; all others are told by kind and number."""

    client_id: Mapped[int | None] = refers("core_client.id", ondelete="CASCADE", index=False)
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="CASCADE", index=False)
    about_kind: Mapped[str | None] = mapped_column(sa.String(60))
    about_id: Mapped[int | None] = mapped_column(BigId)

    @staticmethod
    def to_one_record(table: str) -> tuple[sa.schema.SchemaItem, ...]:
        """Give the checks that a row ties to one record, and the indexes by which it is found."""
        return (
            sa.CheckConstraint(
                "(client_id IS NOT NULL AND deal_id IS NULL AND about_id IS NULL)"
                " OR (client_id IS NULL AND deal_id IS NOT NULL AND about_id IS NULL)"
                " OR (client_id IS NULL AND deal_id IS NULL AND about_id IS NOT NULL)",
                name="one_record",
            ),
            sa.CheckConstraint("(about_kind IS NULL) = (about_id IS NULL)", name="about"),
            sa.Index(f"ix_{table}_client_id", "client_id", "record_id"),
            sa.Index(f"ix_{table}_deal_id", "deal_id", "record_id"),
            sa.Index(f"ix_{table}_about", "about_kind", "about_id", "record_id"),
        )


class ExternalId:
    """The key of a record in another system; unique per kind and source."""

    source: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)


class Reach:
    """A telephone number or an address for letters.

    ``typed`` is what somebody wrote, ``normalised`` what it means (E.164, or the address in lower
    case); None where it does not validate. It is kept all the same.
    """

    id: Mapped[int] = identity()
    typed: Mapped[str] = mapped_column(sa.String(254))
    normalised: Mapped[str | None] = mapped_column(sa.String(254), index=True, info=TRIGRAMS)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)


class Attached:
    """What hangs on one record: on a client, on a deal, or on a plugin's by its kind and number.

    No foreign key leads to a record of a plugin: :mod:`salesman_core.records.hanging` lets go what
    hangs on one that is gone for good.
    """

    client_id: Mapped[int | None] = refers("core_client.id", ondelete="CASCADE", index=False)
    deal_id: Mapped[int | None] = refers("core_deal.id", ondelete="CASCADE", index=False)
    kind: Mapped[str | None] = mapped_column(sa.String(60))
    record_id: Mapped[int | None] = mapped_column(BigId)
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL", index=False)
    author_name: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    @staticmethod
    def for_one_record(table: str) -> tuple[sa.schema.SchemaItem, ...]:
        """Give the checks that a row hangs on one record, and the indexes for its story."""
        return (
            sa.CheckConstraint(
                "(client_id IS NOT NULL AND deal_id IS NULL AND record_id IS NULL)"
                " OR (client_id IS NULL AND deal_id IS NOT NULL AND record_id IS NULL)"
                " OR (client_id IS NULL AND deal_id IS NULL AND record_id IS NOT NULL)",
                name="one_record",
            ),
            sa.CheckConstraint("(kind IS NULL) = (record_id IS NULL)", name="kind"),
            sa.Index(f"ix_{table}_client_id", "client_id", "created_at", "id"),
            sa.Index(f"ix_{table}_deal_id", "deal_id", "created_at", "id"),
            sa.Index(f"ix_{table}_record", "kind", "record_id", "created_at", "id"),
        )


class Note(Attached, KeptRecord, Base):
    """What somebody wrote about a record."""

    __tablename__ = "core_note"
    __table_args__ = Attached.for_one_record("core_note")

    id: Mapped[int] = identity()
    text: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Attachment(Attached, Base):
    """A file on a record, under the name that it came with.

    ``media_type`` is one of a fixed list, judged by content and name, never what a browser said.
    """

    __tablename__ = "core_attachment"
    __table_args__ = Attached.for_one_record("core_attachment")

    id: Mapped[int] = identity()
    file_id: Mapped[int] = refers("core_file.id", ondelete="RESTRICT")
    name: Mapped[str] = mapped_column(sa.String(200))
    media_type: Mapped[str] = mapped_column(sa.String(100))


HANGING: Final = (Note, Attachment)
"""What hangs on records."""


class Shared:
    """What somebody keeps under a name, for themselves or for others.

    ``sharing`` is ``private``, ``team`` (the owner's team, and whoever is above it) or ``company``.
    """

    id: Mapped[int] = identity()
    name: Mapped[str] = mapped_column(sa.String(60))
    sharing: Mapped[str] = mapped_column(sa.String(10), default="private")
    owner_id: Mapped[int | None] = refers("core_user.id", ondelete="CASCADE")
    team_id: Mapped[int | None] = refers("core_team.id", ondelete="SET NULL")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    @staticmethod
    def with_whom() -> sa.CheckConstraint:
        """Give the check of ``sharing``."""
        return sa.CheckConstraint("sharing IN ('private', 'team', 'company')", name="sharing")


class ImportMapping(Shared, Base):
    """A mapping that somebody keeps for files to come.

    ``record`` is the word of the kind of record, as ``deals``; ``mapping`` the tables as their TOML
    would have them; ``headings`` those of the file for which it was made.
    """

    __tablename__ = "core_import_mapping"
    __table_args__ = (
        Shared.with_whom(),
        sa.Index("ix_core_import_mapping_record", "record", "deleted_at"),
    )

    record: Mapped[str] = mapped_column(sa.String(60))
    mapping: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    headings: Mapped[list[str]] = mapped_column(sa.JSON, default=list)


class FileImport(Base):
    """A file that somebody brings in through the page, from its upload to its result.

    ``record`` is the word of the kind of record, as ``deals``; ``mapping`` the tables of a mapping
    as their TOML would have them; ``result`` what came of the last run, see
    :mod:`salesman_core.records.imports.summary`. The content lies in the store by ``file_hash``,
    which is empty where the command line read the file. ``undone`` is what came of taking it back.
    ``mapping_id`` names the kept mapping with which somebody began.
    """

    __tablename__ = "core_import"

    id: Mapped[int] = identity()
    record: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[str] = mapped_column(sa.String(200))
    file_hash: Mapped[str] = mapped_column(sa.String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    job_id: Mapped[int | None] = mapped_column(BigId)
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    created_at: Mapped[datetime]
    undone: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    mapping_id: Mapped[int | None] = refers("core_import_mapping.id", ondelete="SET NULL")


class ImportChange(Base):
    """What an import did to one row of a record, in the order in which it did it.

    ``record_table`` and ``record_id`` name the record, ``row_table`` and ``row_key`` (its primary
    key) the row. A record that the import made has one line with a ``digest`` of all its rows; of
    a row that it changed, ``before`` and ``after`` say what stood in it.
    """

    __tablename__ = "core_import_change"
    __table_args__ = (
        sa.Index("ix_core_import_change_record", "import_id", "record_table", "record_id"),
    )

    id: Mapped[int] = identity()
    import_id: Mapped[int] = refers("core_import.id", ondelete="CASCADE", index=False)
    record_table: Mapped[str] = mapped_column(sa.String(63))
    record_id: Mapped[int] = mapped_column(BigId)
    row_table: Mapped[str] = mapped_column(sa.String(63))
    row_key: Mapped[list[Any]] = mapped_column(sa.JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    digest: Mapped[str | None] = mapped_column(sa.String(32))


class CustomField(Base):
    """A field that the company has defined for a kind of record; see ADR 0011.

    ``key`` is its name in the JSON API and in the records' column ``custom``, for good; ``options``
    what a choice offers: ``[{"key", "title", "offered"}]``. ``retired_at`` is when it was taken out
    of use: its values stay.
    """

    __tablename__ = "core_custom_field"
    __table_args__ = (sa.UniqueConstraint("kind", "key"),)

    id: Mapped[int] = identity()
    kind: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(40))
    label: Mapped[str] = mapped_column(sa.String(100))
    type: Mapped[str] = mapped_column(sa.String(10))
    options: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    help: Mapped[str] = mapped_column(sa.String(300), default="")
    required: Mapped[bool] = mapped_column(default=False)
    searched: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    retired_at: Mapped[datetime | None]


class CustomWord:
    """What is looked for in custom fields of text, and the marks of those with several choices.

    It is written from the record's column ``custom`` whenever that changes, and by nobody else.
    """

    id: Mapped[int] = identity()
    field_id: Mapped[int] = refers("core_custom_field.id", ondelete="CASCADE", index=False)
    text: Mapped[str] = mapped_column(Norm, info=TRIGRAMS)

    @staticmethod
    def index(table: str) -> tuple[sa.schema.SchemaItem, ...]:
        """Give the index by which whole values are found."""
        return (sa.Index(f"ix_{table}_field_id_text", "field_id", "text", "record_id"),)


class BulkRun(Base):
    """Something that somebody does with many records at once: an act, its undoing, an export.

    ``act`` is the owner and id of a :class:`BulkAction`, as ``core.assign``, or ``core.export``;
    ``given`` what it was given, ``asked`` the list as its address asked for it, where no single
    rows were marked. ``stopped`` says why it did not come to its end. Of an export, the content
    lies in the store by ``file_hash``.
    """

    __tablename__ = "core_bulk_run"

    id: Mapped[int] = identity()
    kind: Mapped[str] = mapped_column(sa.String(60))
    act: Mapped[str] = mapped_column(sa.String(100))
    given: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    asked: Mapped[str | None] = mapped_column(sa.Text)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    undoes_id: Mapped[int | None] = refers("core_bulk_run.id", ondelete="SET NULL")
    file_hash: Mapped[str | None] = mapped_column(sa.String(64))
    file_name: Mapped[str] = mapped_column(sa.String(200), default="")
    stopped: Mapped[str] = mapped_column(sa.Text, default="")
    job_id: Mapped[int | None] = mapped_column(BigId)
    author_id: Mapped[int | None] = refers("core_user.id", ondelete="SET NULL")
    created_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class BulkRow(Base):
    """One record of a run: in which version it was chosen, and what came of it.

    ``state`` is ``waiting``, ``done``, ``unchanged`` or ``refused``; a refused one has the
    ``status`` of its error and the ``reason``, in the words of whoever began the run. ``undo`` is
    what the act gave for taking it back.
    """

    __tablename__ = "core_bulk_row"
    __table_args__ = (sa.Index("ix_core_bulk_row_state", "run_id", "state", "record_id"),)

    run_id: Mapped[int] = refers(
        "core_bulk_run.id", ondelete="CASCADE", primary_key=True, index=False
    )
    record_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    version: Mapped[int | None]
    label: Mapped[str] = mapped_column(sa.String(300), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    status: Mapped[int | None] = mapped_column(sa.SmallInteger)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    undo: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)


class ListView(Shared, Base):
    """A list as somebody keeps it: name, filter, order and columns, for themselves or for others.

    ``args`` are the parameters of the list's address; ``columns`` is None for the usual ones.
    """

    __tablename__ = "core_list_view"
    __table_args__ = (
        Shared.with_whom(),
        sa.Index("ix_core_list_view_kind", "kind", "deleted_at"),
    )

    kind: Mapped[str] = mapped_column(sa.String(60))
    args: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    columns: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
