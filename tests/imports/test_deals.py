"""What becomes of rows of deals, by the rules of a single save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.clients.merging import merge_clients
from salesman_core.clients.models import Client, Rung
from salesman_core.clients.service import change_client
from salesman_core.db import reading
from salesman_core.deals.models import CloseReason, Deal, DealMove, Stage
from salesman_core.deals.pipelines import add_stage, create_pipeline
from salesman_core.deals.service import close_deal, delete_deal
from salesman_core.records.imports import ImportResult, mapping_of
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.models import Audit, Note
from salesman_core.services.company import company
from salesman_core.testing.people import Make

pytestmark = pytest.mark.usefixtures("app")

WriteCsv = Callable[..., Path]
HEAD = "ID;Deal;Client;Owner;Stage;Outcome;Reason;Amount;Margin;Opened;Closed;Comment"
MAKING = "[options]\ncreate_missing = ['client', 'owner']"


@pytest.fixture
def bring(write_csv: WriteCsv) -> Callable[..., ImportResult]:
    """A function that imports lines of CSV as deals."""

    def bring(*lines: str, head: str = HEAD, mapping: str = "") -> ImportResult:
        type_ = import_type("deals")
        path = write_csv(head, *lines)
        return import_run(type_, path, mapping_of(mapping, type_.fields)).apply()

    return bring


Bring = Callable[..., ImportResult]


def deals() -> Sequence[Deal]:
    reading().rollback()
    return reading().scalars(sa.select(Deal).order_by(Deal.id)).all()


def value(query: sa.Select[Any]) -> Any:
    reading().rollback()
    return reading().scalar(query)


def problems(result: ImportResult) -> list[dict[str, str]]:
    return [
        {name: problem.reason for name, problem in each.problems.items()}
        for each in result.refused_rows
    ]


def test_row_fills_the_fields_of_a_deal(bring: Bring, make: Make) -> None:
    omega = make.client(name="Omega")
    anna = make.user(name="Anna")

    bring("1;Boilers;omega;Anna;Negotiation;;;1 000,00 €;400;05.03.2026;;")

    deal = deals()[0]
    assert (deal.name, deal.client_id, deal.owner_id) == ("Boilers", omega, anna)
    assert (deal.amount, deal.cost, deal.currency) == (Decimal(1000), Decimal(600), "EUR")
    assert (deal.opened_on, deal.outcome) == (date(2026, 3, 5), None)
    assert value(sa.select(Stage.percent).where(Stage.id == deal.stage_id)) == 40


@pytest.mark.parametrize(
    ("written", "percent"),
    [("negotiation", 40), ("40 %", 40), ("40", 40), ("0.4", 40), ("0,4", 40), ("1,0", 100)],
)
def test_stage_is_found_by_name_or_percentage(bring: Bring, written: str, percent: int) -> None:
    bring(f'1;Boilers;;;"{written}"')

    assert value(sa.select(Stage.percent).join(Deal, Deal.stage_id == Stage.id)) == percent


def test_one_is_all_of_it_where_other_stages_are_written_as_shares(bring: Bring) -> None:
    bring("1;Boilers;;;0.4", "2;Pipes;;;1")

    query = sa.select(Stage.percent).join(Deal, Deal.stage_id == Stage.id).order_by(Deal.id)
    assert reading().scalars(query).all() == [40, 100]


def test_one_alone_is_no_stage(bring: Bring) -> None:
    result = bring("1;Boilers;;;1", "2;Pipes;;;2")

    assert [each.partition(",")[0] for one in problems(result) for each in one.values()] == [
        "There is no such stage",
        "There is no such stage",
    ]


def test_stage_of_another_pipeline_is_refused_at_its_cell_and_names_those_there_are(
    bring: Bring,
) -> None:
    add_stage(create_pipeline("Service"), {"name": "Repair", "percent": 30})

    result = bring(
        "1;Boilers;Negotiation;Service", "2;Pipes;Repair;", head="ID;Deal;Stage;Pipeline"
    )

    first, second = problems(result)
    assert first == {"stage": "There is no such stage, only: New deal (0 %), Repair (30 %)."}
    assert list(second) == ["stage"]
    assert "Repair" not in second["stage"]
    assert deals() == []


def test_lost_deal_without_a_reason_gets_that_of_imports(bring: Bring) -> None:
    bring("1;Boilers;;;;lost;;;;;12.03.2026;")

    assert value(sa.select(CloseReason.system).join(Deal)) == "import"
    assert deals()[0].closed_on == date(2026, 3, 12)


def test_lost_deal_keeps_the_reason_of_the_list(bring: Bring) -> None:
    bring("1;Boilers;;;;проиграна;price")

    assert value(sa.select(CloseReason.name).join(Deal)) == "Price"


def test_won_deal_of_which_no_stage_is_told_came_to_the_end(bring: Bring) -> None:
    bring("1;Boilers;;;;won")

    assert value(sa.select(Stage.percent).join(Deal, Deal.stage_id == Stage.id)) == 100


def test_won_deal_is_a_sale_on_the_day_of_the_file(bring: Bring) -> None:
    bring("1;Boilers;Omega;;;won;;;;05.01.2024;12.03.2024", mapping=MAKING)

    assert value(sa.select(Rung.name).join(Client)) == "Current"


def test_closed_deal_of_which_no_opening_is_told_was_not_opened_after_it(bring: Bring) -> None:
    bring("1;Boilers;;;;won;;;;;12.03.2024")

    assert deals()[0].opened_on == date(2024, 3, 12)


DAYS = "ID;Deal;Outcome;Opened;Closed;Stage since"


@pytest.mark.parametrize(
    ("row", "since"),
    [
        ("1;Boilers;;05.01.2024;;07.02.2024", date(2024, 2, 7)),
        ("1;Boilers;;05.01.2024;;", date(2024, 1, 5)),
        ("1;Boilers;won;05.01.2024;12.03.2024;07.02.2024", date(2024, 3, 13)),
    ],
    ids=["day of the stage", "day of the opening", "end of the day of the closing"],
)
def test_deal_stands_in_its_stage_since_the_day_that_the_file_knows(
    bring: Bring, row: str, since: date
) -> None:
    bring(row, head=DAYS)
    assert deals()[0].stage_since == datetime.combine(since, time(), company().tz)


def test_deal_stands_in_no_stage_since_tomorrow(bring: Bring) -> None:
    bring("1;Boilers;;05.01.2124;;", head=DAYS)
    assert deals()[0].stage_since == deals()[0].created_at


def test_closing_has_its_step_and_its_audit(bring: Bring) -> None:
    bring("1;Boilers;;;;won")

    steps = sa.select(DealMove.action).order_by(DealMove.id)
    audit = sa.select(Audit.action).where(Audit.kind == "deal").order_by(Audit.id)
    assert reading().scalars(steps).all() == ["open", "close"]
    assert reading().scalars(audit).all() == ["created", "closed"]


def test_same_row_again_changes_nothing(bring: Bring) -> None:
    row = "1;Boilers;Omega;Anna;40 %;;;1000;400;;;call them"
    bring(row, mapping=MAKING)

    again = bring(row, mapping=MAKING)

    assert again.last_line == "created 0, updated 0, unchanged 1, refused 0"
    assert deals()[0].version == 1
    assert value(sa.select(sa.func.count(Note.id))) == 1


def test_changed_row_changes_its_deal_once(bring: Bring) -> None:
    bring("1;Boilers;;;40 %;;;1000")

    result = bring("1;Boilers;;;60 %;;;2000")

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    deal = deals()[0]
    assert deal.amount == Decimal(2000)
    actions = sa.select(Audit.action).where(Audit.kind == "deal").order_by(Audit.id)
    assert reading().scalars(actions).all() == ["created", "changed", "moved"]


def test_empty_cell_empties_nothing(bring: Bring) -> None:
    bring("1;Boilers;;;40 %;;;1000")

    result = bring("1;Boilers;;;;;;")

    assert result.last_line == "created 0, updated 0, unchanged 1, refused 0"
    assert deals()[0].amount == Decimal(1000)


def test_row_closes_an_open_deal(bring: Bring) -> None:
    bring("1;Boilers;;;40 %")

    bring("1;Boilers;;;;won;;;;;12.03.2026")

    assert (deals()[0].outcome, deals()[0].closed_on) == ("won", date(2026, 3, 12))


def test_stage_of_a_closed_deal_is_left_where_it_stood(bring: Bring) -> None:
    bring("1;Boilers;;;40 %")
    close_deal(deals()[0].id, "won")

    result = bring("1;Boilers;;;60 %")

    assert result.last_line == "created 0, updated 0, unchanged 1, refused 0"


def test_two_rows_of_one_deal_come_one_after_the_other(bring: Bring) -> None:
    result = bring("1;Boilers;;;;;;1000", "1;Boilers;;;;;;2000")

    assert result.last_line == "created 1, updated 1, unchanged 0, refused 0"
    assert [deal.amount for deal in deals()] == [Decimal(2000)]


def test_rows_without_a_key_are_known_again_by_all_they_say(bring: Bring) -> None:
    rows = (";Boilers;;;;;;1000", ";Boilers;;;;;;2000")
    bring(*rows)

    again = bring(*rows)

    assert again.last_line == "created 0, updated 0, unchanged 2, refused 0"
    assert len(deals()) == 2


def test_match_finds_a_deal_by_its_fields(bring: Bring, make: Make) -> None:
    make.deal(name="Boilers", client_id=make.client(name="Omega"))
    make.deal(name="Boilers", client_id=make.client(name="Alpha"))
    mapping = "[options]\nmatch = ['name', 'client']"

    result = bring(";boilers;ALPHA;;;;;1000", mapping=mapping)

    assert result.last_line == "created 0, updated 1, unchanged 0, refused 0"
    assert [deal.amount for deal in deals()] == [Decimal(0), Decimal(1000)]


def test_row_that_fits_two_deals_is_refused(bring: Bring, make: Make) -> None:
    one, two = make.deal(name="Boilers"), make.deal(name="Boilers")

    result = bring(";Boilers", mapping="[options]\nmatch = ['name']")

    assert problems(result) == [{"name": f"Several records fit this row: {one}, {two}."}]


def test_unknown_client_is_refused_where_none_is_to_be_made(bring: Bring) -> None:
    assert problems(bring("1;Boilers;Omega")) == [{"client": "There is no such client."}]


def test_client_is_made_once_for_all_rows_that_name_it(bring: Bring) -> None:
    bring("1;Boilers;Omega", "2;Pipes;OMEGA ", mapping=MAKING)

    assert value(sa.select(sa.func.count(Client.id))) == 1


def test_renamed_client_is_not_made_again(bring: Bring) -> None:
    bring("1;Boilers;Omega", mapping=MAKING)
    change_client(value(sa.select(Client.id)), {"name": "Omega & Sons"})

    bring("1;Boilers;Omega", "2;Pipes;Omega", mapping=MAKING)

    assert value(sa.select(sa.func.count(Client.id))) == 1


def test_refused_row_makes_no_client(bring: Bring) -> None:
    bring("1;Boilers;Omega;;Nowhere", mapping=MAKING)

    assert value(sa.select(sa.func.count(Client.id))) == 0


def test_owner_who_is_made_cannot_sign_in(bring: Bring) -> None:
    bring("1;Boilers;;Anna Weber", mapping=MAKING)

    row = reading().execute(sa.select(User.name, User.password_hash, User.login)).one()
    assert tuple(row) == ("Anna Weber", None, None)


def test_remark_becomes_a_note(bring: Bring) -> None:
    bring("1;Boilers;;;;;;;;;;call them on Monday")

    note = reading().execute(sa.select(Note.text, Note.deal_id)).one()
    assert tuple(note) == ("call them on Monday", deals()[0].id)


def test_what_no_field_holds_stays_with_the_deal(bring: Bring) -> None:
    bring("1;Boilers;GTX", head="ID;Deal;Machine")
    bring("1;Boilers;south", head="ID;Deal;Region")

    assert deals()[0].imported == {"Machine": "GTX", "Region": "south"}


def test_deal_in_the_bin_is_not_made_anew(bring: Bring) -> None:
    bring("1;Boilers")
    deal_id = deals()[0].id
    delete_deal(deal_id)

    result = bring("1;Boilers")

    reason = f"The record {deal_id} is in the bin: restore it first."
    assert problems(result) == [{"": reason}]


def test_amount_below_nought_is_refused_at_its_field(bring: Bring) -> None:
    result = bring("1;Boilers;;;;;;-5")

    assert list(problems(result)[0]) == ["amount"]


def test_margin_beyond_the_amount_makes_a_cost_below_nought(bring: Bring) -> None:
    bring("1;Boilers;;;;;;5;6")

    assert (deals()[0].amount, deals()[0].cost) == (5, -1)


def test_name_longer_than_fits_is_refused(bring: Bring) -> None:
    result = bring(f"1;{'x' * 301}", "2;Pipes")

    assert result.last_line == "created 1, updated 0, unchanged 0, refused 1"


def test_person_who_may_not_assign_brings_in_deals_of_their_own_only(
    bring: Bring, make: Make, app: Flask
) -> None:
    make.user(name="Anna")
    assert app
    head = make.user_of("head")
    with make.acting(head):
        result = bring("1;Boilers;;", "2;Pipes;;Anna")

    assert result.last_line == "created 2, updated 0, unchanged 0, refused 0"
    assert [deal.owner_id == head for deal in deals()] == [True, False]


def test_head_of_sales_makes_no_users_by_a_file(bring: Bring, make: Make) -> None:
    with make.acting(make.user_of("head")):
        result = bring("1;Boilers;;Stranger", mapping=MAKING)

    assert problems(result) == [
        {"owner": "There is no such user, and your roles do not let you add one."}
    ]
    assert value(sa.select(sa.func.count(User.id)).where(User.name == "Stranger")) == 0


def test_deal_of_a_client_that_was_merged_belongs_to_the_one_that_stayed(
    bring: Bring, make: Make
) -> None:
    kept = make.client(name="Omega")
    merge_clients(kept, [make.client(name="Omega Group")])

    bring("1;Beams;Omega Group;;;;;;;;;", mapping=MAKING)

    (deal,) = deals()
    assert deal.client_id == kept


def test_negative_amount_refuses_its_row_at_the_cell_and_changes_nothing(
    bring: Callable[..., ImportResult], make: Make
) -> None:
    before = reading().scalar(sa.select(sa.func.count(Deal.id)))

    result = bring(";Boilers;;;;;;-5;;;;")

    (refused,) = result.refused_rows
    assert list(refused.problems) == ["amount"]
    assert reading().scalar(sa.select(sa.func.count(Deal.id))) == before
