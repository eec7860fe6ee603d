"""What inquiries are, and what changes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_inquiries import queries, service
from salesman_inquiries.models import Inquiry

from salesman_core.clients.models import Client, Rung
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError
from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import AnyRow, reading

Note = Callable[..., int]

MONDAY_NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)


def inquiry(inquiry_id: int) -> AnyRow:
    return queries.one_inquiry(reading(), inquiry_id)


@pytest.fixture
def without_calendar(app: Flask) -> None:
    switches.suspend("calendar")
    switches.follow_now()


def test_inquiry_happened_now_and_was_taken_by_whoever_notes_it(make: Make, note: Note) -> None:
    anna = make.user("telemarketer")
    with make.acting(anna):
        found = inquiry(note(subject="Boilers"))

    assert (found.happened_at, found.taken_by_id, found.owner_id) == (MONDAY_NOON, anna, anna)


@pytest.mark.parametrize(
    ("who", "title"),
    [
        ({"subject": "Boilers"}, "Boilers"),
        ({"name": "Clara", "company": "Boilers Ltd"}, "Clara, Boilers Ltd"),
        ({"name": "", "phones": ["+7 916 123-45-67"]}, "+7 916 123-45-67"),
    ],
)
def test_inquiry_is_called_by_its_subject_or_who_it_was(
    note: Note, who: dict[str, object], title: str
) -> None:
    assert inquiry(note(**who)).title == title


def test_title_that_is_kept_gives_no_phone_away(note: Note) -> None:
    note(name="", phones=["+7 916 123-45-67"])

    assert "123" not in reading().scalars(sa.select(Inquiry.title)).one()


def test_inquiry_of_nobody_is_refused(note: Note) -> None:
    with pytest.raises(InvalidError) as error:
        note(name="")

    assert set(error.value.fields) == {"name"}


def test_inquiry_is_new_until_somebody_says_what_came_of_it(
    note: Note, results: dict[str, int]
) -> None:
    assert inquiry(note()).status == "new"
    assert inquiry(note(result_id=results["No answer"])).status == "processed"


@pytest.mark.usefixtures("without_calendar")
def test_inquiry_with_something_left_to_do_stays_new(note: Note, results: dict[str, int]) -> None:
    found = inquiry(note(result_id=results["Interest"], next_step="Send the price list"))

    assert found.status == "new"


def test_what_is_new_has_a_deadline_within_working_time(note: Note, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 6, 14, tzinfo=UTC))  # Friday, an hour before work ends

    assert inquiry(note()).deadline_at == datetime(2026, 3, 9, 13, tzinfo=UTC)


def test_inquiry_past_its_deadline_is_late_while_it_is_new(note: Note, clock: FrozenClock) -> None:
    inquiry_id = note(deadline_at=clock.now() + timedelta(hours=1))
    assert queries.late_among([inquiry(inquiry_id)]) == set()

    clock.advance(hours=1)
    assert queries.late_among([inquiry(inquiry_id)]) == {inquiry_id}

    service.process_inquiry(inquiry_id)
    assert queries.late_among([inquiry(inquiry_id)]) == set()


def test_inquiry_cannot_have_happened_tomorrow(note: Note, clock: FrozenClock) -> None:
    with pytest.raises(InvalidError) as error:
        note(happened_at=clock.now() + timedelta(days=1))

    assert set(error.value.fields) == {"happened_at"}


def test_day_of_an_inquiry_is_that_of_the_companys_zone(note: Note) -> None:
    late_in_the_evening = datetime(2026, 3, 1, 22, tzinfo=UTC)

    assert f"{inquiry(note(happened_at=late_in_the_evening)).day}" == "2026-03-02"


def test_products_are_kept_as_they_were_asked_about(note: Note) -> None:
    boilers = {"name": "Boiler", "quantity": 3, "price": 1200}
    inquiry_id = note(products=[boilers, {"name": "Pipes"}])

    kept = queries.hanging(reading(), [inquiry_id]).products[inquiry_id]
    assert [(one.name, one.quantity, one.price) for one in kept] == [
        ("Boiler", 3, 1200),
        ("Pipes", None, None),
    ]


def test_person_and_deal_must_be_of_the_client(make: Make, note: Note) -> None:
    client, other = make.client(), make.client()

    with pytest.raises(InvalidError, match="somebody at this client"):
        note(client_id=client, contact_id=make.contact(other))
    with pytest.raises(InvalidError, match="deal of this client"):
        note(client_id=client, deal_id=make.deal(client_id=other))


def test_another_client_leaves_the_person_and_the_deal_behind(make: Make, note: Note) -> None:
    client = make.client()
    concerned = {"contact_id": make.contact(client), "deal_id": make.deal(client_id=client)}
    inquiry_id = note(client_id=client, **concerned)

    service.change_inquiry(inquiry_id, {"client_id": make.client()})

    found = inquiry(inquiry_id)
    assert (found.contact_id, found.deal_id) == (None, None)


def test_nobody_names_a_client_that_they_do_not_see(make: Make, note: Note) -> None:
    hidden = make.client(owner_id=make.user("seller"))

    with make.acting(make.user("seller")), pytest.raises(InvalidError) as error:
        note(client_id=hidden)

    assert set(error.value.fields) == {"client_id"}


def test_who_took_it_stays_when_it_is_given_to_somebody(make: Make, note: Note) -> None:
    anna, boris = make.user("telemarketer"), make.user("seller")
    with make.acting(anna):
        inquiry_id = note()
        service.change_inquiry(inquiry_id, {"owner_id": boris})

    found = inquiry(inquiry_id)
    assert (found.taken_by_id, found.owner_id) == (anna, boris)


def test_seller_gives_no_inquiry_to_others(make: Make, note: Note) -> None:
    other = make.user("seller")

    with make.acting(make.user("seller")), pytest.raises(ForbiddenError):
        note(owner_id=other)


def test_processed_and_cancelled_are_taken_up_again(note: Note) -> None:
    processed, cancelled = note(), note()
    service.process_inquiry(processed)
    service.cancel_inquiry(cancelled)

    for inquiry_id in (processed, cancelled):
        service.reopen_inquiry(inquiry_id)
        assert inquiry(inquiry_id).status == "new"


def test_what_is_not_new_is_neither_processed_nor_cancelled(note: Note) -> None:
    inquiry_id = note()
    service.process_inquiry(inquiry_id)

    with pytest.raises(ConflictError):
        service.process_inquiry(inquiry_id)
    with pytest.raises(ConflictError):
        service.cancel_inquiry(inquiry_id)


def test_cancelled_inquiry_is_not_changed(note: Note) -> None:
    inquiry_id = note()
    service.cancel_inquiry(inquiry_id)

    with pytest.raises(ConflictError):
        service.change_inquiry(inquiry_id, {"subject": "Boilers"})


def test_found_interest_moves_a_cold_client_up_the_ladder(
    make: Make, note: Note, results: dict[str, int]
) -> None:
    client_id = make.client()
    stands = sa.select(Rung.interests).join(Client, Client.rung_id == Rung.id)
    stands = stands.where(Client.id == client_id)
    assert reading().scalar(stands) == 0

    inquiry_id = note(client_id=client_id, result_id=results["Interest"])
    assert reading().scalar(stands) == 1

    service.change_inquiry(inquiry_id, {"result_id": results["No interest"]})
    assert reading().scalar(stands) == 0


def test_who_is_late_is_told_with_how_many_the_most_first(
    make: Make, note: Note, clock: FrozenClock
) -> None:
    anna, boris = make.user("telemarketer"), make.user("telemarketer")
    in_an_hour = clock.now() + timedelta(hours=1)
    for owner_id in (anna, boris, boris):
        note(owner_id=owner_id, deadline_at=in_an_hour)
    service.process_inquiry(note(owner_id=anna, deadline_at=in_an_hour))
    service.cancel_inquiry(note(owner_id=anna, deadline_at=in_an_hour))
    note(owner_id=anna, deadline_at=in_an_hour + timedelta(hours=1))
    clock.advance(hours=1)

    with make.acting(make.user("head")):
        late = queries.late_by_owner(reading(), 5)
        assert [(one.id, one.late) for one in late] == [(boris, 2), (anna, 1)]
        assert [one.id for one in queries.late_by_owner(reading(), 1)] == [boris]


def test_late_of_others_are_told_to_nobody_who_does_not_see_them(
    make: Make, note: Note, clock: FrozenClock
) -> None:
    note(owner_id=make.user("telemarketer"), deadline_at=clock.now())

    with make.acting(make.user("seller")):
        assert queries.late_by_owner(reading(), 5) == []
