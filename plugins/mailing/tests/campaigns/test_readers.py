"""Opens and clicks: noted only where the company wants it, and by links that lead nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from salesman_mailing.campaigns import queries, service
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.readers.queries import links
from salesman_mailing.readers.service import MOST_LINKS, MOST_TIMES

from salesman_core.plugins.host import current_host
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Api, Make
from salesman_core.toolkit import bans, reading, writing

from .conftest import Campaign, recipient

ANNA, BORIS = "anna@client.example", "boris@client.example"
PRICES, HOUSE = "https://firm.ru/prices?from=letter&for=all", "https://firm.ru/house"
TEXT = (
    f"[All prices]({PRICES})\n\nOur [house]({HOUSE}), by [mail](mailto:a@firm.ru),"
    f" at <{HOUSE}>, [yours](https://firm.ru/of?who={{{{ email }}}})"
    "\n\n---\n\n[Leave]({{ unsubscribe }})"
)

Switch = Callable[[bool], None]
Letters = Callable[..., int]


@pytest.fixture
def follows(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Switch:
    """Give what says whether the company wants to know of openings and clicks; it does."""
    del app
    settings = current_host().settings

    def switch(on: bool) -> None:  # noqa: FBT001  # it is what is switched
        told = {**settings["mailing"], "follows_readers": on}
        monkeypatch.setitem(settings, "mailing", told)

    switch(True)  # noqa: FBT003
    return switch


@pytest.fixture
def letters(campaign: Campaign, start: Callable[[int], int], drain: Callable[[], None]) -> Letters:
    """Give what sends a campaign with links, and gives its id."""

    def letters(*addresses: str, text: str = TEXT) -> int:
        one = campaign(list(addresses or (ANNA,)), text=text)
        start(one)
        drain()
        return one

    return letters


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Somebody who has a letter, and whom nobody knows."""
    return app.test_client()


def part(sink: MailSink, address: str, kind: str = "html") -> str:
    """Give the letter that somebody got."""
    (one,) = (one for one in sink.deliveries if address in one.recipients)
    return str(one.letter.get_body((kind,)).get_content())


def ways(sink: MailSink, address: str = ANNA) -> list[str]:
    """Give the paths of the links in somebody's letter that lead through us."""
    found = re.findall(r'href="([^"]*/mailing/to/[^"]+)"', part(sink, address))
    return [urlsplit(one).path for one in found]


def picture(sink: MailSink, address: str = ANNA) -> str:
    """Give the path of the picture in somebody's letter."""
    (found,) = re.findall(r'src="([^"]*/mailing/seen/[^"]+)"', part(sink, address))
    return urlsplit(found).path


def noted(address: str = ANNA) -> tuple[bool, int, bool]:
    """Give whether a letter was opened, how often, and whether a link was followed."""
    row = recipient(address)
    return row.opened_at is not None, row.opens, row.clicked_at is not None


def followed(campaign_id: int) -> dict[str, tuple[int, int]]:
    """Give in how many letters each link was followed, and how often."""
    reading().rollback()
    return {row.target: (row.clicked, row.clicks) for row in links(reading(), campaign_id)}


def test_letters_tell_of_nobody_where_the_company_does_not_want_it(
    letters: Letters, mail_server: MailSink
) -> None:
    one = letters()
    assert ways(mail_server) == []
    assert "/mailing/seen/" not in part(mail_server, ANNA)
    assert 'href="https://firm.ru/house"' in part(mail_server, ANNA)
    assert (followed(one), queries.one_campaign(reading(), one).follows_readers) == ({}, False)


