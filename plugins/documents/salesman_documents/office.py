"""The process that makes PDFs: LibreOffice as a library, begun once and kept warm.

It takes documents and gives PDFs as bytes, works in a folder of its own and goes with it. Started
as ``python -m salesman_documents.office PROGRAMS FOLDER``; it imports nothing of the application.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from salesman_documents.docx.limits import allow_seconds, limit, talk
from salesman_documents.docx.wire import receive, send

LIBRARIES: Final = ("libmergedlo.so", "libsofficeapp.so")
"""Where the way in is, by how LibreOffice was built."""
MEGABYTES: Final = 4096
MOST_WRITTEN: Final = 200

_SECURITY: Final = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS: Final = (
    ("BlockUntrustedRefererLinks", "true"),
    ("DisableMacrosExecution", "true"),
    ("MacroSecurityLevel", "3"),
)
_PROFILE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + "".join(
        f'<item oor:path="{_SECURITY}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for name, value in _SETTINGS
    )
    + "</oor:items>\n"
)


def library_in(programs: Path) -> Path | None:
    """Give the library of a LibreOffice by the folder of its programs; None where it has none."""
    return next((programs / name for name in LIBRARIES if (programs / name).is_file()), None)


class _Object(ctypes.Structure):
    """An object of LibreOfficeKit: it begins with the table of its functions."""

    _fields_ = (("table", ctypes.POINTER(ctypes.c_void_p)),)


# Places in the tables of LibreOfficeKit.h, which keeps them: it is what other programs link to.
_LOAD: Final = (4, ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_char_p,) * 2))
_DESTROY: Final = (1, ctypes.CFUNCTYPE(None, ctypes.c_void_p))
_SAVE: Final = (2, ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, *(ctypes.c_char_p,) * 3))


class Office:
    """LibreOffice in this process.

    :param programs: the folder of its programs.
    :param folder: where it may write.
    :raises RuntimeError: where it does not begin.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._folder = folder
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user/registrymodifications.xcu").write_text(_PROFILE)
        library = library_in(programs)
        begin = ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL).libreofficekit_hook_2
        begin.restype, begin.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_char_p)
        self._kit = begin(str(programs).encode(), profile.as_uri().encode())
        if not self._kit:
            message = "LibreOffice did not begin"
            raise RuntimeError(message)

    def as_pdf(self, document: bytes) -> bytes | None:
        """Give a .docx as PDF; None where it cannot be made one."""
        source, made = self._folder / "document.docx", self._folder / "document.pdf"
        source.write_bytes(document)
        try:
            return made.read_bytes() if self._saved(source, made) else None
        finally:
            for one in (source, made):
                one.unlink(missing_ok=True)

    def _saved(self, source: Path, made: Path) -> bool:
        with self._loaded(source) as loaded:
            if not loaded:
                return False
            saved = _called(loaded, _SAVE, made.as_uri().encode(), b"pdf", b"")
            return bool(saved) and made.is_file()

    @contextlib.contextmanager
    def _loaded(self, source: Path) -> Iterator[int | None]:
        loaded = _called(self._kit, _LOAD, source.as_uri().encode(), b"")
        try:
            yield loaded
        finally:
            if loaded:
                _called(loaded, _DESTROY)


def _called(of: int, function: tuple[int, Any], *arguments: bytes) -> Any:
    place, kind = function
    table = ctypes.cast(of, ctypes.POINTER(_Object)).contents.table
    return kind(table[place])(of, *arguments)


def main() -> None:
    """Serve on standard input and output until nobody asks any more."""
    programs, folder = Path(sys.argv[1]), Path(sys.argv[2])
    incoming, outgoing = talk()
    os.environ["SAL_USE_VCLPLUGIN"] = "svp"
    limit(megabytes=MEGABYTES, written=MOST_WRITTEN)
    office: Office | None = None
    with contextlib.suppress(EOFError):
        while True:
            header, blobs = receive(incoming)
            allow_seconds(header["seconds"])
            office = office or Office(programs, folder)
            made = office.as_pdf(blobs[0])
            send(outgoing, {"made": made is not None}, [] if made is None else [made])
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # its own way out waits for threads that nobody needs any more


if __name__ == "__main__":
    main()
