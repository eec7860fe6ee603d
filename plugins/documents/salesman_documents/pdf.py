"""Documents as PDF, by LibreOffice where it is installed: found by itself, and kept warm.

One process for each server, with limits of time, memory and size; one that hangs or dies is ended
with all that it started, and the next document begins another.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from salesman_core.toolkit import ConflictError
from salesman_documents.office import library_in
from salesman_documents.texts import texts
from salesman_documents.warm import EndedError, WarmProcess
from salesman_hookspecs import Text

_ = texts.lazy

SECONDS: Final = 60.0
"""Of the processor, that one document may use."""
PATIENCE: Final = 60.0
_PROGRAMS: Final = ("soffice", "libreoffice")
_USUAL: Final = ("/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program")

_FAILED: Final[Mapping[str, Text]] = {
    "time": _("Making the PDF took longer than it may. Try again."),
    "busy": _("The server has too many PDFs to make at present. Try again in a minute."),
    "died": _("LibreOffice could not make a PDF of this document."),
}


class NoPdfError(ConflictError):
    """A document cannot be made a PDF here, or not now."""


def program() -> Path | None:
    """Give the folder with the programs of LibreOffice; None where it is not installed."""
    found = [shutil.which(name) for name in _PROGRAMS]
    folders = [Path(os.path.realpath(one)).parent for one in found if one]
    places = [*folders, *map(Path, _USUAL), *sorted(Path("/opt").glob("libreoffice*/program"))]
    return next((one for one in places if library_in(one) is not None), None)


class Printer:
    """A warm LibreOffice.

    :param programs: the folder of its programs.
    """

    def __init__(
        self, programs: Path, *, seconds: float = SECONDS, patience: float = PATIENCE
    ) -> None:
        self.programs = programs
        self._process = WarmProcess(
            "salesman_documents.office",
            str(programs),
            seconds=seconds,
            patience=patience,
            folder="salesman-office-",
        )

    def as_pdf(self, document: bytes) -> bytes:
        """Give a .docx as PDF.

        :raises NoPdfError: where it takes too long or cannot be made.
        """
        try:
            answer, blobs = self._process.ask({"do": "pdf"}, [document])
        except EndedError as error:
            raise NoPdfError(_FAILED[error.what]) from error
        if not answer["made"]:
            raise NoPdfError(_FAILED["died"])
        return blobs[0]

    def close(self) -> None:
        """End it; the next document begins another."""
        self._process.close()


@functools.cache
def _printer(programs: Path) -> Printer:
    return Printer(programs)


def as_pdf(document: bytes) -> bytes:
    """Give a .docx as PDF.

    :raises NoPdfError: where LibreOffice is not installed, takes too long or does not manage it.
    """
    programs = program()
    if programs is None:
        raise NoPdfError(
            _("LibreOffice is not installed on the server, so there is no PDF. The .docx is there.")
        )
    return _printer(programs).as_pdf(document)
