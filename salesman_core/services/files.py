"""Contents of files, kept by their hash: one content once, however often it is attached.

They lie in ``data_dir/files``, the first two digits of the hash as a folder. Who may have a file,
and under which name, is for whoever refers to it (:mod:`salesman_core.records.files`, letters).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from salesman_core.clock import now
from salesman_core.config import CoreSettings
from salesman_core.errors import MissingError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.services.models import StoredFile
from salesman_hookspecs import Text

_ = texts.lazy

LARGEST: Final = 20 * 1024 * 1024
"""Bytes that one file may have."""
LONGEST_NAME: Final = 150

_CHUNK: Final = 1 << 16
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SIGNATURES: Final = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "application/pdf": re.compile(rb"%PDF-"),
}
SHOWN: Final = frozenset(_SIGNATURES)
"""The types that a browser may show; whatever else there is, it may only save."""

_BY_ENDING: Final = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".eml": "message/rfc822",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rtf": "application/rtf",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
_ANYTHING: Final = "application/octet-stream"
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


class TooLargeError(SalesmanError):
    """A file has more bytes than it may."""

    status = 413


@dataclass(frozen=True, slots=True)
class Content:
    """What was stored.

    :param hash: its SHA-256, by which it is found again.
    :param size: in bytes.
    :param beginning: its first bytes, by which its type is judged.
    """

    hash: str
    size: int
    beginning: bytes


def store(stream: IO[bytes], *, largest: int = LARGEST) -> Content:
    """Keep a content; what is there already is not written twice.

    :raises TooLargeError: where it has more than *largest* bytes.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
    incoming = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            content = _copied(stream, target, largest)
        place = _place(content.hash)
        place.parent.mkdir(exist_ok=True)
        incoming.replace(place)  # the same bytes, where they were there before
    finally:
        incoming.unlink(missing_ok=True)
    return content


def row_of(session: Session, stored: Content) -> int:
    """Give the row of a stored content, by which others refer to it and so keep it."""
    kept = sa.select(StoredFile.id).where(StoredFile.hash == stored.hash)
    known = session.scalar(kept)
    if known is not None:
        return known
    row = StoredFile(hash=stored.hash, size=stored.size, stored_at=now())
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # somebody has attached the same just now
        return session.scalars(kept).one()
    return row.id


def too_large_for(largest: int) -> Text:
    """Say that a file may have at most so many bytes."""
    return _("A file may have at most %(most)s MB.", most=largest // (1024 * 1024))


def too_many_bytes() -> Text:
    """Say what one file may have, and what all have together that are sent at once."""
    together = (current_app.config["MAX_CONTENT_LENGTH"] or 0) // (1024 * 1024)
    return _(
        "A file may have at most %(most)s MB, and files that are sent together %(together)s MB.",
        most=LARGEST // (1024 * 1024),
        together=together,
    )


def _copied(source: IO[bytes], target: IO[bytes], largest: int) -> Content:
    digest, size, beginning = hashlib.sha256(), 0, b""
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > largest:
            raise TooLargeError(too_large_for(largest))
        beginning = beginning or chunk[:16]
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return Content(digest.hexdigest(), size, beginning)


def stored_file(hash_: str) -> Path:
    """Give where a content lies.

    :raises MissingError: where it is not in the store, as after a restore without files.
    """
    place = _place(hash_)
    if not place.is_file():
        raise MissingError(_("The content of this file is not in the store."))
    return place


def discard(hash_: str, unused_since: datetime) -> bool:
    """Remove a content that nobody refers to; give whether it is gone.

    :param unused_since: one that was stored after that moment stays: somebody is attaching it.
    """
    place = _place(hash_)
    if not place.is_file() or place.stat().st_mtime >= unused_since.timestamp():
        return False
    place.unlink(missing_ok=True)
    return True


def media_type(name: str, beginning: bytes) -> str:
    """Judge a content's type from a fixed list.

    A type that browsers show is believed only where the content begins like it; anything else goes
    by the name's ending, and what is not known is bytes.
    """
    for type_, signature in _SIGNATURES.items():
        if signature.match(beginning):
            return type_
    return _BY_ENDING.get(Path(name).suffix.lower(), _ANYTHING)


def harmless_name(name: str) -> str:
    """Give a file's name as it may stand in headers and on any system's disk.

    Folders, control characters and signs that turn the writing direction (by which ``exe.txt``
    passes for ``txt.exe``) are left out; the ending stays where the name is too long.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in {"Cf", "Cc", "Cs"})
    plain = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", seen)).strip(" .")
    ending = Path(plain).suffix
    if len(plain) > LONGEST_NAME:
        plain = plain[: LONGEST_NAME - len(ending[:20])] + ending[:20]
    return plain or "file"


def _folder() -> Path:
    core: CoreSettings = current_app.config["SALESMAN"]
    return core.data_dir / "files"


def _place(hash_: str) -> Path:
    if not _HASH.fullmatch(hash_):
        message = f"{hash_!r} is not the hash of a content"
        raise ValueError(message)
    return _folder() / hash_[:2] / hash_
