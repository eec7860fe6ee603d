"""What stands in the database once the services have written a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import Role, Team, User, UserRole
from salesman_core.access.permissions import PRESETS
from salesman_core.access.person import load_person
from salesman_core.access.records import visible
from salesman_core.clients.models import (
    Client,
    ClientEmail,
    ClientPhone,
    Contact,
    ContactEmail,
    ContactPhone,
    Rung,
    RungMove,
)
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.deals.models import CloseReason, Deal, DealMove, DealParticipant, Stage
from salesman_core.demo.accounts import address, demo_accounts
from salesman_core.demo.plan import Plan
from salesman_core.demo.write import has_clients, write_plan
from salesman_core.errors import ConflictError
from salesman_core.events.models import EVENTS
from salesman_core.jobs.models import JOBS
from salesman_core.records.models import Audit
from salesman_core.services.company import company
from salesman_core.testing.databases import Template

TODAY = date(2026, 3, 2)

pytestmark = pytest.mark.usefixtures("inside")


def rows(*columns: Any) -> Sequence[Any]:
    return reading().execute(sa.select(*columns)).all()


def scalars(statement: Any) -> list[Any]:
    return list(reading().scalars(statement))


def test_clients_and_contacts_are_those_of_the_plan(part: Plan) -> None:
    assert Counter(scalars(sa.select(Client.name))) == Counter(c.name for c in part.clients)
    contacts = Counter(one.name for client in part.clients for one in client.contacts)
    assert Counter(scalars(sa.select(Contact.name))) == contacts


def test_deals_end_as_planned(part: Plan) -> None:
    found = {(row.name, row.created_at): row for row in rows(*Deal.__table__.c)}
    for deal in part.deals:
        row = found[deal.name, deal.at]
        assert row.outcome == deal.outcome
        assert row.expected_on == deal.expected_on
        assert row.closed_on == (
            deal.ends_at.astimezone(company().tz).date() if deal.outcome else None
        )


def test_no_deal_is_closed_before_it_was_opened() -> None:
    assert not scalars(sa.select(Deal.id).where(Deal.closed_on < Deal.opened_on))


def test_every_rung_stage_and_reason_is_used() -> None:
    stages = {row for pair in rows(DealMove.from_stage_id, DealMove.to_stage_id) for row in pair}
    chosen = sa.select(CloseReason.id).where(CloseReason.system.is_(None))
    assert set(scalars(sa.select(Client.rung_id))) == set(scalars(sa.select(Rung.id)))
    assert stages - {None} == set(scalars(sa.select(Stage.id)))
    assert set(scalars(sa.select(Deal.reason_id))) - {None} == set(scalars(chosen))


def test_clients_stand_where_their_sales_put_them(part: Plan) -> None:
    sales = Counter(deal.client for deal in part.deals if deal.outcome == "won")
    ladder = scalars(sa.select(Rung.name).order_by(Rung.position))
    found = dict(
        reading()
        .execute(sa.select(Client.name, Rung.name).join(Rung, Rung.id == Client.rung_id))
        .all()
    )
    buyers = {client.key: client.name for client in part.clients if client.key in sales}
    for key, name in buyers.items():
        assert found[name] == ladder[min(sales[key], 2) + 1]


def test_rungs_chosen_by_hand_keep_their_reason(part: Plan) -> None:
    reasons = scalars(sa.select(RungMove.reason).where(~RungMove.automatic))
    assert sorted(reasons) == sorted(choice.reason for choice in part.rung_choices)


def test_the_story_is_kept_in_the_order_in_which_it_happened() -> None:
    audited = scalars(sa.select(Audit.at).order_by(Audit.id))
    announced = scalars(sa.select(EVENTS.c.at).order_by(EVENTS.c.id))
    assert audited == sorted(audited)
    assert announced == sorted(announced)
    assert max(audited).date() < TODAY


def test_deals_are_moved_by_their_owner() -> None:
    strangers = sa.select(DealMove.id).join(Deal).where(DealMove.actor_id != Deal.owner_id)
    assert not scalars(strangers)


def test_called_clients_are_handed_over_by_the_head_of_sales(part: Plan) -> None:
    head = next(one.name for one in part.staff if one.role == "head")
    handed = sa.select(Audit.actor_name).where(Audit.kind == "client", Audit.action == "changed")
    assert scalars(handed) == [head for client in part.clients if client.given]


def test_numbers_and_addresses_are_valid() -> None:
    for table in (ClientPhone, ClientEmail, ContactPhone, ContactEmail):
        assert not scalars(sa.select(table.typed).where(table.normalised.is_(None)))


def test_teams_of_sellers_stand_below_the_department(part: Plan) -> None:
    names = {row.id: row.name for row in rows(Team.id, Team.name)}
    below = {
        row.name: names[row.parent_id] for row in rows(Team.name, Team.parent_id) if row.parent_id
    }
    department = part.teams["department"]
    assert below == {part.teams[key]: department for key in ("first", "second", "third")}


@pytest.mark.parametrize("role", PRESETS)
def test_each_role_sees_a_deal_that_is_due_today(role: str) -> None:
    user_id = reading().scalars(sa.select(User.id).where(User.login == address(role))).one()
    person = load_person(reading(), user_id)
    assert person is not None
    due = sa.select(Deal.id).where(
        visible("deal", person=person), Deal.outcome.is_(None), Deal.expected_on == TODAY
    )
    assert scalars(due)


def test_lawyers_have_a_part_in_deals_and_own_none(part: Plan) -> None:
    lawyer = reading().scalars(sa.select(User.id).where(User.login == address("lawyer"))).one()
    parts = sa.select(DealParticipant.part).where(DealParticipant.user_id == lawyer)
    assert set(scalars(parts)) == {"согласование договора"}
    assert not scalars(sa.select(Deal.id).where(Deal.owner_id == lawyer))


def test_the_company_is_the_one_of_the_plan(part: Plan) -> None:
    here = company()
    assert (here.name, here.language, here.zone) == (part.company.name, "ru", "Europe/Moscow")
    assert {row.currency for row in rows(Deal.currency)} == {"RUB"} == {here.currency}


def test_accounts_are_one_for_each_preset_role() -> None:
    assert [one.email for one in demo_accounts(reading())] == [address(role) for role in PRESETS]
    held = sa.select(Role.preset).join(UserRole).join(User).where(User.login == address("lawyer"))
    assert scalars(held) == ["lawyer"]


def test_no_job_is_left_that_could_write_to_anybody() -> None:
    assert not rows(JOBS.c.id)


def test_a_second_demo_is_refused_and_changes_nothing(app: Flask, part: Plan) -> None:
    before = rows(sa.func.count(Audit.id))
    with pytest.raises(ConflictError):
        write_plan(part)
    with app.app_context():
        assert rows(sa.func.count(Audit.id)) == before


class TestBeforeTheDemo:
    """A database that nobody has worked in."""

    @pytest.fixture
    def database_template(self, empty_template: Template) -> Template:
        return empty_template

    def test_there_are_no_clients_and_no_accounts(self) -> None:
        assert not has_clients()
        assert demo_accounts(reading()) == []

    def test_an_interrupted_demo_leaves_nothing_behind(self, app: Flask, part: Plan) -> None:
        def interrupt(_number: int) -> None:
            if now().date() > part.clients[10].at.date():
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_plan(part, interrupt)
        with app.app_context():
            assert not has_clients()
            assert not rows(User.id)

    def test_the_clock_goes_right_again_afterwards(self, app: Flask, part: Plan) -> None:
        def stop(_number: int) -> None:
            raise KeyboardInterrupt

        before = now()
        with pytest.raises(KeyboardInterrupt):
            write_plan(part, stop)
        assert now() >= before

    def test_stages_of_the_companys_own_are_left_alone(self, app: Flask, part: Plan) -> None:
        with writing() as session:
            session.execute(sa.delete(Stage).where(Stage.percent == 10))
        with pytest.raises(ConflictError):
            write_plan(part)
