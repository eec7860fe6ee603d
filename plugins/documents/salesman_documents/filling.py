"""The processes that fill documents in: one for people who wait, one of low priority for jobs."""

from __future__ import annotations

import atexit
import functools
from typing import Final

from salesman_documents.docx.process import Filler

GIVES_WAY: Final = 10


@functools.cache
def filler() -> Filler:
    """Give the process for people who wait."""
    return _closed_in_the_end(Filler())


@functools.cache
def patient_filler() -> Filler:
    """Give the process for jobs: it gives way to everything else."""
    return _closed_in_the_end(Filler(nice=GIVES_WAY))


def _closed_in_the_end(made: Filler) -> Filler:
    atexit.register(made.close)
    return made
