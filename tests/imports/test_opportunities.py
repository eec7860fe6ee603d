"""The public set of sales opportunities, imported through the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from salesman_catalogue.models import Line
from sqlalchemy.orm import Session

from salesman_core.access.models import Role, User, UserRole
from salesman_core.clients.models import Client, Rung
from salesman_core.db import make_engine
from salesman_core.db.engine import readonly
from salesman_core.deals.models import CloseReason, Deal, Stage
from salesman_core.events.models import EVENTS
from salesman_core.records.models import Audit
from salesman_core.testing.application import UPGRADED
from salesman_core.testing.databases import Databases, Kind, Template

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "../shared/data/opportunities/sales_pipeline.csv"
MAPPING = ROOT / "tests/mappings/opportunities.toml"

pytestmark = [
    pytest.mark.plugins,  # products are lines of the catalogue
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("real_files"),
    pytest.mark.turns(3, among="long"),
    pytest.mark.xdist_group("opportunities"),
]


Command = Callable[..., list[str]]
CommandOn = Callable[[str, Path], Command]


@dataclass(frozen=True)
class Imported:
    """A database into which the set was imported.

    :param lines: what the command line said.
    :param command: runs the command line on that database; gives its lines.
    """

    session: Session
    lines: list[str]
    command: Command


def import_of(*options: str, file: Path = FILE) -> tuple[str, ...]:
    return "import", "deals", str(file), "--mapping", str(MAPPING), *options


@pytest.fixture(scope="module")
def imported(
    databases: Databases,
    module_database_kind: Kind,
    opportunities: Template,
    said_of_opportunities: Callable[[str], Path],
    command_on: CommandOn,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Imported]:
    with databases.lent(module_database_kind, opportunities) as url:
        command = command_on(url, tmp_path_factory.mktemp("data"))
        lines = said_of_opportunities(module_database_kind).read_text().splitlines()
        engine = readonly(make_engine(url))
        with Session(engine) as session:
            yield Imported(session, lines, command)
        engine.dispose()


def count(session: Session, *conditions: sa.ColumnElement[bool]) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count(Deal.id)).where(*conditions)) or 0


def test_last_line_says_what_became_of_the_rows(imported: Imported) -> None:
    assert imported.lines[-1] == "created 8800, updated 0, unchanged 0, refused 0"


def test_every_column_finds_a_field(imported: Imported) -> None:
    assert not any(line.startswith("Not recognised") for line in imported.lines)


def test_all_deals_clients_and_owners_are_there(imported: Imported) -> None:
    session = imported.session
    assert count(session) == 8800
    assert count(session, Deal.client_id.is_(None)) == 1425
    assert session.scalar(sa.select(sa.func.count(Client.id))) == 85
    assert session.scalar(sa.select(sa.func.count(sa.distinct(Deal.owner_id)))) == 30
    assert session.scalar(sa.select(sa.func.count(User.id))) == 30 + 1  # the administrator


def test_won_deals_have_the_amount_of_the_file(imported: Imported) -> None:
    won = sa.select(sa.func.count(), sa.func.sum(Deal.amount)).where(Deal.outcome == "won")
    number, amount = imported.session.execute(won).one()

    assert (number, amount) == (4238, Decimal(10_005_534))


def test_open_deals_stand_in_two_stages(imported: Imported) -> None:
    open_ = sa.select(Stage.percent, sa.func.count()).join(Deal, Deal.stage_id == Stage.id)
    open_ = open_.where(Deal.outcome.is_(None)).group_by(Stage.percent)

    assert dict(imported.session.execute(open_).all()) == {0: 500, 20: 1589}


def test_lost_deals_have_the_reason_of_imports(imported: Imported) -> None:
    lost = sa.select(CloseReason.system, sa.func.count()).join(
        Deal, Deal.reason_id == CloseReason.id
    )
    found = imported.session.execute(
        lost.where(Deal.outcome == "lost").group_by(CloseReason.system)
    )

    assert found.all() == [("import", 2473)]


def test_product_is_a_line_of_deals_that_have_an_amount(imported: Imported) -> None:
    lines = sa.select(Line.name, sa.func.count(), sa.func.sum(Line.amount)).group_by(Line.name)
    found = {name: (number, amount) for name, number, amount in imported.session.execute(lines)}

    assert sum(number for number, _amount in found.values()) == 6711  # all that are closed
    assert found["GTXPro"][0] == 1147
    assert sum(amount for _number, amount in found.values()) == Decimal(10_005_534)
    unlike = sa.select(sa.func.count()).join(Line).where(Line.amount != Deal.amount)
    assert imported.session.scalar(unlike.select_from(Deal)) == 0


def test_product_stays_readable_with_deals_that_have_none(imported: Imported) -> None:
    session = imported.session
    kept = session.scalars(sa.select(Deal.imported).where(Deal.outcome.is_(None))).all()

    assert Counter(name for deal in kept for name in deal.values())["GTXPro"] == 333
    name = sa.select(Deal.name).where(Deal.client_id.is_not(None)).order_by(Deal.id).limit(1)
    assert session.scalar(name) == "GTX Plus Basic, Cancity"


def test_closed_deals_keep_the_days_of_the_file(imported: Imported) -> None:
    first = imported.session.scalars(sa.select(Deal).order_by(Deal.id).limit(1)).one()

    assert (first.opened_on.isoformat(), str(first.closed_on)) == ("2016-10-20", "2017-03-01")


def test_owners_cannot_sign_in_and_are_sellers(imported: Imported) -> None:
    session = imported.session
    sellers = sa.select(sa.func.count()).select_from(UserRole).join(Role)
    able_to_sign_in = sa.select(User.login).where(User.password_hash.is_not(None))

    assert session.scalar(sellers.where(Role.preset == "seller")) == 30
    assert session.scalars(able_to_sign_in).all() == ["administrator@example.com"]


def test_clients_climbed_to_the_rung_of_their_sales(imported: Imported) -> None:
    rungs = sa.select(Rung.name, sa.func.count()).join(Client).group_by(Rung.name)

    assert imported.session.execute(rungs).all() == [("Regular", 85)]


def test_every_deal_has_its_audit_and_its_events(imported: Imported) -> None:
    session = imported.session
    audit = sa.select(Audit.action, sa.func.count()).where(Audit.kind == "deal")
    events = sa.select(EVENTS.c.type, sa.func.count()).where(EVENTS.c.kind == "deal")

    assert dict(session.execute(audit.group_by(Audit.action)).all()) == {
        "created": 8800,
        "changed": 6711,  # the lines
        "closed": 6711,
    }
    assert dict(session.execute(events.group_by(EVENTS.c.type)).all()) == {
        "core.deal.created": 8800,
        "catalogue.lines.changed": 6711,
        "core.deal.closed": 6711,
    }


def test_second_import_changes_nothing(imported: Imported) -> None:
    written = sa.select(sa.func.count(Audit.id))
    before = imported.session.scalar(written)
    imported.session.rollback()

    lines = imported.command(*import_of())

    assert lines[-1] == "created 0, updated 0, unchanged 8800, refused 0"
    assert count(imported.session, Deal.version > 1) == 0
    assert imported.session.scalar(written) == before


@pytest.mark.soak
def test_undo_leaves_the_database_as_it_was(
    databases: Databases,
    command_on: CommandOn,
    database_kind: Kind,
    rows_without_logs: Callable[[sa.Connection], object],
    tmp_path: Path,
) -> None:
    with databases.lent(database_kind, UPGRADED) as url:
        command, engine = command_on(url, tmp_path), readonly(make_engine(url))
        with engine.connect() as connection:
            before = rows_without_logs(connection)
        command(*import_of())
        lines = command("import", "--undo", "1")
        with engine.connect() as connection:
            after = rows_without_logs(connection)
        engine.dispose()

    assert lines == ["removed 8915, restored 0, left 0"]  # 8,800 deals, 85 clients, 30 owners
    assert after == before


def test_dry_run_says_the_same_and_keeps_nothing(
    databases: Databases, command_on: CommandOn, tmp_path: Path
) -> None:
    beginning = tmp_path / FILE.name
    beginning.write_text("".join(FILE.read_text().splitlines(keepends=True)[: 1 + 800]))
    with databases.lent("sqlite", UPGRADED) as url:
        lines = command_on(url, tmp_path)(*import_of("--dry-run", file=beginning))
        engine = readonly(make_engine(url))
        with Session(engine) as session:
            kept = count(session), session.scalar(sa.select(sa.func.count(User.id)))
        engine.dispose()

    assert lines[-2:] == [
        "This was a dry run: nothing was kept",
        "created 800, updated 0, unchanged 0, refused 0",
    ]
    assert kept == (0, 0)
