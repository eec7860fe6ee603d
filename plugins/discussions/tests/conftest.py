"""What tests of discussions begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_discussions import service
from salesman_discussions.models import Message, Thread

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import now, writing

Open = Callable[..., int]
SayMuch = Callable[[int, int, int], None]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def discuss(make: Make) -> Open:
    """Give what opens a discussion in somebody's name: the seller's where nothing else is said."""

    def discuss(by: int | None = None, **values: Any) -> int:
        with make.acting(by or make.user_of("seller")):
            return service.open_thread({"subject": "Terms", **values})

    return discuss


@pytest.fixture
def say_much(make: Make) -> SayMuch:
    """Give what puts many messages into a thread at once: *Said 0* and those behind it."""

    def say_much(thread_id: int, author_id: int, count: int) -> None:
        with writing() as session:
            thread = session.get_one(Thread, thread_id)
            for number in range(count):
                thread.last_number += 1
                thread.revision += 1
                session.add(
                    Message(
                        thread_id=thread_id,
                        number=thread.last_number,
                        revision=thread.revision,
                        author_id=author_id,
                        author_name=make.person(author_id).name,
                        text=f"Said {number}",
                        search_text=f"Said {number}",
                        created_at=now(),
                    )
                )

    return say_much
