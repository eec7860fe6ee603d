"""The primary contact: a client has one, whoever else names another at the same time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Contact
from salesman_core.clients.service import (
    change_contact,
    create_contact,
    delete_contact,
    restore_contact,
)
from salesman_core.db import reading
from salesman_core.errors import StaleError
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make

pytestmark = pytest.mark.databases("sqlite", "postgresql")  # writers wait otherwise in each

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


def marks_of(contact: int) -> list[list[bool]]:
    """What the audit says of a contact's mark: before and after, the latest change last."""
    reading().rollback()
    told = sa.select(Audit.changes).where(Audit.kind == "contact", Audit.record_id == contact)
    rows = reading().scalars(told.where(Audit.action == "changed").order_by(Audit.id))
    return [changes["primary"] for changes in rows if "primary" in changes]


def living_primary_of(client: int) -> list[str]:
    reading().rollback()
    named = sa.select(Contact.name).where(
        Contact.client_id == client, Contact.primary, Contact.deleted_at.is_(None)
    )
    return list(reading().scalars(named))


def test_contact_that_loses_its_place_to_another_is_audited(make: Make) -> None:
    client = make.client()
    anna, boris = (make.contact(client, name=name) for name in ("Anna", "Boris"))

    change_contact(boris, {"primary": True})

    assert marks_of(anna) == [[True, False]]
    assert version_of(anna) == 2


def test_another_contact_takes_the_place_of_a_deleted_one(make: Make) -> None:
    client = make.client()
    anna, boris, _clara = (make.contact(client, name=name) for name in ("Anna", "Boris", "Clara"))

    delete_contact(anna)

    assert living_primary_of(client) == ["Boris"]
    assert (marks_of(boris), version_of(boris)) == ([[False, True]], 2)


def test_primary_contact_that_comes_back_at_once_has_its_place_again(make: Make) -> None:
    client = make.client()
    anna, _boris = (make.contact(client, name=name) for name in ("Anna", "Boris"))

    delete_contact(anna)
    restore_contact(anna)

    assert primary_of(client) == ["Anna"]


def test_primary_contact_that_comes_back_leaves_the_place_to_whom_somebody_named(
    make: Make,
) -> None:
    client = make.client()
    anna, _boris, clara = (make.contact(client, name=name) for name in ("Anna", "Boris", "Clara"))
    delete_contact(anna)
    change_contact(clara, {"primary": True})

    restore_contact(anna)

    assert primary_of(client) == ["Clara"]


def test_first_contact_after_the_only_one_was_deleted_is_the_primary_one(make: Make) -> None:
    client = make.client()
    anna = make.contact(client, name="Anna")
    delete_contact(anna)

    make.contact(client, name="Boris")
    restore_contact(anna)

    assert primary_of(client) == ["Boris"]


def test_primary_contacts_deleted_one_after_the_other_leave_one_when_they_come_back(
    make: Make,
) -> None:
    client = make.client()
    contacts = [make.contact(client, name=name) for name in ("Anna", "Boris", "Clara")]
    for contact in contacts:
        delete_contact(contact)
    assert living_primary_of(client) == []

    for contact in contacts:
        restore_contact(contact)
        assert len(living_primary_of(client)) == 1


def test_contact_that_loses_its_place_in_a_merging_is_audited(make: Make) -> None:
    kept, lost = make.client(), make.client()
    make.contact(kept, name="Anna")
    boris = make.contact(lost, name="Boris")

    merge_clients(kept, [lost])

    assert primary_of(kept) == ["Anna"]
    assert marks_of(boris) == [[True, False]]
