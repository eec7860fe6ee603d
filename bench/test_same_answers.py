"""What is measured against the application gives the same answers and writes the same rows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote_plus

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask
from markupsafe import escape

from bench.bare.drivers import driver_for
from bench.bare.wsgi import Bare
from bench.company import Company, found_company, known_company
from bench.workload import IN_PLACE, statements_of
from salesman_core.access.tokens import new_token
from salesman_core.clients.models import Client
from salesman_core.db import AnyRow, Base, db, reading
from salesman_core.deals.models import Deal
from salesman_core.testing.application import running, upgraded
from salesman_core.testing.databases import Template
from salesman_core.testing.people import apart, browser_of

DEALS = 2_400

MOMENTS = ("created_at", "updated_at")

Answers = Callable[..., tuple[int, Any]]


@pytest.fixture
def database_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A small company, made once."""

    def fill(url: str) -> None:
        upgraded(url)
        with running(url, tmp_path_factory.mktemp("company"), installed=[]) as app:
            found_company(app, DEALS)

    return Template("small_company", fill)


@pytest.fixture
def company(app: Flask) -> Company:
    with app.app_context():
        return known_company()


@pytest.fixture
def bare(company: Company, database_url: str) -> Iterator[Bare]:
    driver = driver_for(database_url)
    yield Bare(driver, everybody=[company.head_id])
    driver.close()


@pytest.fixture(params=["seller", "head"])
def ask(request: pytest.FixtureRequest, company: Company) -> Answers:
    user_id = company.seller_id if request.param == "seller" else company.head_id
    token = new_token(user_id, "bench")
    db.session.rollback()

    def answer(side: Any, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return apart(lambda: _answer(side, token, method, path, body))

    return answer


def _answer(side: Any, token: str, method: str, path: str, body: Any) -> tuple[int, Any]:
    route, _mark, query = path.partition("?")
    content = b"" if body is None else orjson.dumps(body)
    status: list[str] = []
    written = side(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": route,
            "QUERY_STRING": query,
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_IF_MATCH": "*",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "wsgi.url_scheme": "http",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
        },
        lambda line, _headers, _error=None: status.append(line),
    )
    content = b"".join(written)
    return int(status[0].split()[0]), orjson.loads(content) if content else None


def test_every_page_of_the_list_is_the_same(app: Flask, bare: Bare, ask: Answers) -> None:
    path, pages = "/api/v1/deals", 0
    while True:
        ours, theirs = ask(app, "GET", path), ask(bare, "GET", path)
        assert theirs == ours
        pages += 1
        if ours[1]["next"] is None:
            break
        path = f"/api/v1/deals?cursor={ours[1]['next']}"
    assert pages >= 2


def test_card_of_a_deal_is_the_same(app: Flask, bare: Bare, ask: Answers, company: Company) -> None:
    own = sa.select(Deal.id).where(Deal.owner_id == company.seller_id).order_by(Deal.id)

    for deal_id in reading().scalars(own.limit(16)):
        path = f"/api/v1/deals/{deal_id}"
        assert ask(bare, "GET", path) == ask(app, "GET", path)


def test_deal_of_somebody_else_is_hidden_by_both(app: Flask, bare: Bare, company: Company) -> None:
    strangers = sa.select(Deal.id).where(Deal.owner_id != company.seller_id)
    path = f"/api/v1/deals/{reading().scalars(strangers.limit(1)).one()}"
    token = new_token(company.seller_id, "bench")
    db.session.rollback()

    for side in (app, bare):
        status, _body = apart(partial(_answer, side, token, "GET", path, None))
        assert status == 404


def test_funnel_is_the_same(app: Flask, bare: Bare, ask: Answers) -> None:
    path = "/api/v1/deals/funnel"

    assert ask(bare, "GET", path) == ask(app, "GET", path)


def test_board_holds_the_cards_that_the_bare_function_gives(
    app: Flask, bare: Bare, company: Company
) -> None:
    page = browser_of(app, company.seller_id).get("/deals/board").get_data(as_text=True)
    token = new_token(company.seller_id, "bench")
    db.session.rollback()
    _status, board = _answer(bare, token, "GET", "/deals/board", None)

    cards = [card for column in board["columns"] for card in column["cards"]]
    names = [str(escape(card["name"])) for card in cards]
    assert len(cards) > 10
    assert [name for name in names if name not in page] == []
    assert page.count('id="board-deal-') == len(cards)


def test_search_finds_what_the_bare_function_gives(
    app: Flask, bare: Bare, company: Company
) -> None:
    name = reading().scalars(sa.select(Deal.name).where(Deal.owner_id == company.seller_id)).first()
    assert name is not None
    browser, path = browser_of(app, company.seller_id), f"/search?q={quote_plus(name)}"
    statements = statements_of(browser, path)
    box = browser.get(path, headers=IN_PLACE).get_data(as_text=True)
    token = new_token(company.seller_id, "bench")
    db.session.rollback()
    _status, found = _answer(bare, token, "POST", "/search", statements)

    cells = {cell for rows in found for row in rows for cell in row}
    assert name in cells
    assert str(escape(name)) in re.sub("</?mark>", "", box)


def test_opened_deal_and_all_that_is_written_for_it_are_the_same(
    app: Flask, bare: Bare, ask: Answers, company: Company
) -> None:
    client_id = reading().scalar(sa.select(Client.id).where(Client.owner_id == company.seller_id))
    body = {"name": "Compressors", "client_id": client_id, "amount": "1234.50"}

    (ours, rows), (theirs, bare_rows) = (
        _with_new_rows(partial(ask, side, "POST", "/api/v1/deals", body)) for side in (app, bare)
    )

    assert ours[0] == theirs[0] == 201
    assert _timeless(theirs[1]) == _timeless(ours[1])
    assert bare_rows == rows


def test_move_and_all_that_is_written_for_it_are_the_same(
    app: Flask, bare: Bare, ask: Answers, company: Company
) -> None:
    own = sa.select(Deal.id, Deal.stage_id).where(
        Deal.owner_id == company.seller_id, Deal.outcome.is_(None)
    )
    deals = reading().execute(own.limit(2)).all()
    (ours, rows), (theirs, bare_rows) = (
        _with_new_rows(
            partial(ask, side, "POST", f"/api/v1/deals/{deal.id}/move", {"stage_id": _next(deal)})
        )
        for side, deal in zip((app, bare), deals, strict=True)
    )

    assert ours[0] == theirs[0] == 200
    assert ours[1]["version"] == theirs[1]["version"] == 2
    assert bare_rows == rows


def _next(deal: AnyRow) -> int:
    """Give another stage than the one where a deal stands."""
    return int(deal.stage_id % 9 + 1)


def _with_new_rows(call: Callable[[], tuple[int, Any]]) -> tuple[tuple[int, Any], dict[str, int]]:
    """Give an answer, and how many rows of each table it brought."""
    before = _counts()
    answer = call()
    after = _counts()
    return answer, {
        name: after[name] - before[name] for name in after if after[name] != before[name]
    }


def _counts() -> dict[str, int]:
    db.session.rollback()
    tables = Base.metadata.sorted_tables
    return {
        table.name: reading().scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in tables
        if table.name.startswith("core_")
    }


def _timeless(deal: dict[str, Any]) -> dict[str, Any]:
    """Give a deal without what no two deals have in common."""
    return {name: value for name, value in deal.items() if name not in {"id", *MOMENTS}}
