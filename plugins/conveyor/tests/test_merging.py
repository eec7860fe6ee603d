"""What becomes of the ways of two clients that are merged, and of the undoing."""

from __future__ import annotations

import pytest
from salesman_conveyor import queries, service
from salesman_conveyor.testing import Line, stay

from salesman_core.clients.merging import merge_clients, undo_merging
from salesman_core.errors import ConflictError
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading


def given(make: Make, by: int, client_id: int, station_id: int) -> int:
    with make.acting(by):
        return service.hand_over("client", client_id, {"station_id": station_id})


def test_of_two_clients_that_both_stand_somewhere_the_one_that_stays_keeps_its_place(
    make: Make, line: Line, clock: FrozenClock
) -> None:
    kept = make.client(owner_id=line.marketer, name="Boilers")
    lost = make.client(owner_id=line.marketer, name="Boilers Ltd")
    before = given(make, line.marketer, lost, line.sale)
    with make.acting(line.seller):
        service.take(before)
    clock.advance(minutes=30)
    other = given(make, line.seller, lost, line.paperwork)
    own = given(make, line.marketer, kept, line.sale)

    merging = merge_clients(kept, [lost])

    assert [(stay(one).client_id, stay(one).state) for one in (before, other, own)] == [
        (kept, "passed"),
        (lost, "waiting"),
        (kept, "waiting"),
    ]
    assert {row.id for row in queries.way_of(reading(), "client", kept)} == {before, own}
    with make.acting(line.assistant):
        assert queries.waiting_count(reading()) == 0

    undo_merging(merging)

    assert [stay(one).client_id for one in (before, other, own)] == [lost, lost, kept]
    with make.acting(line.assistant):
        assert service.take_next() == other
    with make.acting(line.seller):
        assert service.take_next() == own


def test_place_of_a_client_goes_to_the_one_that_stays_and_stood_nowhere(
    make: Make, line: Line
) -> None:
    kept = make.client(owner_id=line.marketer, name="Boilers")
    lost = make.client(owner_id=line.marketer, name="Boilers Ltd")
    other = given(make, line.marketer, lost, line.sale)

    merging = merge_clients(kept, [lost])

    with make.acting(line.seller):
        assert service.take_next() == other
    assert (stay(other).client_id, stay(other).state) == (kept, "taken")

    undo_merging(merging)

    assert (stay(other).client_id, stay(other).state) == (lost, "taken")


def test_way_that_ended_does_not_go_on_while_its_client_stands_elsewhere(
    make: Make, line: Line
) -> None:
    kept, lost = make.client(owner_id=line.marketer), make.client(owner_id=line.marketer)
    given(make, line.marketer, lost, line.sale)
    ended = given(make, line.marketer, kept, line.paperwork)
    with make.acting(line.assistant):
        service.take(ended)
        service.finish(ended)
    merge_clients(kept, [lost])

    with make.acting(line.assistant), pytest.raises(ConflictError):
        service.resume(ended)
