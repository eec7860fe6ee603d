"""Nobody hands over, and nobody takes up, what somebody else does at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from salesman_conveyor import service
from salesman_conveyor.testing import Line, staff, stays

from salesman_core.errors import SalesmanError
from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, person_of, reading

PEOPLE = 3
DEALS = 4


def at_once(app: Flask, user_ids: list[int], act: Callable[[], object]) -> list[object]:
    """Let several people do the same in the same moment; give what came of it."""
    begin = threading.Barrier(len(user_ids))
    came: list[object] = []

    def run(user_id: int) -> None:
        with app.app_context():
            person = person_of(user_id)
            assert person is not None
            with acting_as(person):
                begin.wait(30)
                try:
                    came.append(act())
                except SalesmanError as error:
                    came.append(error)

    reading().rollback()
    threads = [threading.Thread(target=run, args=(one,)) for one in user_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reading().rollback()
    return came


def test_several_who_take_the_next_one_at_once_get_each_another_one(
    app: Flask, make: Make, line: Line
) -> None:
    people = [make.user("seller") for _each in range(PEOPLE)]
    for user_id in people:
        staff(1, user_id)
    deals = [make.deal(owner_id=line.marketer) for _each in range(DEALS)]
    with make.acting(line.marketer):
        for deal in deals:
            service.hand_over("deal", deal, {"station_id": line.sale})

    def take_all() -> list[int]:
        return list(iter(service.take_next, None))

    taken = [one for got in at_once(app, people, take_all) for one in got]  # type: ignore[attr-defined]
    assert sorted(taken) == sorted(row.id for row in stays())
    assert {row.state for row in stays()} == {"taken"}


def test_deal_that_two_hand_over_at_once_goes_once(app: Flask, make: Make, line: Line) -> None:
    head = make.user("head")
    deal = make.deal(owner_id=line.marketer)

    def hand_over() -> int:
        return service.hand_over("deal", deal, {"station_id": line.sale})

    came = at_once(app, [line.marketer, head], hand_over)
    assert sorted(isinstance(one, int) for one in came) == [False, True]
    assert [row.state for row in stays(deal)] == ["waiting"]
