"""The generator alone: the figures that make the demo believable."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from salesman_core.access.passwords import demand_good
from salesman_core.access.permissions import PRESETS
from salesman_core.deals.defaults import REASONS
from salesman_core.demo.accounts import PASSWORD, address
from salesman_core.demo.courses import PLANNED
from salesman_core.demo.generator import make_plan
from salesman_core.demo.plan import Close, Move, Plan, PlannedClient, PlannedDeal, Reopen
from salesman_core.demo.words import TEAMS
from salesman_core.records import reach

TODAY = date(2026, 3, 2)
SUNDAY = date(2026, 8, 2)
NEW_YEAR = date(2027, 1, 1)


def local_day(plan: Plan, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(plan.company.zone)).date()


def closed(plan: Plan) -> list[PlannedDeal]:
    return [deal for deal in plan.deals if deal.outcome]


def won(plan: Plan) -> list[PlannedDeal]:
    return [deal for deal in plan.deals if deal.outcome == "won"]


def numbers(client: PlannedClient) -> list[str]:
    return [*client.phones, *(phone for one in client.contacts for phone in one.phones)]


def test_plan_has_400_clients_and_900_deals(plan: Plan) -> None:
    assert (len(plan.clients), len(plan.deals)) == (400, 900)


def test_staff_has_somebody_for_every_preset_role(plan: Plan) -> None:
    assert {one.role for one in plan.staff} == set(PRESETS)
    assert set(PRESETS) <= {one.login for one in plan.staff}


def test_each_team_has_three_or_four_sellers(plan: Plan) -> None:
    sellers = Counter(one.team for one in plan.staff if one.role == "seller")
    assert set(sellers) == set(TEAMS)
    assert set(sellers.values()) <= {3, 4}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_win_rate_lies_between_20_and_35_percent(language: str, seed: int) -> None:
    plan = make_plan(language, TODAY, seed)
    assert 0.2 <= len(won(plan)) / len(closed(plan)) <= 0.35


def test_steps_of_a_deal_follow_its_opening_and_each_other(plan: Plan) -> None:
    for deal in plan.deals:
        moments = [deal.at, *(step.at for step in deal.steps)]
        stages = [step.at for step in deal.steps if isinstance(step.act, Move | Close | Reopen)]
        assert moments == sorted(moments)
        assert stages == sorted({*stages} - {deal.at})


def test_deals_come_after_their_client(plan: Plan) -> None:
    clients = {client.key: client for client in plan.clients}
    assert all(clients[deal.client].ready_at < deal.at for deal in plan.deals)


def test_a_closed_deal_ends_with_its_closing_unless_it_is_reopened(plan: Plan) -> None:
    for deal in plan.deals:
        ends = [type(step.act) for step in deal.steps if isinstance(step.act, Close | Reopen)]
        assert ends in ([], [Close], [Close, Reopen, Close])
        assert deal.outcome is None or isinstance(deal.steps[-1].act, Close)


@pytest.mark.parametrize("today", [TODAY, SUNDAY, NEW_YEAR])
def test_everything_happened_in_the_two_years_before_today(today: date) -> None:
    plan = make_plan("ru", today)
    moments = [deal.at for deal in plan.deals] + [deal.ends_at for deal in plan.deals]
    moments += [client.ready_at for client in plan.clients]
    moments += [choice.at for choice in plan.rung_choices]
    assert plan.founded_at < min(moments)
    assert local_day(plan, plan.founded_at) >= today - timedelta(days=731)
    assert local_day(plan, max(moments)) < today


@pytest.mark.parametrize("today", [TODAY, SUNDAY, NEW_YEAR])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_everybody_but_the_administrator_has_a_deal_due_today(language: str, today: date) -> None:
    plan = make_plan(language, today)
    due = [deal for deal in plan.deals if deal.outcome is None and deal.expected_on == today]
    people = {login for deal in due for login in deal.people}
    assert {one.login for one in plan.staff} - people <= {"administrator", "v.klimova", "v.clement"}


def test_open_deals_are_expected_before_and_after_today(plan: Plan) -> None:
    expected = [deal.expected_on for deal in plan.deals if deal.outcome is None]
    late = sum(1 for day in expected if day < TODAY)
    assert 0.05 < late / len(expected) < 0.3
    assert max(expected) > TODAY + timedelta(days=30)


def test_nobody_works_on_weekends_or_holidays(plan: Plan) -> None:
    days = {local_day(plan, deal.at) for deal in plan.deals}
    days |= {local_day(plan, client.at) for client in plan.clients}
    assert all(day.isoweekday() <= 5 for day in days)
    assert not {(day.month, day.day) for day in days} & {(1, 1)}


def test_open_deals_stand_at_every_stage(plan: Plan) -> None:
    standing = Counter(deal.stands for deal in plan.deals if deal.outcome is None)
    assert set(standing) == set(range(len(PLANNED)))
    assert min(standing.values()) >= 5


def test_deals_are_lost_for_every_reason_a_person_can_choose(plan: Plan) -> None:
    reasons = Counter(deal.reason for deal in plan.deals if deal.outcome == "lost")
    assert set(reasons) == set(range(len(REASONS)))


def test_won_deals_have_no_reason(plan: Plan) -> None:
    assert {deal.reason for deal in won(plan)} == {None}


def test_clients_earn_every_rung(plan: Plan) -> None:
    interested = {deal.client for deal in plan.deals}
    sales = Counter(deal.client for deal in won(plan))
    cold = {client.key for client in plan.clients} - interested
    once = [client for client, count in sales.items() if count == 1]
    again = [client for client, count in sales.items() if count > 1]
    assert min(len(cold), len(interested - set(sales)), len(once), len(again)) >= 20


def test_sellers_are_of_different_strength(plan: Plan) -> None:
    strength = {one.login: one.strength for one in plan.staff if one.role == "seller"}
    best, worst = max(strength, key=strength.__getitem__), min(strength, key=strength.__getitem__)

    def rate(login: str) -> float:
        ended = [deal.outcome for deal in closed(plan) if deal.owner == login]
        return ended.count("won") / len(ended)

    assert rate(best) > 1.5 * rate(worst)


def test_margins_lie_between_12_and_40_percent(plan: Plan) -> None:
    for deal in plan.deals:
        assert 12 <= 100 * (deal.amount - deal.cost) / deal.amount <= 40


def test_larger_clients_buy_for_more(plan: Plan) -> None:
    segments = {client.key: client.segment for client in plan.clients}
    small, medium, large = (
        median(deal.amount for deal in plan.deals if segments[deal.client] == segment)
        for segment in range(3)
    )
    assert 2 * small < medium < large / 2


def test_busy_months_open_more_deals_than_quiet_ones() -> None:
    opened = Counter(
        deal.at.month for seed in range(3) for deal in make_plan("ru", SUNDAY, seed).deals
    )
    assert opened[3] + opened[10] > 1.4 * (opened[1] + opened[5])


def test_clients_have_one_to_four_contacts(plan: Plan) -> None:
    assert {len(client.contacts) for client in plan.clients} == {1, 2, 3, 4}


def test_names_of_companies_and_numbers_are_given_once(plan: Plan) -> None:
    names = [client.name for client in plan.clients if client.kind == "company"]
    phones = [
        reach.phone(one, plan.company.region).normalised for c in plan.clients for one in numbers(c)
    ]
    assert len(names) == len(set(names))
    assert len(phones) == len(set(phones))


def test_every_number_validates_and_can_be_nobodys(plan: Plan) -> None:
    region = plan.company.region
    typed = [one for client in plan.clients for one in numbers(client)]
    national = [str(phonenumbers.parse(one, region).national_number) for one in typed]
    assert all(reach.phone(one, region).valid for one in typed)
    if region == "US":
        assert {number[3:8] for number in national} == {"55501"}
    else:
        mobile = [number for number in national if number.startswith("9")]
        assert {number[:3] for number in mobile} == {"907", "935", "975", "976"}
        assert {number[3] for number in national if not number.startswith("9")} == {"0"}


def test_letters_can_reach_nobody(plan: Plan) -> None:
    emails = [email for client in plan.clients for email in client.emails]
    emails += [email for c in plan.clients for one in c.contacts for email in one.emails]
    assert all(reach.email(one).valid for one in emails)
    assert {one.rsplit(".", 1)[1] for one in emails} == {"example"}
    assert {address(one.login).partition("@")[2] for one in plan.staff} == {"example.com"}


def test_the_password_is_good_enough_for_everybody(plan: Plan) -> None:
    for one in plan.staff:
        demand_good(PASSWORD, name=one.name, email=address(one.login))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_same_seed_and_day_give_the_same_plan(language: str) -> None:
    assert make_plan(language, TODAY, 5) == make_plan(language, TODAY, 5)


def test_another_seed_gives_other_clients() -> None:
    names = [{client.name for client in make_plan("ru", TODAY, seed).clients} for seed in (5, 6)]
    assert len(names[0] & names[1]) < 300
