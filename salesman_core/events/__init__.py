"""What happened: recorded with the change itself, then told to handlers and to browsers."""

from salesman_core.events.live import LiveChange, LiveFeed, Subscription, TooManySubscribersError
from salesman_core.events.position import note_position, position
from salesman_core.events.recording import (
    Events,
    forget_waiting,
    handler_of,
    purge_events,
    record_event,
)

__all__ = [
    "Events",
    "LiveChange",
    "LiveFeed",
    "Subscription",
    "TooManySubscribersError",
    "forget_waiting",
    "handler_of",
    "note_position",
    "position",
    "purge_events",
    "record_event",
]
