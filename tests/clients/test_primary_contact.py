"""The primary contact: a client has one, whoever else names another at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.clients.models import Contact
from salesman_core.clients.service import change_contact, create_contact
from salesman_core.db import reading, writing
from salesman_core.errors import StaleError
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")  # writers wait otherwise in each

TAKES_A_WHILE = 1.0
"""Seconds in which a change that waits for nobody is done."""


@pytest.fixture
def at_once(app: Flask, make: Make) -> Callable[[Callable[[], object], Callable[[], object]], None]:
    """A function that makes a second change while the first one is not committed yet."""
    user_id = make.user("administrator")

    def at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
        def elsewhere() -> None:
            with app.app_context(), make.acting(user_id):
                second()

        other = threading.Thread(target=elsewhere)
        with writing():
            first()
            other.start()
            other.join(TAKES_A_WHILE)
        other.join()

    return at_once


AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]


def primary_of(client: int) -> list[str]:
    reading().rollback()
    named = sa.select(Contact.name).where(Contact.client_id == client, Contact.primary)
    return list(reading().scalars(named))


def version_of(contact: int) -> int:
    reading().rollback()
    return reading().get_one(Contact, contact).version


def test_two_who_name_a_primary_contact_at_once_leave_one(make: Make, at_once: AtOnce) -> None:
    client = make.client()
    anna, boris, clara = (make.contact(client, name=name) for name in ("Anna", "Boris", "Clara"))
    assert primary_of(client) == ["Anna"]

    at_once(
        lambda: change_contact(boris, {"primary": True}),
        lambda: change_contact(clara, {"primary": True}),
    )

    assert primary_of(client) == ["Clara"]
    assert version_of(anna) == 2


def test_former_primary_contact_may_be_named_again_at_once(make: Make, at_once: AtOnce) -> None:
    client = make.client()
    anna, boris = (make.contact(client, name=name) for name in ("Anna", "Boris"))

    at_once(
        lambda: change_contact(boris, {"primary": True}),
        lambda: change_contact(anna, {"primary": True, "position": "Director"}),
    )

    assert primary_of(client) == ["Anna"]


def test_two_who_add_the_first_contact_at_once_leave_one_primary(
    make: Make, at_once: AtOnce
) -> None:
    client = make.client()

    at_once(
        lambda: create_contact({"client_id": client, "name": "Anna"}),
        lambda: create_contact({"client_id": client, "name": "Boris"}),
    )

    assert primary_of(client) == ["Anna"]


def test_form_that_was_opened_before_a_contact_lost_its_place_is_refused(make: Make) -> None:
    client = make.client()
    anna, boris = (make.contact(client, name=name) for name in ("Anna", "Boris"))
    opened = version_of(anna)

    change_contact(boris, {"primary": True})

    with pytest.raises(StaleError):
        change_contact(anna, {"primary": True}, opened)
    assert version_of(anna) == opened + 1
