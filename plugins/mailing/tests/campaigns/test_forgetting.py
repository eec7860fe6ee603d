"""Who opened letters is forgotten so long after a campaign, and how many did is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.models import Campaign, Recipient
from salesman_mailing.readers import forgetting, service
from salesman_mailing.readers.models import Click
from salesman_mailing.readers.queries import links
from salesman_mailing.services.models import Happened

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser
from salesman_core.toolkit import now, reading, writing

from .test_readers import Letters, Switch, follows, letters

__all__ = ["follows", "letters"]

ADDRESSES = [f"client{n}@client.example" for n in range(3)]


def figures(campaign_id: int) -> tuple[int, int, list[tuple[int, int]]]:
    """Give what the report says of readers: openings, clicks, and these by links."""
    reading().rollback()
    told = queries.report(reading(), campaign_id)
    by_link = [(one.clicked, one.clicks) for one in links(reading(), campaign_id)]
    return told["opened"], told["clicked"], by_link


@pytest.fixture
def read(letters: Letters, follows: Switch) -> int:
    """A campaign whose three letters were opened; in two of them links were followed."""
    del follows
    campaign_id = letters(*ADDRESSES)
    ids = reading().scalars(sa.select(Recipient.id).order_by(Recipient.id)).all()
    first, second = [one.id for one in links(reading(), campaign_id)]
    for id_ in ids:
        service.open_letter(id_, counted=True)
    for id_, link_id in ((ids[0], first), (ids[0], first), (ids[1], first), (ids[1], second)):
        service.follow(id_, link_id, counted=True)
    return campaign_id


def test_readers_are_forgotten_some_at_a_time_and_the_figures_stay(
    app: Flask,
    clock: FrozenClock,
    read: int,
    browser_for: Callable[[str], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del app
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    before = figures(read)
    assert before == (3, 2, [(2, 3), (1, 1)])
    clock.advance(days=364)
    assert forgetting.forget_readers() == 0

    clock.advance(days=2)
    assert forgetting.forget_readers() == 3
    assert figures(read) == before
    left = sa.select(sa.func.count(Recipient.opened_at), sa.func.sum(Recipient.opens))
    assert reading().execute(left).one() == (0, 0)
    assert reading().scalars(sa.select(Click.link_id)).all() == []
    assert forgetting.forget_readers() == 0

    recipient = reading().scalars(sa.select(Recipient.id)).first()
    assert recipient is not None
    service.open_letter(recipient, counted=True)
    assert figures(read) == before
    page = browser_for("marketer").get(f"/mailing/campaigns/{read}").text
    assert "Who they were is forgotten since" in page
    assert "fate=opened" not in page


def test_worker_that_dies_in_between_loses_and_doubles_no_letter(
    clock: FrozenClock, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures(read)
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    clock.advance(days=366)
    assert forgetting._forget_some(read) == 2  # and no more
    assert figures(read) == before
    assert reading().get_one(Campaign, read).readers_forgotten_at is None
    assert forgetting.forget_readers() == 1
    assert figures(read) == before


def test_what_services_told_of_readers_is_forgotten_too(app: Flask, clock: FrozenClock) -> None:
    del app
    told = {"service": "unisender", "address": ADDRESSES[0], "at": now(), "taken_at": now()}
    with writing() as session:
        session.add_all(
            Happened(key=what, what=what, **told) for what in ("opened", "clicked", "left")
        )
    clock.advance(days=366)
    forgetting.forget_readers()
    assert reading().scalars(sa.select(Happened.what)).all() == ["left"]
