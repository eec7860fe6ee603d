"""What a person finds in a PDF: the text of its pages and what they look like, by poppler."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

_TOOLS: Final = ("pdftotext", "pdftoppm")
_PAGE_END: Final = "\f"


@functools.cache
def absence() -> str | None:
    """Say why no PDF can be read on this machine, or None where one can."""
    if all(shutil.which(tool) for tool in _TOOLS):
        return None
    return "nothing that reads PDF (pdftotext) is on this machine: apt-get install poppler-utils"


def texts_of(pdf: bytes) -> list[str]:
    """Give the text of each page, laid out as it stands there; all gaps are usual spaces."""
    said = _run("pdftotext", "-layout", "-enc", "UTF-8", "-", "-", given=pdf).decode()
    plain = said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    return plain.removesuffix(_PAGE_END).split(_PAGE_END)


def picture_of(pdf: bytes, page: int = 1, *, dots: int = 150) -> bytes:
    """Give a page as PNG.

    :param page: counted from one.
    :param dots: per inch.
    """
    with tempfile.TemporaryDirectory(prefix="salesman-pdf-") as folder:
        target = Path(folder) / "page"
        which = ("-f", str(page), "-l", str(page), "-singlefile")
        _run("pdftoppm", "-png", "-r", str(dots), *which, "-", str(target), given=pdf)
        return target.with_suffix(".png").read_bytes()


def _run(tool: str, *arguments: str, given: bytes) -> bytes:
    program = shutil.which(tool) or tool
    done = subprocess.run(  # noqa: S603  # a tool of the system on bytes that the test made
        [program, *arguments], input=given, check=True, capture_output=True, timeout=60
    )
    return done.stdout
