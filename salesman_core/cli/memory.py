"""How a process that serves, or works through a file, keeps its memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEW_OBJECTS: Final = 50_000
"""After so many does Python look for circles of garbage; its own 700 are less than one request."""


def settle() -> None:
    """Say that loading is over: what is there lasts as long as the process.

    It is not looked through again and again, and new objects less often: looking took a sixth of
    what answering a small request cost, and finds a few hundred objects at a time.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


@contextmanager
def settled() -> Iterator[None]:
    """Keep memory as a process that serves does, for as long as a command works through rows.

    Looking for circles took a quarter of an import.
    """
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
