"""Handing over, taking up, returning, finishing: what each leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_conveyor import queries, service
from salesman_conveyor.models import Handover
from salesman_conveyor.stations import STATIONS
from salesman_conveyor.testing import Line, stay, stays

from salesman_core.deals.service import delete_deal
from salesman_core.errors import ConflictError, ForbiddenError, InvalidError, MissingError
from salesman_core.services.models import Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import Deal, now, reaches, reading, worktime, writing


def told_to(user_id: int) -> list[str]:
    texts = sa.select(Notice.text).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(reading().scalars(texts))


def given(make: Make, by: int, deal_id: int, station_id: int, **values: Any) -> int:
    with make.acting(by):
        return service.hand_over("deal", deal_id, {"station_id": station_id, **values})


def test_what_waits_in_a_queue_is_seen_and_taken_up_by_whoever_works_there(
    make: Make, line: Line
) -> None:
    deal = make.deal(owner_id=line.marketer, name="Boilers")
    handover = given(make, line.marketer, deal, line.sale, note="They wait", open_points=["Call"])

    row = stay(handover)
    assert (row.state, row.owner_id, row.giver_id) == ("waiting", None, line.marketer)
    assert (row.from_station_id, row.note) == (line.marketing, "They wait")
    assert row.points == [{"text": "Call", "done": False}]
    assert told_to(line.seller) == ["Mara hands “Boilers” over to Sale"]
    with make.acting(line.assistant):
        assert queries.waiting_count(reading()) == 0
    with make.acting(line.seller):
        assert queries.waiting_count(reading()) == 1
        assert not reaches("deal", deal)
        service.take(handover)
        assert reaches("deal", deal)
    assert told_to(line.marketer) == ["Sergey has taken up “Boilers”"]


def test_whoever_takes_a_sale_up_owns_it_and_the_giver_stays_a_participant(
    make: Make, line: Line
) -> None:
    deal = make.deal(owner_id=line.marketer)
    handover = given(make, line.marketer, deal, line.sale)
    with make.acting(line.seller):
        service.take(handover)

    assert reading().scalar(sa.select(Deal.owner_id).where(Deal.id == deal)) == line.seller
    with make.acting(line.marketer):
        assert reaches("deal", deal)
    paper = given(make, line.seller, deal, line.paperwork)
    with make.acting(line.assistant):
        service.take(paper)
        assert reaches("deal", deal)
    assert reading().scalar(sa.select(Deal.owner_id).where(Deal.id == deal)) == line.seller


def test_what_is_returned_waits_for_its_giver_at_the_station_it_came_from(
    make: Make, line: Line
) -> None:
    deal = make.deal(owner_id=line.marketer, name="Boilers")
    handover = given(make, line.marketer, deal, line.sale)
    with make.acting(line.seller):
        with pytest.raises(InvalidError) as refused:
            service.return_handover(handover, None, "  ")
        assert "reason_id" in refused.value.fields
        with pytest.raises(InvalidError) as too_long:
            service.return_handover(handover, None, "No phone. " * 200)
        assert list(too_long.value.fields) == ["reason"]
        back = service.return_handover(handover, None, "No phone")

    assert back is not None
    row = stay(back)
    assert (row.state, row.owner_id, row.station_id) == ("waiting", line.marketer, line.marketing)
    assert (row.return_of_id, row.note) == (handover, "No phone")
    assert stay(handover).state == "returned"
    assert told_to(line.marketer) == ["Sergey returns “Boilers”"]
    with make.acting(line.marketer):
        service.take(back)
        with pytest.raises(ConflictError):
            service.return_handover(back, None, "No, you")


def test_return_to_whoever_works_at_no_station_leaves_the_record_at_none(
    make: Make, line: Line
) -> None:
    head = make.user("head")
    deal = make.deal(owner_id=head)
    handover = given(make, head, deal, line.sale)
    with make.acting(line.seller):
        back = service.return_handover(handover, None, "Not ours")
    assert back is not None
    assert (stay(back).station_id, stay(back).owner_id) == (None, head)


def test_station_takes_nothing_without_what_must_be_there(make: Make, line: Line) -> None:
    asked: dict[str, Any] = {"name": "Paperwork", "take_up_minutes": "60", "active": "true"}
    asked |= {"points": "Signed\nPaid", "required": ["expected_on"], "people": [line.assistant]}
    STATIONS.change(line.paperwork, asked)
    deal = make.deal(owner_id=line.seller)

    with pytest.raises(InvalidError) as refused:
        given(make, line.seller, deal, line.paperwork, points=["Signed"])
    assert {name: str(text) for name, text in refused.value.fields.items()} == {
        "station_id": "“Paperwork” needs: Expected on.",
        "points": "Tick what is there: Paid.",
    }
    ready = make.deal(owner_id=line.seller, expected_on=now().date())
    assert given(make, line.seller, ready, line.paperwork, points=["Signed", "Paid"])


def test_taking_back_leaves_all_as_it_was(make: Make, line: Line) -> None:
    deal = make.deal(owner_id=line.seller)
    first = given(make, line.seller, deal, line.paperwork)
    with make.acting(line.assistant):
        service.take(first)
        before = stay(first)
        second = service.hand_over("deal", deal, {"station_id": line.service})
        service.withdraw(second)
    after = stay(first)
    names = ("state", "owner_id", "taken_at", "ended_at", "waited_minutes", "worked_minutes")
    assert [after._mapping[one] for one in names] == [before._mapping[one] for one in names]
    assert stay(second).state == "withdrawn"


def test_nobody_else_takes_returns_or_hands_on_what_is_with_somebody(
    make: Make, line: Line
) -> None:
    deal = make.deal(owner_id=line.seller)
    handover = given(make, line.seller, deal, line.paperwork, person_id=line.assistant)
    with make.acting(line.servant), pytest.raises(MissingError):
        service.take(handover)
    with make.acting(line.seller), pytest.raises(ForbiddenError):
        service.take(handover)
    with make.acting(line.assistant):
        service.take(handover)
        with pytest.raises(ConflictError):
            service.take(handover)
    other = make.user("assistant", name="Olga")
    with make.acting(other), pytest.raises(MissingError):
        service.hand_over("deal", deal, {"station_id": line.service})
    with make.acting(line.seller), pytest.raises(ConflictError):
        service.withdraw(handover)


def test_next_one_is_ones_own_first_and_then_what_is_due_first(
    make: Make, line: Line, clock: FrozenClock
) -> None:
    deals = [make.deal(owner_id=line.marketer) for _each in range(3)]
    queued = given(make, line.marketer, deals[0], line.sale)
    clock.advance(minutes=1)
    later = given(make, line.marketer, deals[1], line.sale)
    clock.advance(minutes=1)
    own = given(make, line.marketer, deals[2], line.sale, person_id=line.seller)
    with make.acting(line.seller):
        assert [service.take_next() for _each in range(4)] == [own, queued, later, None]


def test_what_lies_in_the_bin_waits_for_nobody(make: Make, line: Line) -> None:
    deal = make.deal(owner_id=line.marketer)
    given(make, line.marketer, deal, line.sale)
    delete_deal(deal)
    with make.acting(line.seller):
        assert queries.waiting_count(reading()) == 0
        assert service.take_next() is None


def test_whoever_begins_at_a_station_sees_its_queue_and_who_leaves_no_more(
    make: Make, line: Line
) -> None:
    deal = make.deal(owner_id=line.marketer)
    given(make, line.marketer, deal, line.sale)
    other = make.user("seller", name="Olga")
    told: dict[str, Any] = {"name": "Sale", "take_up_minutes": "60", "active": "true"}
    STATIONS.change(line.sale, {**told, "people": [other]})

    with make.acting(line.seller):
        assert queries.waiting_count(reading()) == 0
    with make.acting(other):
        assert service.take_next() is not None


def test_time_waited_is_working_time_and_late_is_what_waits_longer(
    make: Make, line: Line, clock: FrozenClock
) -> None:
    deal = make.deal(owner_id=line.marketer)
    handover = given(make, line.marketer, deal, line.sale)
    due = stay(handover).due_at
    assert worktime().minutes_between(stay(handover).given_at, due) == 120
    clock.set(due - timedelta(minutes=1))
    assert queries.late_among([stay(handover)]) == set()
    clock.set(due)
    assert queries.late_among([stay(handover)]) == {handover}
    clock.advance(days=1)
    with make.acting(line.seller):
        service.take(handover)
    assert stay(handover).waited_minutes == worktime().minutes_between(
        stay(handover).given_at, stay(handover).taken_at
    )


def test_open_points_are_ticked_and_go_back_as_far_as_they_are_open(make: Make, line: Line) -> None:
    deal = make.deal(owner_id=line.marketer)
    handover = given(make, line.marketer, deal, line.sale, open_points=["Call", "Write"])
    with make.acting(line.seller):
        service.take(handover)
        service.tick(handover, 0, done=True)
        with pytest.raises(MissingError):
            service.tick(handover, 2, done=True)
        back = service.return_handover(handover, None, "No phone")
    assert back is not None
    assert stay(back).points == [{"text": "Write", "done": False}]


def test_head_says_who_takes_up_what_waits_in_a_queue(make: Make, line: Line) -> None:
    deal = make.deal(owner_id=line.marketer)
    handover = given(make, line.marketer, deal, line.sale)
    head = make.user("head")
    with make.acting(line.seller), pytest.raises(ForbiddenError):
        service.assign(handover, line.seller)
    with make.acting(head):
        with pytest.raises(InvalidError):
            service.assign(handover, line.assistant)
        service.assign(handover, line.seller)
    assert stay(handover).owner_id == line.seller


def test_way_that_has_ended_can_be_taken_up_again(make: Make, line: Line) -> None:
    deal = make.deal(owner_id=line.marketer)
    handover = given(make, line.marketer, deal, line.sale)
    with make.acting(line.seller):
        service.take(handover)
        service.finish(handover)
        assert stay(handover).state == "done"
        service.resume(handover)
    assert (stay(handover).state, stay(handover).ended_at) == ("taken", None)
    assert len(stays(deal)) == 1


def test_clients_go_over_the_conveyor_as_deals_do(make: Make, line: Line) -> None:
    client = make.client(owner_id=line.marketer)
    with make.acting(line.marketer):
        handover = service.hand_over("client", client, {"station_id": line.sale})
    with make.acting(line.seller):
        service.take(handover)
        assert reaches("client", client, "core.client.edit")


def test_database_itself_lets_no_deal_be_at_two_stations(make: Make, line: Line) -> None:
    deal = make.deal(owner_id=line.marketer)
    given(make, line.marketer, deal, line.sale)
    columns = [one for one in Handover.__table__.c if one.name != "id"]
    again = sa.insert(Handover.__table__).from_select(
        [one.name for one in columns], sa.select(*columns)
    )
    with pytest.raises(sa.exc.IntegrityError), writing() as session:
        session.execute(again)
