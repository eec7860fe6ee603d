"""Hearing at once what another process has committed (PostgreSQL's LISTEN and NOTIFY).

It only saves waiting: whoever listens also looks by itself now and then, so a notification that
is lost, or a pooler in between that drops them all, costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

_NOTIFY = sa.select(sa.func.pg_notify(sa.bindparam("channel", type_=sa.Text()), ""))
_LOOK_UP = 0.2
"""Seconds after which a listener looks whether it is to stop; the server notices nothing of it."""


def notify(session: Session, channel: str) -> None:
    """Wake the listeners of *channel* once the transaction has been committed."""
    session.connection().execute(_NOTIFY, {"channel": channel})


def listen(engine: sa.Engine, channel: str, wake: Callable[[], None], stop: Event) -> None:
    """Call *wake* for each notification, until *stop* is set.

    The connection is no longer the pool's: it would be missing there for ever.

    :raises psycopg.OperationalError: where the connection breaks; call again.
    """
    taken = engine.raw_connection()
    connection: Any = taken.driver_connection
    taken.detach()
    with closing(taken):
        connection.autocommit = True
        connection.execute(f"LISTEN {channel}")
        wake()  # for whatever was said while nobody listened
        while not stop.is_set():
            for _ in connection.notifies(timeout=_LOOK_UP, stop_after=1):
                wake()
