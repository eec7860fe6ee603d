"""The reasons of moves on the ladder: kept once, read in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.ladder import set_rung
from salesman_core.clients.models import Client, Rung, RungMove
from salesman_core.clients.queries import ladder, rung_moves
from salesman_core.db import make_engine, reading
from salesman_core.deals.service import close_deal, reopen_deal
from salesman_core.i18n import speaking, texts
from salesman_core.people.service import change_user
from salesman_core.plugins import migrations
from salesman_core.plugins.migrations import CORE_OWNER
from salesman_core.records.worded import kept, worded
from salesman_core.testing.clock import MONDAY_MORNING
from salesman_core.testing.databases import EMPTY, Template
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]


def reasons(client_id: int) -> list[str]:
    reading().rollback()
    return [move.reason for move in rung_moves(reading(), client_id, 10)]


def test_reason_is_read_in_the_language_of_each_reader(make: Make) -> None:
    client = make.client()
    with speaking("ru"):
        deal = make.deal(client_id=client, name="Балки")

    with speaking("en"):
        assert reasons(client) == [f"deal {deal} “Балки” was opened"]
    with speaking("ru"):
        assert reasons(client) == [f"открыта сделка {deal} «Балки»"]


def test_day_of_a_sale_is_written_as_the_reader_writes_days(make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client)
    close_deal(deal, "won", None)

    with speaking("en"):
        assert re.fullmatch(rf"deal {deal} was won on [A-Z][a-z]+ \d+, \d{{4}}", reasons(client)[0])
    with speaking("ru"):
        assert re.fullmatch(rf"сделка {deal} выиграна \d+ [а-я]+ \d{{4}}\sг\.", reasons(client)[0])


def test_withdrawn_evidence_is_told_in_the_language_of_each_reader(make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client)
    close_deal(deal, "won", None)
    reopen_deal(deal)

    with speaking("en"):
        english = reasons(client)[0]
    with speaking("ru"):
        russian = reasons(client)[0]

    assert english == "the evidence for it was withdrawn"
    assert re.search("[а-я]", russian)


def test_reason_that_somebody_wrote_stays_as_it_was_written(make: Make) -> None:
    client = make.client()
    set_rung(client, ladder(reading())[-1].id, "old friends")

    with speaking("ru"):
        assert reasons(client) == ["old friends"]


def test_story_tells_the_reason_in_the_language_of_the_reader(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    deal = make.deal(client_id=client, name="Beams")
    browser = browser_for("head")

    change_user(make.user_of("head"), {"locale": "ru"})

    assert f"открыта сделка {deal} «Beams»" in browser.get(f"/records/client/{client}/story").text
    assert f"открыта сделка {deal} «Beams»" in browser.get(f"/clients/{client}").text


def test_evidence_of_one_language_is_kept_as_it_was_given() -> None:
    assert kept("order 7 was paid") == ("order 7 was paid", None)
    assert worded("order 7 was paid", None) == "order 7 was paid"


def test_words_of_an_owner_that_is_gone_are_read_as_they_were_written(make: Make) -> None:
    make.client()
    words = {"owner": "gone", "message": "order %(id)s was paid", "values": {"id": 7}}
    assert worded("", words) == "order 7 was paid"


class TestMigration:
    """Upgrading and downgrading a database with moves in it."""

    @pytest.fixture
    def database_template(self) -> Template:
        return EMPTY

    @pytest.fixture
    def engine(self, database_url: str) -> Iterator[sa.Engine]:
        engine = make_engine(database_url)
        yield engine
        engine.dispose()

    def test_reason_kept_before_the_upgrade_stays_readable(self, engine: sa.Engine) -> None:
        migrations.upgrade(engine, CORE_OWNER, "core_0002")
        _insert(engine, reason="deal 5 was won on 12 March")

        migrations.upgrade(engine, CORE_OWNER)

        with engine.connect() as connection:
            row = connection.execute(sa.select(RungMove.reason, RungMove.words)).one()
        assert worded(row.reason, row.words) == "deal 5 was won on 12 March"

    def test_downgrade_writes_out_what_was_kept_in_no_language(self, engine: sa.Engine) -> None:
        migrations.upgrade(engine, CORE_OWNER)
        won = texts.lazy("deal %(id)s was won on %(day)s", id=5, day=date(2026, 3, 12))
        text, words = kept(won)
        _insert(engine, reason=text, words=words)

        migrations.downgrade(engine, CORE_OWNER, "core_0002")

        with engine.connect() as connection:
            found = connection.scalar(sa.text("SELECT reason FROM core_rung_move"))
        assert found == "deal 5 was won on 2026-03-12"


def _insert(engine: sa.Engine, **why: object) -> None:
    """Write a move on the ladder and the client that it is of, in tables of either revision."""
    with engine.begin() as connection:

        def write(model: type[Client | Rung | RungMove], **values: object) -> int:
            found = connection.execute(sa.insert(model).values(values).returning(model.id))
            return int(found.scalar_one())

        rung = write(Rung, name="Cold", position=0, colour="blue")
        client = write(
            Client,
            kind="company",
            name="A",
            search_name="a",
            rung_id=rung,
            created_at=MONDAY_MORNING,
            updated_at=MONDAY_MORNING,
        )
        how = {"at": MONDAY_MORNING, "automatic": True}
        write(RungMove, client_id=client, to_rung_id=rung, **how, **why)
