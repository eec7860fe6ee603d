"""Deals out of other systems, as they were left there, imported through the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import make_engine, readonly
from salesman_core.deals.models import CloseReason, Deal
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Template
from salesman_core.testing.people import Make, api_of

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data"
MAPPINGS = ROOT / "tests/mappings"

pytestmark = [pytest.mark.timeout(600), pytest.mark.usefixtures("real_files")]

Lines = list[str]
Brought = Callable[[str, str], Lines]


@pytest.fixture
def database_template() -> Template:
    return UPGRADED


@pytest.fixture
def bring(
    database_url: str, tmp_path: Path, command_on: Callable[..., Callable[..., Lines]]
) -> Brought:
    """A function that imports deals: ``bring(file, mapping)`` gives what the command said."""

    def bring(file: str, mapping: str) -> Lines:
        options = ("--mapping", str(MAPPINGS / mapping))
        return command_on(database_url, tmp_path)("import", "deals", str(DATA / file), *options)

    return bring


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = readonly(make_engine(database_url))
    with Session(engine) as session:
        yield session
    engine.dispose()


def sums(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[int, Decimal, Decimal]:
    """Give how many deals there are, what they were sold for and the margin."""
    amount, cost = sa.func.sum(Deal.amount), sa.func.sum(Deal.cost)
    row = session.execute(sa.select(sa.func.count(), amount, cost).where(*conditions)).one()
    return row[0], row[1], row[1] - row[2]


def test_predecessors_deals_give_what_was_sold_and_earned_to_the_kopeck(
    bring: Brought, session: Session
) -> None:
    lines = bring("salesman/export-dogs.xlsx", "salesman-deals.toml")

    assert lines[-1] == "created 200, updated 0, unchanged 0, refused 0"
    closed, won = Deal.outcome.is_not(None), Deal.outcome == "won"
    assert sums(session, closed) == (112, Decimal(146_229_060), Decimal("15474888.90"))
    assert sums(session, won) == (71, Decimal(137_473_060), Decimal("15414888.90"))


@pytest.mark.plugins
def test_predecessors_deals_are_counted_alike_by_plans_and_analytics_won_or_closed(
    bring: Brought, database_url: str, tmp_path: Path
) -> None:
    bring("salesman/export-dogs.xlsx", "salesman-deals.toml")

    with running(database_url, tmp_path / "plans") as app:
        api = api_of(app, Make(app).user("administrator"))
        every = {"from": "2000-01-01", "to": "2099-12-31"}
        found = {
            (basis, metric): api.get(
                "/plans/facts", query_string={"basis": basis, "metric": metric, **every}
            ).json["fact"]
            for basis in ("closed", "won")
            for metric in ("turnover", "margin", "deals")
        }
        sellers = api.get("/analytics/reports/analytics.sellers", query_string={"period": "all"})
        closed = api.get("/analytics/funnel").json

    assert found == {
        ("closed", "turnover"): "146229060.00",
        ("closed", "margin"): "15474888.90",
        ("closed", "deals"): "71",
        ("won", "turnover"): "137473060.00",
        ("won", "margin"): "15414888.90",
        ("won", "deals"): "71",
    }
    total = sellers.json["total"]["values"]
    assert (total["won"], total["turnover"], total["margin"]) == (
        71, "137473060.00", "15414888.90"
    )  # fmt: skip
    assert (closed["won"], closed["won_amount"]) == (71, "137473060.00")
    assert (closed["lost"], closed["lost_amount"]) == (41, "8756000.00")


def test_predecessors_deals_brought_twice_stay_as_they_are(bring: Brought) -> None:
    bring("salesman/export-dogs.xlsx", "salesman-deals.toml")

    lines = bring("salesman/export-dogs.xlsx", "salesman-deals.toml")

    assert lines[-1] == "created 0, updated 0, unchanged 200, refused 0"


@pytest.mark.soak
def test_schools_deals_are_all_created_or_refused_with_a_reason(
    bring: Brought, session: Session
) -> None:
    lines = bring("school/deals.xlsx", "school-deals.toml")

    assert "535 blank rows were passed over" in lines
    assert lines[-1] == "created 21593, updated 0, unchanged 0, refused 1"
    assert lines[-2] == "  1 × name: A value is required. (“” × 1)"
    by_reason = (
        sa.select(CloseReason.name, sa.func.count())
        .join(Deal, Deal.reason_id == CloseReason.id)
        .group_by(CloseReason.name)
    )
    counted = dict(session.execute(by_reason).all())
    assert sum(counted.values()) == 15_743
    assert len(counted) == 22  # 21 of the file, and the one for those that state none
    assert {name: counted[name] for name in ("Doesn't Answer", "Duplicate", "Refugee")} == {
        "Doesn't Answer": 4074,
        "Duplicate": 1746,
        "Refugee": 1,
    }
    assert sums(session, Deal.outcome == "won")[0] == 858
