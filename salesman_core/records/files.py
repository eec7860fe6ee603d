"""Files on records: who sees the record has them, who attached one takes it away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission, record_type
from salesman_core.clock import now
from salesman_core.db import AnyRow, one_of, reading, writing
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.attached import (
    column,
    demand_record,
    found,
    may_remove,
    of_kind,
    on_record,
    place_on,
    record_label,
    record_of,
    refuse_stranger,
)
from salesman_core.records.changes import announce, audit
from salesman_core.records.models import Attachment
from salesman_core.services import files as store
from salesman_core.services import previews
from salesman_core.services.models import StoredFile

_ = texts.lazy

ATTACH: Final = "core.file.attach"

COLUMNS: Final = (
    Attachment.id,
    Attachment.client_id,
    Attachment.deal_id,
    Attachment.kind,
    Attachment.record_id,
    Attachment.name,
    Attachment.media_type,
    Attachment.author_id,
    Attachment.author_name,
    Attachment.created_at,
    StoredFile.size,
    StoredFile.hash,
)


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it is handed out.

    :param path: where its content lies.
    :param name: under which name it is saved.
    :param media_type: one of the fixed list of :mod:`salesman_core.services.files`.
    :param hash: of its content, for the ETag.
    """

    path: Path
    name: str
    media_type: str
    hash: str


def attach(kind: str, record_id: int, name: str, content: IO[bytes]) -> int:
    """Attach a file to a record that the person sees; give the attachment's id.

    :param name: as the browser gave it; made harmless.
    :raises InvalidError: for an empty file.
    :raises TooLargeError: for one that is too large.
    """
    demand_permission(ATTACH)
    demand_record(kind, record_id)  # before a stranger's bytes are written
    return attach_kept(kind, record_id, _kept(name, content))


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file whose content lies in the store, and which hangs on no record yet.

    :param name: made harmless.
    :param media_type: one of the fixed list of :mod:`salesman_core.services.files`.
    """

    name: str
    media_type: str
    content: store.Content


def keep_file(name: str, content: IO[bytes]) -> KeptFile:
    """Keep a file that is to be attached: the slow part, before the transaction of a job.

    What is not attached within a day is forgotten again.

    :raises InvalidError: for an empty file.
    :raises TooLargeError: for one that is too large.
    """
    kept = _kept(name, content)
    with writing() as session:
        store.row_of(session, kept.content)
    return kept


def _kept(name: str, content: IO[bytes]) -> KeptFile:
    stored, harmless = store.store(content), store.harmless_name(name)
    if not stored.size:
        message = _("The file “%(name)s” is empty.", name=harmless)
        raise InvalidError(message, {"file": message})
    return KeptFile(harmless, store.media_type(name, stored.beginning), stored)


def hold_kept(session: Session, kept: KeptFile) -> int:
    """Give what a table refers to (``core_file.id``) that holds a content itself.

    For what is no attachment that people may take away, as the versions of a document: as long as
    the row is there, the content stays in the store and is part of every backup. Who may read it is
    for whoever refers to it.
    """
    return store.row_of(session, kept.content)


def held_file(session: Session, file_id: int, name: str) -> Download:
    """Give a content that a row holds, to hand it out under a name.

    The caller has judged whether whoever acts may have it.

    :raises MissingError: where it is not in the store, as after a restore without files.
    """
    row = session.execute(sa.select(StoredFile.hash).where(StoredFile.id == file_id)).one()
    place = store.stored_file(row.hash)
    with place.open("rb") as content:
        media_type = store.media_type(name, content.read(16))
    return Download(place, store.harmless_name(name), media_type, row.hash)


def attach_kept(kind: str, record_id: int, kept: KeptFile) -> int:
    """Attach a file that :func:`keep_file` gave to a record; give the attachment's id."""
    demand_permission(ATTACH)
    with writing() as session:
        demand_record(kind, record_id, session=session)
        person = current_person()
        attachment = Attachment(
            file_id=store.row_of(session, kept.content),
            name=kept.name,
            media_type=kept.media_type,
            author_id=person.id,
            author_name=person.name,
            created_at=now(),
            **place_on(kind, record_id),
        )
        session.add(attachment)
        session.flush()
        _tell(session, attachment, "attached")
        return attachment.id


