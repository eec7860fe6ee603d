"""Ctrl-C at a terminal, where something is done in batches."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopping:
    """Ctrl-C that waits for the end of a batch: only there is it known what is in."""

    def __init__(self) -> None:
        self.asked = False
        """Whether somebody pressed it."""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear it until the end of a block, where it would have ended the program at once."""
        before = signal.getsignal(signal.SIGINT)
        if before is not signal.default_int_handler:
            yield  # it is ignored, or somebody else hears it
            return
        signal.signal(signal.SIGINT, self._pressed)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        if self.asked:  # whoever presses it again does not want to wait
            signal.default_int_handler(number, frame)
        self.asked = True
