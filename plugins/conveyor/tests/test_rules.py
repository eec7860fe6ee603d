"""What goes over to a station by itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_conveyor import rule_service, service
from salesman_conveyor.stations import STATIONS
from salesman_conveyor.testing import Line, stays

from salesman_core.deals.service import close_deal, move_deal
from salesman_core.errors import InvalidError
from salesman_core.jobs import Jobs
from salesman_core.jobs.models import JOBS
from salesman_core.testing.people import Make, apart
from salesman_core.toolkit import Stage, reading


@pytest.fixture
def ruled(line: Line) -> Line:
    """Give the line with the usual rules: to paperwork at 60 %, to service when won."""
    for rule in rule_service.rules(reading()):
        rule_service.switch_rule(rule.id, active=True)
    return line


def work_off(app: Flask) -> None:
    """Let the handlers of events answer to what has happened."""
    jobs: Jobs = app.extensions["salesman_jobs"]

    def all_of_it() -> None:
        jobs.prepare()
        jobs.look_after()
        while runs := jobs.claim("tests", 10):
            for run in runs:
                jobs.execute(run)

    apart(all_of_it)
    reading().rollback()


def at(percent: int) -> int:
    found = [row.id for row in reading().query(Stage) if row.percent == percent]
    return int(found[0])


def test_deal_goes_to_paperwork_at_sixty_percent_and_to_service_when_it_is_won(
    app: Flask, make: Make, ruled: Line
) -> None:
    deal = make.deal(owner_id=ruled.seller)
    with make.acting(ruled.seller):
        move_deal(deal, at(40))
    work_off(app)
    assert stays(deal) == []
    with make.acting(ruled.seller):
        move_deal(deal, at(70))  # past sixty percent
    work_off(app)
    (row,) = stays(deal)
    assert (row.station_id, row.state, row.giver_id) == (ruled.paperwork, "waiting", ruled.seller)
    assert row.rule_id is not None
    with make.acting(ruled.assistant):
        service.take(row.id)
    with make.acting(ruled.seller):
        close_deal(deal, "won")
    work_off(app)
    assert [(one.station_id, one.state) for one in stays(deal)] == [
        (ruled.paperwork, "passed"),
        (ruled.service, "waiting"),
    ]


def test_rule_hands_over_once_and_takes_along_what_is_missing_as_open_points(
    app: Flask, make: Make, ruled: Line
) -> None:
    told = {"name": "Paperwork", "take_up_minutes": "60", "active": "true", "points": "Signed"}
    STATIONS.change(
        ruled.paperwork, {**told, "required": ["expected_on"], "people": [ruled.assistant]}
    )
    deal = make.deal(owner_id=ruled.seller)
    with make.acting(ruled.seller):
        move_deal(deal, at(60))
    work_off(app)
    (row,) = stays(deal)
    assert [one["text"] for one in row.points] == ["Expected on", "Signed"]
    with make.acting(ruled.assistant):
        service.return_handover(row.id, None, "Not agreed")
    with make.acting(ruled.seller):
        move_deal(deal, at(70))
    work_off(app)
    assert [one.rule_id for one in stays(deal)] == [row.rule_id, None]


def test_lost_deal_leaves_the_conveyor(app: Flask, make: Make, ruled: Line) -> None:
    deal = make.deal(owner_id=ruled.seller)
    with make.acting(ruled.seller):
        service.hand_over("deal", deal, {"station_id": ruled.paperwork})
    close_deal(deal, "lost", 1)
    work_off(app)
    assert [row.state for row in stays(deal)] == ["done"]


def test_client_goes_over_on_its_rung(app: Flask, make: Make, line: Line) -> None:
    second = rule_service.rungs(reading())[1][0]
    told = {"station_id": str(line.sale), "on_what": "rung", "rung_id": str(second)}
    rule_service.add_rule(told)
    client = make.client(owner_id=line.marketer)
    make.deal(client_id=client, owner_id=line.marketer)  # an interest, which lets it climb
    work_off(app)
    assert [(row.client_id, row.station_id) for row in stays()] == [(client, line.sale)]


def test_rule_says_what_is_wrong_with_it_at_its_field(line: Line) -> None:
    told = {"station_id": str(line.sale), "on_what": "progress", "percent": "120"}
    for wrong, field in (
        ({}, "percent"),
        ({"percent": "60", "station_id": "99"}, "station_id"),
        ({"on_what": "rung", "rung_id": "99"}, "rung_id"),
        ({"on_what": "moon"}, "on_what"),
    ):
        with pytest.raises(InvalidError) as refused:
            rule_service.add_rule({**told, **wrong})
        assert list(refused.value.fields) == [field]


def test_station_at_which_nobody_works_gets_nothing_by_rule(
    app: Flask, make: Make, ruled: Line
) -> None:
    told = {"name": "Paperwork", "take_up_minutes": "60", "active": "true"}
    STATIONS.change(ruled.paperwork, {**told, "people": []})
    deal = make.deal(owner_id=ruled.seller)
    move_deal(deal, at(60))
    work_off(app)
    assert stays(deal) == []


def queued() -> list[str]:
    ours = sa.select(JOBS.c.name).where(JOBS.c.name.startswith("on.conveyor."))
    return sorted(reading().scalars(ours))


def test_company_that_does_not_use_the_conveyor_has_nothing_queued_for_it(
    app: Flask, make: Make, line: Line
) -> None:
    deal = make.deal(owner_id=line.seller)
    move_deal(deal, at(70))
    close_deal(deal, "won")
    assert queued() == []

    rule_service.switch_rule(rule_service.rules(reading())[0].id, active=True)
    move_deal(make.deal(owner_id=line.seller), at(70))

    assert queued() == ["on.conveyor.progress", "on.conveyor.progress"]
