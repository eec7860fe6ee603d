"""A real department's pipeline over the JSON API: imported, handed to its people, worked on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from salesman_core.jobs import Worker
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.databases import Template
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Api, browser_of

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.turns(3, among="long"),
    pytest.mark.xdist_group("opportunities"),
]

AGENT = "Moses Frase"


@pytest.fixture
def database_template(opportunities: Template) -> Template:
    """The department's database, as the import left it."""
    return opportunities


@pytest.fixture
def worker(app: Flask, mail_sink: MailSink) -> Worker:
    """What sends letters to the mail server, once it has started."""
    change_mail(MailServer.at(mail_sink.url), "crm@example.com")
    return Worker(app.extensions["salesman_jobs"], threads=1)


@pytest.fixture
def api_of_address(
    app: Flask, database_url: str, salesman: Callable[..., list[str]]
) -> Callable[[str], Api]:
    """What gives the API as a person sees it whose token the command line made."""

    def api(email: str) -> Api:
        (token,) = salesman(database_url, "token", "add", "--user", email)
        return Api(app, token)

    return api


def body(answer: TestResponse) -> Any:
    """Give what a request was answered that went well."""
    assert answer.status_code == 200, answer.text
    return answer.json


def read(api: Api, path: str, **asked: Any) -> Any:
    return body(api.get(path, query_string=asked))


def every(api: Api, path: str) -> list[dict[str, Any]]:
    """Give all items of a list, page by page."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 200}
    while True:
        page = read(api, path, **asked)
        found += page["items"]
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]


def counted(api: Api) -> dict[str, Any]:
    """Give the funnel, short: open deals by progress, won and lost ones."""
    funnel = read(api, "/deals/funnel")
    stages = {stage["percent"]: stage["count"] for stage in funnel["stages"] if stage["count"]}
    return {"open": stages, "won": funnel["won"], "lost": funnel["lost"]["count"]}


def deliver(worker: Worker, post: MailSink) -> None:
    """Let the worker send what waits, until a letter has arrived."""
    worker.start()
    for _hundredth in range(3_000):
        if post.letters:
            break
        time.sleep(0.01)
    worker.stop()


def choose_password(browser: FlaskClient, letter: EmailMessage) -> None:
    """Open the link in a letter and choose a password, as its reader does."""
    plain = letter.get_body(("plain",))
    assert plain is not None
    link = re.search(r"https?://[^/]+(/sign/\S+)", plain.get_content())
    assert link is not None
    proof = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(link[1]).text)
    assert proof is not None
    values = {"csrf_token": proof[1], "password": "eleven wet umbrellas"}
    assert browser.post(link[1], data=values).location == "/"


def test_administrator_reads_the_whole_department(api_of_address: Callable[[str], Api]) -> None:
    api = api_of_address("administrator@example.com")
    deals = every(api, "/deals")

    assert len(deals) == 8800
    assert len({deal["owner_id"] for deal in deals}) == 30
    assert sum(deal["client_id"] is None for deal in deals) == 1425
    assert all(bool(deal["imported"]) == (deal["outcome"] is None) for deal in deals)
    won = next(deal for deal in deals if deal["outcome"] == "won")
    assert read(api, f"/catalogue/deals/{won['id']}/lines")["amount"] == won["amount"]
    assert len(every(api, "/clients")) == 85
    assert counted(api) == {
        "open": {0: 500, 20: 1589},
        "won": {"count": 4238, "amount": "10005534.00"},
        "lost": 2473,
    }


def test_invited_agent_works_on_own_deals_and_the_funnel_follows(
    app: Flask, mail_sink: MailSink, worker: Worker, api_of_address: Callable[[str], Api]
) -> None:
    administrator = api_of_address("administrator@example.com")
    (user,) = read(administrator, "/users", q=AGENT)["items"]
    body(administrator.patch(f"/users/{user['id']}", {"email": "moses@example.com"}))
    body(administrator.post(f"/users/{user['id']}/invite"))
    deliver(worker, mail_sink)
    choose_password(browser_of(app), mail_sink.letters[0])

    agent = api_of_address("moses@example.com")
    deals = every(agent, "/deals")
    assert ({deal["owner_id"] for deal in deals}, len(deals)) == ({user["id"]}, 260)
    strange = read(administrator, "/deals", owner_id=user["id"] + 1)["items"][0]
    assert agent.get(f"/deals/{strange['id']}").status_code == 404
    won = {"count": 129, "amount": "207182.00"}
    assert counted(agent) == {"open": {0: 31, 20: 34}, "won": won, "lost": 66}

    deal = next(one for one in deals if one["outcome"] is None and one["progress"] == 0)
    (pipeline,) = read(agent, "/pipelines")["items"]
    tenth = next(stage["id"] for stage in pipeline["stages"] if stage["percent"] == 10)
    moved = body(agent.post(f"/deals/{deal['id']}/move", {"stage_id": tenth}))
    assert moved["progress"] == 10
    assert counted(agent)["open"] == {0: 30, 10: 1, 20: 34}

    reason = read(agent, "/deals/reasons")["items"][0]
    closing = {"outcome": "lost", "reason_id": reason["id"]}
    closed = body(agent.post(f"/deals/{deal['id']}/close", closing))
    assert closed["outcome"] == "lost"
    assert counted(agent) == {"open": {0: 30, 20: 34}, "won": won, "lost": 67}
