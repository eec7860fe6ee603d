"""Documents as PDF, by LibreOffice where it is installed.

One conversion after the other, each a process with the profile of this server and a limit of time;
the profile is warm after the first. A process that hangs is ended with all that it started, and its
profile is made anew.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Final

from salesman_core.toolkit import ConflictError
from salesman_documents.texts import texts

_ = texts.lazy

SECONDS: Final = 60.0
_PROGRAMS: Final = ("soffice", "libreoffice")
_USUAL: Final = (
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)

_turn: Final = threading.Lock()
_profile: dict[int, Path] = {}


class NoPdfError(ConflictError):
    """A document cannot be made a PDF here, or not now."""


def program() -> str | None:
    """Give where LibreOffice is; None where it is not installed."""
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found:
            return found
    return next((path for path in _USUAL if os.access(path, os.X_OK)), None)


def as_pdf(document: bytes, *, seconds: float = SECONDS) -> bytes:
    """Give a .docx as PDF.

    :raises NoPdfError: where LibreOffice is not installed, takes too long or does not manage it.
    """
    found = program()
    if found is None:
        raise NoPdfError(
            _("LibreOffice is not installed on the server, so there is no PDF. The .docx is there.")
        )
    with _turn, tempfile.TemporaryDirectory(prefix="salesman-pdf-") as folder:
        source = Path(folder) / "document.docx"
        source.write_bytes(document)
        _convert(found, source, seconds)
        made = source.with_suffix(".pdf")
        if not made.is_file():
            _forget_profile()
            raise NoPdfError(_("LibreOffice could not make a PDF of this document."))
        return made.read_bytes()


def _convert(found: str, source: Path, seconds: float) -> None:
    command = [
        found,
        f"-env:UserInstallation={_own_profile().as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf"),
        *("--outdir", str(source.parent), str(source)),
    ]
    process = subprocess.Popen(  # noqa: S603  # a program of the server, a file of ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PATH": os.defpath, "HOME": str(_own_profile()), "LANG": "C.UTF-8"},
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _forget_profile()
        raise NoPdfError(_("Making the PDF took longer than it may. Try again.")) from error


def _own_profile() -> Path:
    """Give the profile of this process: two that share one would wait for each other."""
    if os.getpid() not in _profile:
        _profile[os.getpid()] = Path(tempfile.mkdtemp(prefix="salesman-office-"))
    return _profile[os.getpid()]


def _forget_profile() -> None:
    shutil.rmtree(_profile.pop(os.getpid(), Path("/nonexistent")), ignore_errors=True)
