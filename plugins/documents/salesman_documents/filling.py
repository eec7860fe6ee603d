"""The processes that fill documents in: one for people who wait, one of low priority for runs."""

from __future__ import annotations

import functools
from typing import Final

from salesman_documents.docx.process import Filler

GIVES_WAY: Final = 10


@functools.cache
def filler() -> Filler:
    """Give the process for people who wait."""
    return Filler()


@functools.cache
def patient_filler() -> Filler:
    """Give the process for runs in the background: it gives way to everything else."""
    return Filler(nice=GIVES_WAY)
