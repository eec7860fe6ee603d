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
from salesman_core.db import make_engine, reading, table_of
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
        make.deal(client_id=client, name="Балки")

    with speaking("en"):
        assert reasons(client) == ["a deal was opened: “Балки”"]
    with speaking("ru"):
        assert reasons(client) == ["открыта сделка: «Балки»"]


def test_day_of_a_sale_is_written_as_the_reader_writes_days(make: Make) -> None:
    client = make.client()
    deal = make.deal(client_id=client, name="Beams")
    close_deal(deal, "won", None)

    with speaking("en"):
        assert re.fullmatch(
            r"a deal was won on [A-Z][a-z]+ \d+, \d{4}: “Beams”", reasons(client)[0]
        )
    with speaking("ru"):
        assert re.fullmatch(r"\d+ [а-я]+ \d{4}\sг\. выиграна сделка: «Beams»", reasons(client)[0])


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
    make.deal(client_id=client, name="Beams")
    browser = browser_for("head")

    change_user(make.user_of("head"), {"locale": "ru"})

    assert "открыта сделка: «Beams»" in browser.get(f"/records/client/{client}/story").text
    assert "открыта сделка: «Beams»" in browser.get(f"/clients/{client}").text


def test_evidence_of_one_language_is_kept_as_it_was_given() -> None:
    assert kept("order 7 was paid") == ("order 7 was paid", None)
    assert worded("order 7 was paid", None) == "order 7 was paid"


def test_words_of_an_owner_that_is_gone_are_read_as_they_were_written(make: Make) -> None:
    make.client()
    words = {"owner": "gone", "message": "order %(id)s was paid", "values": {"id": 7}}
    assert worded("", words) == "order 7 was paid"


_DAY = {"day": "2026-03-12"}
_OLD_WORDS = {
    "opened": {
        "owner": "core",
        "message": "deal %(id)s “%(name)s” was opened",
        "values": {"id": 5, "name": "Beams"},
    },
    "won": {
        "owner": "core",
        "message": "deal %(id)s was won on %(day)s",
        "values": {"id": 5, "day": _DAY},
    },
}
_NEW_WORDS = {
    "opened": {"owner": "core", "message": "a deal was opened", "values": {}},
    "won": {"owner": "core", "message": "a deal was won on %(day)s", "values": {"day": _DAY}},
}


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

    @pytest.mark.parametrize("what", ["opened", "won"])
    def test_reason_that_named_a_deal_names_it_no_more(self, engine: sa.Engine, what: str) -> None:
        migrations.upgrade(engine, CORE_OWNER, "core_0016")
        _insert(engine, reason="", words=_OLD_WORDS[what])
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE core_rung_move SET url = '/deals/5'"))

        migrations.upgrade(engine, CORE_OWNER)

        with engine.connect() as connection:
            (move,) = connection.execute(sa.select(RungMove.__table__)).all()
        assert (move.record_kind, move.record_id, move.of_client_id) == ("deal", 5, move.client_id)
        assert move.words == _NEW_WORDS[what]

        migrations.downgrade(engine, CORE_OWNER, "core_0016")
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT url FROM core_rung_move")) == "/deals/5"

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
            table = table_of(model).to_metadata(sa.MetaData())
            there = {one["name"] for one in sa.inspect(connection).get_columns(table.name)}
            if "address" in there and model is Client:  # which a client had one of
                table.append_column(sa.Column("address", sa.String, default=""))
            found = connection.execute(sa.insert(table).values(values).returning(table.c.id))
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
        columns = {one["name"] for one in sa.inspect(connection).get_columns("core_rung_move")}
        of = {"of_client_id": client} if "of_client_id" in columns else {}
        write(RungMove, client_id=client, to_rung_id=rung, **of, **how, **why)