def detach(attachment_id: int) -> tuple[str, int]:
    """Put a file that one attached into the bin; give the record that it hung on."""
    return _move(attachment_id, "detached", into_bin=True)


def attach_again(attachment_id: int) -> tuple[str, int]:
    """Take a file that one attached out of the bin again."""
    return _move(attachment_id, "attached", into_bin=False)


def _move(attachment_id: int, action: str, *, into_bin: bool) -> tuple[str, int]:
    demand_permission(ATTACH)
    with writing() as session:
        attachment: Attachment = found(session, Attachment, attachment_id, in_bin=not into_bin)
        if not may_remove(attachment.author_id):
            refuse_stranger(attachment.author_name, ATTACH)
        attachment.deleted_at = now() if into_bin else None
        return _tell(session, attachment, action)


def _tell(session: Session, attachment: Attachment, action: str) -> tuple[str, int]:
    kind, record_id = record_of(attachment)
    before, after = (None, attachment.name) if action == "attached" else (attachment.name, None)
    changes = {"file": (before, after)}
    audit(
        session, kind, record_id, record_label(session, kind, record_id), f"file_{action}", changes
    )
    payload = {"file_id": attachment.id, "name": attachment.name}
    announce(session, f"core.file.{action}", kind, record_id, payload)
    return kind, record_id


def one_file(attachment_id: int) -> AnyRow:
    """Give a file's columns.

    :raises MissingError: where it is not there, or hangs on a record that the person may not see.
    """
    query = (
        sa.select(*COLUMNS)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .where(Attachment.id == attachment_id, Attachment.deleted_at.is_(None))
    )
    row = reading().execute(query).one_or_none()
    if row is None:
        raise MissingError(_("This file is no longer there, or you may not see it."))
    demand_record(*record_of(row))
    return row


def download(attachment_id: int) -> Download:
    """Give a file to hand out, to somebody who sees the record that it hangs on."""
    row = one_file(attachment_id)
    return Download(store.stored_file(row.hash), row.name, row.media_type, row.hash)


def preview_of(file: Download, size: previews.Size) -> Path | None:
    """Give where a small picture of a file lies; None for what is no picture, or cannot be read."""
    if not file.media_type.startswith("image/"):
        return None
    return previews.preview(file.hash, size)


def bytes_of_files(session: Session, kind: str, which: sa.ColumnElement[bool]) -> int:
    """Count the bytes of the files that hang on some records, whoever sees them.

    :param which: the SQL of those records, in columns of their own table.
    """
    records = record_type(kind).model
    total = (
        sa.select(sa.func.coalesce(sa.func.sum(StoredFile.size), 0))
        .select_from(Attachment)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .join(records, records.id == column(Attachment, kind))
        .where(of_kind(Attachment, kind), which)
    )
    return int(session.scalar(total) or 0)


def files_among(session: Session, file_ids: Collection[int]) -> Sequence[AnyRow]:
    """Give those of some files that are not in the bin. The caller has checked their record."""
    among = sa.and_(one_of(Attachment.id, sorted(file_ids)), Attachment.deleted_at.is_(None))
    query = sa.select(*COLUMNS).join(StoredFile, StoredFile.id == Attachment.file_id)
    return session.execute(query.where(among).order_by(Attachment.id)).all() if file_ids else []


def files_of(session: Session, kind: str, record_id: int) -> Sequence[AnyRow]:
    """Give the files of a record, the newest first. The caller has checked that it is seen."""
    return session.execute(
        sa.select(*COLUMNS)
        .join(StoredFile, StoredFile.id == Attachment.file_id)
        .where(on_record(Attachment, kind, record_id))
        .order_by(Attachment.created_at.desc(), Attachment.id.desc())
    ).all()
