"""Counting SQL statements, so that a page which asks once per row is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def counted_statements(engine: sa.Engine | None = None) -> Iterator[list[str]]:
    """Give a list that grows by each statement sent inside the block, in all threads.

    :param engine: count only what is sent through this one.
    """
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        sent.append(arguments[2])

    target: Any = sa.Engine if engine is None else engine
    sa.event.listen(target, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(target, "before_cursor_execute", note)
