"""The archive of a backup: a ZIP file whose last member says what the others hold."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import orjson

from salesman_core.errors import SalesmanError
from salesman_core.i18n import texts

_ = texts.lazy

FORMAT: Final = 1
MAPPINGS: Final = "mappings/"
"""Where the mappings of imports lie in an archive."""
_MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 16
_LARGEST_MANIFEST: Final = 64 * 1024 * 1024


class ArchiveError(SalesmanError):
    """An archive is not whole, was changed, or is none."""


class ArchiveWriter:
    """Writes the members of an archive one after the other, and keeps their hashes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._zip = ZipFile(stream, "w", ZIP_DEFLATED)
        self._hashes: dict[str, str] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[Callable[[bytes], object]]:
        """Open a member; gives what writes a piece of it."""
        digest = hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as stream:

            def write(piece: bytes) -> None:
                digest.update(piece)
                stream.write(piece)

            yield write
        self._hashes[name] = digest.hexdigest()

    def finish(self, said: Mapping[str, Any]) -> None:
        """Write what the archive holds, without which it is none."""
        manifest = {"format": FORMAT, **said, "members": self._hashes}
        self._zip.writestr(_MANIFEST, orjson.dumps(manifest))

    def close(self) -> None:
        """Write where the members stand; without :meth:`finish` it is no archive."""
        self._zip.close()


class Archive:
    """An archive that is read.

    :param manifest: what the backup said of it.
    """

    def __init__(self, stored: ZipFile, manifest: Mapping[str, Any]) -> None:
        self._zip, self.manifest = stored, manifest

    @property
    def members(self) -> Mapping[str, str]:
        """The hashes of all members, by name."""
        found: Mapping[str, str] = self.manifest["members"]
        return found

    def verify(self) -> None:
        """Read all of it once.

        :raises ArchiveError: where a member is missing, too many, or not as it was written.
        """
        if set(self._zip.namelist()) != {*self.members, _MANIFEST}:
            raise ArchiveError(_("The archive was changed: parts are missing or too many."))
        for name, expected in self.members.items():
            if self._hash_of(name) != expected:
                message = _("The archive was changed: %(name)s is not as written.", name=name)
                raise ArchiveError(message)

    def _hash_of(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self._zip.open(name) as stream:
                while piece := stream.read(_CHUNK):
                    digest.update(piece)
        except (BadZipFile, zlib.error, EOFError, OSError) as error:
            message = _("The archive is damaged: %(name)s cannot be read.", name=name)
            raise ArchiveError(message) from error
        return digest.hexdigest()

    def open(self, name: str) -> IO[bytes]:
        """Open a member for reading."""
        return self._zip.open(name)


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """Open an archive.

    :raises ArchiveError: where it ends early or is no backup of a format that is known here.
    """
    try:
        stored = ZipFile(file)
    except (BadZipFile, OSError) as error:
        message = _("%(file)s is no backup, or it ends early.", file=file.name)
        raise ArchiveError(message) from error
    with stored:
        yield Archive(stored, _manifest(stored, file.name))


def _manifest(stored: ZipFile, name: str) -> Mapping[str, Any]:
    try:
        if stored.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            raise ArchiveError(_("%(file)s is no backup, or it ends early.", file=name))
        manifest: dict[str, Any] = orjson.loads(stored.read(_MANIFEST))
        known = manifest["format"] == FORMAT
    except (KeyError, TypeError, BadZipFile, zlib.error, orjson.JSONDecodeError) as error:
        raise ArchiveError(_("%(file)s is no backup, or it ends early.", file=name)) from error
    if not known:
        raise ArchiveError(_("%(file)s was made by another version of SalesMan.", file=name))
    return manifest
