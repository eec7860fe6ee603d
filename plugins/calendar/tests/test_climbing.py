"""Activity by rung, and who climbed after it (``product.md``, rule 2)."""

from __future__ import annotations

from collections.abc import Callable

from salesman_calendar import climbing, service
from salesman_calendar.lists import ACTIVITIES

from salesman_core.deals.service import close_deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

Plan = Callable[..., int]


def told() -> dict[str, tuple[int, int, int]]:
    """Give by rung: activities, clients, and how many of these climbed."""
    session = reading()
    session.rollback()
    names = {rung.id: rung.name for rung in climbing.rungs(session)}
    rows = climbing.by_rung(session, ACTIVITIES, {"day": "this_month"})
    return {names[row.rung_id]: (row.activities, row.clients, row.climbed) for row in rows}


def test_activity_counts_on_the_rung_of_its_day_and_for_who_climbed_after_it(
    plan: Plan, make: Make, clock: FrozenClock
) -> None:
    climber, other = make.client(), make.client()
    for client in (climber, climber, other):
        service.finish_activity(plan(client_id=client), {})
    plan(client_id=other)
    lowest = next(iter(told()))
    assert told() == {lowest: (3, 2, 0)}

    clock.advance(minutes=5)
    close_deal(make.deal(client_id=climber), "won")
    clock.advance(minutes=5)
    service.finish_activity(plan(client_id=climber), {})

    after = told()
    assert after.pop(lowest) == (3, 2, 1)
    assert list(after.values()) == [(1, 1, 0)]


def test_figures_open_their_activities_and_tell_nothing_of_hidden_clients(
    plan: Plan, make: Make, browser_for: Callable[[str], Browser]
) -> None:
    seller = make.user_of("seller")
    seen, hidden = make.client(owner_id=seller), make.client()
    for client in (seen, hidden):
        activity = plan(client_id=client, owner_id=seller, subject=f"Work {client}")
        service.finish_activity(activity, {})

    page = browser_for("seller").get("/calendar/climbing?period=this_month").text
    with make.acting(seller):
        ((activities, clients, _climbed),) = told().values()
        rung = climbing.rungs(reading())[0].id
    assert (activities, clients) == (1, 1)
    assert f"rung={rung}" in page
    listed = browser_for("seller").get(f"/calendar/activities?rung={rung}&with_client=true").text
    assert f"Work {seen}" in listed
    assert f"Work {hidden}" not in listed
