"""Activities that come again: by which rule, with which exceptions, over changes of the clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from salesman_calendar import jobs, queries, service
from salesman_calendar.models import Activity, Series
from salesman_calendar.series import making
from salesman_calendar.series.rules import Rule
from salesman_calendar.series.service import change_series, end_series, restore_series

from salesman_core.errors import ConflictError, ForbiddenError, InvalidError
from salesman_core.services.company import change_company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import AnyRow, reading

Plan = Callable[..., int]
MONDAY = date(2026, 3, 2)
BERLIN = ZoneInfo("Europe/Berlin")


def at(hour: int, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def made(*, binned: bool = False) -> Sequence[AnyRow]:
    """Give all activities in their order."""
    session = reading()
    session.expire_all()
    columns = (*queries.ACTIVITY, Activity.deleted_at)
    every = sa.select(*columns).outerjoin(Series, Series.id == Activity.series_id)
    if not binned:
        every = every.where(Activity.deleted_at.is_(None))
    return session.execute(every.order_by(Activity.day, Activity.id)).all()


def days() -> list[str]:
    return [f"{row.day:%d.%m}" for row in made()]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["02.03", "03.03", "04.03"]),
        ("FREQ=DAILY;INTERVAL=10;UNTIL=20260322", ["02.03", "12.03", "22.03"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", ["03.03", "05.03", "10.03"]),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=MO;COUNT=2", ["02.03", "16.03"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", ["31.03", "30.04"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", ["02.03", "06.04"]),
        ("FREQ=YEARLY;COUNT=1", ["02.03"]),
        ("FREQ=WEEKLY;UNTIL=20260316T120000Z", ["02.03", "09.03", "16.03"]),
    ],
)
def test_activity_comes_on_the_days_of_its_rule(plan: Plan, rule: str, expected: list[str]) -> None:
    plan(recurrence=rule)

    assert days() == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "every day",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;WKST=SU",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;UNTIL=20261340",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=MONTHLY;BYSETPOS=1",
    ],
)
def test_rule_that_the_calendar_does_not_know_is_refused_at_its_field(
    plan: Plan, rule: str
) -> None:
    with pytest.raises(InvalidError) as error:
        plan(recurrence=rule)

    assert list(error.value.fields) == ["recurrence"]
    assert not made()


def test_hour_stays_that_of_the_clock_when_the_clock_is_changed(plan: Plan) -> None:
    change_company({"zone": "Europe/Berlin"})
    plan(
        starts_at=datetime(2026, 3, 27, 8, tzinfo=UTC),
        recurrence="FREQ=DAILY;COUNT=4",
    )

    assert [row.starts_at.hour for row in made()] == [8, 8, 7, 7]
    assert {row.starts_at.astimezone(BERLIN).hour for row in made()} == {9}


def test_hour_that_the_clock_leaves_out_comes_an_hour_later_by_it(plan: Plan) -> None:
    change_company({"zone": "Europe/Berlin"})
    half_past_two = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    plan(starts_at=half_past_two, recurrence="FREQ=DAILY;COUNT=3")

    local = [row.starts_at.astimezone(BERLIN).strftime("%H:%M") for row in made()]
    assert local == ["02:30", "03:30", "02:30"]


def test_what_has_no_end_is_made_ahead_and_goes_on_being_made(
    plan: Plan, clock: FrozenClock
) -> None:
    plan(recurrence="FREQ=MONTHLY")
    before = len(made())

    clock.advance(days=70)
    assert jobs.prolong() == 1
    assert jobs.prolong() == 0
    assert (before, len(made())) == (14, 16)


def test_what_is_rare_has_one_ahead(plan: Plan) -> None:
    plan(day=date(2026, 2, 28), recurrence="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")

    assert [row.day for row in made()] == [date(2028, 2, 29)]


def test_next_ones_are_like_the_last_one_with_its_people(
    plan: Plan, clock: FrozenClock, make: Make
) -> None:
    client = make.client()
    person = make.contact(client_id=client)
    first = plan(
        client_id=client, contact_ids=[person], recurrence="FREQ=MONTHLY", remind_minutes=15
    )
    change_series(first, {"subject": "Monthly talk"}, "all")
    clock.advance(days=70)
    jobs.prolong()

    last = made()[-1]
    assert last.subject == "Monthly talk"
    assert queries.contact_ids(reading(), [last.id]) == {last.id: [person]}
    assert last.remind_minutes == 15


def test_one_is_moved_alone(plan: Plan) -> None:
    plan(starts_at=at(9), recurrence="FREQ=WEEKLY;COUNT=3")
    second = made()[1]

    service.change_activity(second.id, {"day": date(2026, 3, 11)})

    moved = made()[1]
    assert days() == ["02.03", "11.03", "16.03"]
    assert (moved.apart, moved.occurs_on) == (True, date(2026, 3, 9))


def test_rule_of_a_series_is_not_changed_by_one_of_it(plan: Plan) -> None:
    first = plan(recurrence="FREQ=WEEKLY;COUNT=3")

    service.change_activity(first, {"recurrence": "FREQ=WEEKLY;COUNT=3", "subject": "Talk"})
    with pytest.raises(InvalidError, match="from this one on"):
        service.change_activity(first, {"recurrence": None})


def test_this_one_and_following_come_at_another_time(plan: Plan) -> None:
    plan(starts_at=at(9), recurrence="FREQ=WEEKLY;COUNT=4")
    ids = [row.id for row in made()]

    changed = change_series(ids[2], {"starts_at": at(11, date(2026, 3, 17))}, "following")

    assert changed == 2
    assert days() == ["02.03", "09.03", "17.03", "24.03"]
    assert [row.starts_at.hour for row in made()] == [9, 9, 11, 11]
    assert [row.id for row in made()] == ids
    assert len({row.series_id for row in made()}) == 2


def test_days_of_the_week_move_with_an_activity(plan: Plan) -> None:
    plan(recurrence="FREQ=WEEKLY;BYDAY=MO,SU;COUNT=4")
    first = made()[0]

    change_series(first.id, {"day": date(2026, 3, 3)}, "all")

    assert days() == ["03.03", "09.03", "10.03", "16.03"]
    assert made()[0].series_rule == "FREQ=WEEKLY;BYDAY=MO,TU"


def test_exceptions_stay_when_all_are_moved(plan: Plan) -> None:
    plan(starts_at=at(9), recurrence="FREQ=WEEKLY;COUNT=4")
    first, second, third, _last = (row.id for row in made())
    service.delete_activity(second)
    service.change_activity(third, {"day": date(2026, 3, 20)})

    change_series(first, {"starts_at": at(12)}, "all")

    assert days() == ["02.03", "20.03", "23.03"]
    assert [row.starts_at.hour for row in made()] == [12, 9, 12]


def test_what_is_done_stays_as_it_was(plan: Plan) -> None:
    plan(starts_at=at(9), recurrence="FREQ=DAILY;COUNT=3")
    first, second, _third = (row.id for row in made())
    service.finish_activity(first, {})

    change_series(second, {"starts_at": at(13, date(2026, 3, 3)), "subject": "Later"}, "all")

    assert [(row.starts_at.hour, row.subject) for row in made()] == [
        (9, "Call"),
        (13, "Later"),
        (13, "Later"),
    ]


def test_another_rule_makes_more_or_fewer(plan: Plan) -> None:
    first = plan(recurrence="FREQ=DAILY;COUNT=5")
    change_series(first, {"recurrence": "FREQ=WEEKLY;COUNT=2"}, "all")
    assert days() == ["02.03", "09.03"]

    change_series(first, {"recurrence": "FREQ=DAILY;COUNT=3"}, "all")
    assert days() == ["02.03", "03.03", "04.03"]


def test_series_ends_with_one_that_comes_no_more(plan: Plan) -> None:
    plan(recurrence="FREQ=DAILY")
    second = made()[1].id

    change_series(second, {"recurrence": None}, "following")

    assert days() == ["02.03", "03.03"]


def test_end_of_a_series_is_undone_as_a_whole(plan: Plan, clock: FrozenClock) -> None:
    plan(recurrence="FREQ=WEEKLY;COUNT=4")
    rows = made()
    service.delete_activity(rows[3].id)
    clock.advance(minutes=1)

    assert end_series(rows[1].id, "following") == 2
    assert days() == ["02.03"]
    assert restore_series(rows[1].id) == 2
    assert days() == ["02.03", "09.03", "16.03"]


@pytest.mark.parametrize("change", [{"day": date(2026, 3, 17)}, {"recurrence": None}, None])
def test_what_was_ended_and_brought_back_comes_no_longer_than_before(
    plan: Plan, clock: FrozenClock, change: dict[str, object] | None
) -> None:
    plan(recurrence="FREQ=WEEKLY")
    rows = made()
    if change is None:
        end_series(rows[2].id, "following")
    else:
        change_series(rows[2].id, change, "following")
    of_old = reading().scalar(sa.select(Activity.series_id).where(Activity.id == rows[0].id))
    before = _live_days_of(of_old)
    clock.advance(minutes=1)
    end_series(rows[1].id, "following")
    restore_series(rows[1].id)
    clock.advance(days=60)
    jobs.prolong()

    assert _live_days_of(of_old) == before


def _live_days_of(series_id: int | None) -> list[date]:
    return [row.day for row in made() if row.series_id == series_id]


def test_series_can_be_begun_with_what_came_once(plan: Plan) -> None:
    activity_id = plan(starts_at=at(9))

    service.change_activity(activity_id, {"recurrence": "FREQ=WEEKLY;COUNT=2"})

    assert days() == ["02.03", "09.03"]
    with pytest.raises(ConflictError):
        change_series(plan(), {"subject": "No series"}, "all")


def test_who_sees_only_their_own_changes_no_series_of_others(plan: Plan, make: Make) -> None:
    first = plan(owner_id=make.user("head"), recurrence="FREQ=WEEKLY;COUNT=2")

    with make.acting(make.user("seller")), pytest.raises((ForbiddenError, LookupError)):
        change_series(first, {"subject": "Mine"}, "all")


def test_card_and_story_tell_the_next_of_a_series_and_not_all(plan: Plan, make: Make) -> None:
    client = make.client()
    plan(client_id=client, recurrence="FREQ=DAILY;COUNT=9")

    assert len(queries.open_about(reading(), "client", client, 20)) == 1


def test_api_makes_changes_and_ends_a_series(api_for: Callable[[str], Api]) -> None:
    api = api_for("seller")
    kind_id = api.get("/calendar/kinds").json["items"][0]["id"]
    values = {"kind_id": kind_id, "day": "2027-03-01", "recurrence": "FREQ=DAILY;COUNT=3"}

    first = api.post("/calendar", values).json
    assert (first["recurrence"], first["occurs_on"]) == (values["recurrence"], "2027-03-01")
    path = f"/calendar/{first['id']}/series"
    assert api.patch(path, {"scope": "all", "subject": "Daily"}).json == {"count": 3}
    listed = api.get(f"/calendar?series_id={first['series_id']}").json["items"]
    assert [one["subject"] for one in listed] == ["Daily"] * 3
    assert api.post(f"{path}/end", {"scope": "all"}).json == {"count": 3}


def test_rule_with_an_end_gives_no_day_behind_it() -> None:
    rule = Rule.read("FREQ=DAILY;UNTIL=20260303")

    assert [*rule.days(MONDAY, MONDAY + timedelta(days=9))] == [MONDAY, MONDAY + timedelta(days=1)]
    assert making.AHEAD.days == 400


@pytest.mark.parametrize(
    ("rule", "to", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", date(2026, 3, 11), "FREQ=MONTHLY;BYDAY=2WE"),
        ("FREQ=MONTHLY;BYMONTHDAY=2", date(2026, 3, 5), "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("FREQ=MONTHLY", date(2026, 3, 5), "FREQ=MONTHLY"),
    ],
)
def test_day_of_the_month_moves_with_an_activity(
    plan: Plan, rule: str, to: date, expected: str
) -> None:
    first = plan(recurrence=f"{rule};COUNT=2")

    change_series(first, {"day": to}, "all")

    assert (made()[0].day, made()[0].series_rule) == (to, expected)


def test_rule_whose_days_cannot_be_moved_has_to_be_said_anew(plan: Plan) -> None:
    plan(recurrence="FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2")

    with pytest.raises(InvalidError, match="Say anew"):
        change_series(made()[0].id, {"day": date(2026, 3, 30)}, "all")


def test_form_moves_one_alone_whose_rule_follows_from_its_day(
    plan: Plan, make: Make, browser_for: Callable[[str], Browser]
) -> None:
    owner = make.user_of("seller")
    first = plan(owner_id=owner, recurrence="FREQ=MONTHLY;BYDAY=1MO;COUNT=2")
    browser = browser_for("seller")
    page = browser.get(f"/calendar/{first}/edit").text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    typed = {"kind_id": "1", "subject": "Call", "when": "04.03.2026", "repeat": "weekday"}
    typed |= {"repeat_count": "2", "priority": "normal", "scope": "this"}

    browser.post(f"/calendar/{first}/edit", data={**fields, **typed})

    assert days() == ["04.03", "06.04"]
