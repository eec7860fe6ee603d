"""How far an answer has come: the event up to which it shows everything.

A page begins to follow the changes there, so that it misses none of those that happen until its
stream is open; what was drawn behind a change need not be fetched for it.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import Flask, g

from salesman_core.db.revisions import also_count, current_revisions
from salesman_core.events.models import EVENTS

_COUNTER: Final = "events"
_POSITION: Final = "salesman_event_position"


def count_events(app: Flask) -> None:
    """Let *app* read the latest event with the counters, at the cost of no further statement."""
    also_count(app, _COUNTER, sa.select(sa.func.max(EVENTS.c.id)))


def note_position() -> None:
    """Note, before anything of an answer is read, which events it will show."""
    setattr(g, _POSITION, current_revisions().get(_COUNTER, 0))


def move_position(event_id: int) -> None:
    """Note that a change of this very request was committed: what is read from now on shows it."""
    setattr(g, _POSITION, event_id)


def position() -> int:
    """Give the id of the event up to which this answer shows everything; 0 where nobody noted."""
    return int(g.get(_POSITION, 0))