def test_links_lead_through_us_to_where_the_letter_said(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    one = letters()
    answers = [stranger.get(way) for way in ways(mail_server)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [answer.headers["Location"] for answer in answers] == [PRICES, HOUSE]
    assert followed(one) == {PRICES: (1, 1), HOUSE: (1, 1)}
    assert noted() == (True, 0, True)


def test_what_unsubscribes_writes_or_says_where_it_leads_stays_as_it_is(
    follows: Switch, letters: Letters, mail_server: MailSink
) -> None:
    del follows
    letters()
    html, plain = part(mail_server, ANNA), part(mail_server, ANNA, "plain")
    assert html.count("/mailing/leave/") == 1
    assert f'href="{HOUSE}"' in html  # whose words are the address
    assert 'href="https://firm.ru/of?who=anna%40client.example"' in html
    assert 'href="mailto:a@firm.ru"' in html
    assert "/mailing/to/" not in plain
    assert PRICES in plain


def test_nobody_is_known_by_what_a_letter_or_an_answer_holds(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    letters()
    paths = [*ways(mail_server), picture(mail_server)]
    assert not any("anna" in one or "firm" in one for one in paths)
    for path in paths:
        answer = stranger.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_opening_is_noted_once_with_its_first_moment_and_counted(
    follows: Switch,
    letters: Letters,
    mail_server: MailSink,
    stranger: FlaskClient,
    clock: FrozenClock,
) -> None:
    del follows
    one = letters()
    first = clock.now()
    for _again in range(3):
        answer = stranger.get(picture(mail_server))
        assert (answer.status_code, answer.mimetype) == (HTTPStatus.OK, "image/gif")
        clock.advance(minutes=1)
    assert (recipient(ANNA).opened_at, noted()) == (first, (True, 3, False))
    report = queries.report(reading(), one)
    assert (report["opened"], report["clicked"]) == (1, 0)


def test_scanner_that_gets_everything_changes_nothing_but_counts(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    one = letters()
    html = part(mail_server, ANNA)
    paths = {urlsplit(found).path for found in re.findall(r'"(http[^"]*/mailing/[^"]+)"', html)}
    assert len(paths) == 4
    for path in paths:
        assert stranger.get(path).status_code < HTTPStatus.BAD_REQUEST
    report = {name: count for name, count in queries.report(reading(), one).items() if count}
    assert report == {"sent": 1, "opened": 1, "clicked": 1}


def test_program_that_only_looks_ahead_is_not_counted(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    letters()
    way = ways(mail_server)[0]
    assert stranger.head(way).headers["Location"] == PRICES
    stranger.get(way, headers={"Sec-Purpose": "prefetch;prerender"})
    stranger.head(picture(mail_server))
    assert noted() == (False, 0, False)


def test_forged_links_and_pictures_are_refused_with_a_plain_page_and_counted(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    one = letters(ANNA, BORIS)
    anna, boris = (
        [*path.rpartition("/")[2].split("-")]
        for path in (ways(mail_server)[0], ways(mail_server, BORIS)[0])
    )
    others = ways(mail_server)[1].rpartition("/")[2].split("-")
    forged = [
        f"/mailing/to/{boris[0]}-{anna[1]}-{anna[2]}",  # another's letter
        f"/mailing/to/{anna[0]}-{others[1]}-{anna[2]}",  # another link
        f"/mailing/to/{anna[0]}-{anna[1]}-{anna[2][:-1]}",
        f"/mailing/to/{anna[0]}-{anna[1]}-{'0' * 24}",
        f"/mailing/to/0{anna[0]}-{anna[1]}-{anna[2]}",
        f"/mailing/to/{anna[0]}-{anna[2]}",
        "/mailing/to/https:evil.example",
        f"/mailing/seen/{boris[0]}-{anna[2]}.gif",
        f"/mailing/seen/{anna[0]}-{anna[2]}.gif",
        "/mailing/seen/1.gif",
    ]
    for path in forged:
        answer = stranger.get(path)
        assert answer.status_code == HTTPStatus.NOT_FOUND, path
        assert "Location" not in answer.headers
    assert (noted(), noted(BORIS), set(followed(one).values())) == (
        (False, 0, False),
        (False, 0, False),
        {(0, 0)},
    )
    tried = {stranger.get(forged[0]).status_code for _ in range(30)}
    assert HTTPStatus.TOO_MANY_REQUESTS in tried
    assert stranger.get(ways(mail_server)[0]).status_code == HTTPStatus.FOUND


def test_old_letters_lead_on_and_tell_nothing_once_it_is_switched_off(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    one = letters()
    follows(False)  # noqa: FBT003
    assert stranger.get(ways(mail_server)[0]).headers["Location"] == PRICES
    assert stranger.get(picture(mail_server)).status_code == HTTPStatus.OK
    assert (noted(), followed(one)[PRICES]) == ((False, 0, False), (0, 0))


def test_campaign_that_began_without_it_goes_on_without_it(
    follows: Switch,
    campaign: Campaign,
    start: Callable[[int], int],
    drain: Callable[[], None],
    mail_server: MailSink,
) -> None:
    follows(False)  # noqa: FBT003
    one = campaign([ANNA], text=TEXT)
    start(one)
    follows(True)  # noqa: FBT003
    drain()
    assert ways(mail_server) == []


def test_who_wants_no_mailing_any_more_is_followed_no_more(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    letters()
    with writing() as session:
        bans.ban(session, bans.MAILING, addresses=[ANNA])
    assert stranger.get(ways(mail_server)[0]).headers["Location"] == PRICES
    stranger.get(picture(mail_server))
    assert noted() == (False, 0, False)


def test_many_who_ask_at_once_are_each_counted(
    app: Flask, follows: Switch, letters: Letters, mail_server: MailSink
) -> None:
    del follows
    one = letters()
    paths = [ways(mail_server)[0], picture(mail_server)] * 8
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda path: app.test_client().get(path).status_code, paths))
    assert set(codes) == {200, 302}
    assert (followed(one)[PRICES], noted()) == ((1, 8), (True, 8, True))


def test_same_is_not_counted_without_end(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    one = letters()
    way = ways(mail_server)[0]
    stranger.get(way)
    with writing() as session:
        session.execute(sa.update(Click).values(times=MOST_TIMES))
    assert stranger.get(way).status_code == HTTPStatus.FOUND
    assert followed(one)[PRICES] == (1, MOST_TIMES)


def test_openings_are_not_counted_without_end(
    follows: Switch, letters: Letters, mail_server: MailSink, stranger: FlaskClient
) -> None:
    del follows
    letters()
    with writing() as session:
        session.execute(sa.update(Recipient).values(opens=MOST_TIMES - 1))
    for _again in range(2):
        assert stranger.get(picture(mail_server)).status_code == HTTPStatus.OK
    assert noted() == (True, MOST_TIMES, False)


def test_links_beyond_the_most_lead_where_they_say(
    follows: Switch, letters: Letters, mail_server: MailSink
) -> None:
    del follows
    pages = [f"[page {number}](https://firm.ru/{number})" for number in range(MOST_LINKS + 1)]
    one = letters(text="\n\n".join([*pages, "[Leave]({{ unsubscribe }})"]))
    assert len(ways(mail_server)) == len(followed(one)) == MOST_LINKS
    assert f'href="https://firm.ru/{MOST_LINKS}"' in part(mail_server, ANNA)


def test_test_letter_and_preview_are_not_followed(
    follows: Switch,
    campaign: Campaign,
    make: Make,
    mail_server: MailSink,
    browser_for: Callable[[str], FlaskClient],
) -> None:
    del follows
    one = campaign([ANNA], text=TEXT)
    with make.acting(make.user_of("marketer")):
        address = service.send_test(one)
    shown = browser_for("marketer").get(f"/mailing/campaigns/{one}/letter?who=1").text
    for html in (part(mail_server, address), shown):
        assert "/mailing/to/" not in html
        assert "/mailing/seen/" not in html


def test_page_and_api_lead_from_each_figure_to_its_letters(
    follows: Switch,
    letters: Letters,
    mail_server: MailSink,
    stranger: FlaskClient,
    browser_for: Callable[[str], FlaskClient],
    api_for: Callable[[str], Api],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    del follows
    one = letters(ANNA, BORIS)
    stranger.get(ways(mail_server)[0])
    stranger.get(picture(mail_server, BORIS))
    path, api = f"/mailing/campaigns/{one}", api_for("marketer")
    first, second = api.get(f"{path}/links").get_json()["items"]
    assert (first["target"], first["clicked"], first["clicks"]) == (PRICES, 1, 1)
    assert (second["target"], second["clicked"], second["clicks"]) == (HOUSE, 0, 0)
    browser = browser_for("marketer")
    page = browser.get(path).text
    with statements() as few:
        browser.get(path)
    with writing() as session:
        rows = [{"campaign_id": one, "position": n, "target": HOUSE} for n in range(3, 50)]
        session.execute(sa.insert(LetterLink), rows)
    with statements() as many:
        assert browser.get(path).text.count(HOUSE) > len(rows)
    assert len(many) == len(few)
    asked: dict[str, Any] = {
        "fate=opened": [ANNA, BORIS],
        "fate=clicked": [ANNA],
        f"link={first['id']}": [ANNA],
    }
    for query, whom in asked.items():
        assert f"{path}?{query}" in page
        shown = browser.get(f"{path}?{query}").text
        assert [one for one in (ANNA, BORIS) if f"<td>{one}</td>" in shown] == whom
        told = api.get(f"{path}/recipients?{query.replace('link', 'link_id')}").get_json()["items"]
        assert [item["address"] for item in told] == whom
