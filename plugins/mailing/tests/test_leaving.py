"""Unsubscribing: by the button of a mail program, and by a page where a GET changes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.consent.consent import is_allowed
from salesman_mailing.consent.models import ONE_CLICK, REFUSED, ConsentEntry
from salesman_mailing.leaving.links import leave_url

from salesman_core.toolkit import bans, reading, writing

ANNA = "anna@example.com"


@pytest.fixture
def link(group: Any) -> tuple[str, int]:
    """Give the path of a link of Anna's, and its group."""
    group_id = group("Spring")
    return urlsplit(leave_url(ANNA, group_id, "c7")).path, group_id


def entries() -> list[tuple[str, str, bool]]:
    rows = reading().scalars(sa.select(ConsentEntry).order_by(ConsentEntry.id))
    return [(one.state, one.source, one.group_id is None) for one in rows]


def test_scanner_that_follows_the_link_unsubscribes_nobody(
    app: Flask, link: Any, purposes: Any
) -> None:
    path, group_id = link
    stranger = app.test_client()
    for method in ("GET", "HEAD"):
        assert stranger.open(path, method=method).status_code == 200
    assert entries() == []
    assert is_allowed(reading(), ANNA, purposes["orders"], group_id)


def test_one_click_leaves_the_group_once_and_keeps_the_proof(
    app: Flask, link: Any, purposes: Any
) -> None:
    path, group_id = link
    body = {"List-Unsubscribe": "One-Click"}
    for _again in range(2):
        assert app.test_client().post(path, data=body).status_code == 200

    assert entries() == [(REFUSED, ONE_CLICK, False)]
    (proof,) = reading().scalars(sa.select(ConsentEntry.proof))
    assert proof == {"ip": "127.0.0.1", "letter": "c7"}
    assert not is_allowed(reading(), ANNA, purposes["orders"], group_id)
    assert is_allowed(reading(), ANNA, purposes["orders"])


def test_page_unsubscribes_from_all_and_takes_that_back(
    app: Flask, link: Any, purposes: Any
) -> None:
    path, _group_id = link
    stranger = app.test_client()
    page = stranger.get(path).text
    assert "a…@example.com" in page
    assert ANNA not in page

    stranger.post(path, data={"choice": "all"})
    assert not is_allowed(reading(), ANNA, purposes["orders"])
    stranger.post(path, data={"choice": "back"})
    assert is_allowed(reading(), ANNA, purposes["orders"])


def test_link_takes_back_no_ban_that_a_colleague_noted(app: Flask, link: Any) -> None:
    path, _group_id = link
    with writing() as session:
        bans.ban(session, bans.MAILING, "Said so on the phone", addresses=[ANNA])
    app.test_client().post(path, data={"choice": "back"})

    assert ANNA in bans.bans_of(reading(), addresses=[ANNA]).addresses


def test_address_stands_in_no_link(link: Any) -> None:
    assert "anna" not in link[0]


def test_forged_links_are_refused_and_counted(app: Flask, link: Any) -> None:
    path, _group_id = link
    stranger = app.test_client()
    forged = path[:-3] + ("AAA" if path[-3:] != "AAA" else "BBB")
    answers = {stranger.post(forged, data={"choice": "all"}).status_code for _ in range(31)}

    assert answers == {404, 429}
    assert entries() == []
    assert stranger.get(path).status_code == 200


def test_choice_that_is_none_changes_nothing(app: Flask, link: Any) -> None:
    assert app.test_client().post(link[0], data={"choice": "x"}).status_code == 422
    assert entries() == []
