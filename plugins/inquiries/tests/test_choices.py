"""The company's channels and results."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from salesman_inquiries import choosing, defaults
from salesman_inquiries.choices_service import CHANNELS, RESULTS

from salesman_core.errors import ForbiddenError, InvalidError, StaleError
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]
Note = Callable[..., int]


def names() -> list[str]:
    return [row.name for row in choosing.channels(reading(), offered=True)]


def test_channel_is_added_behind_the_others_and_moved(app: Flask) -> None:
    choice_id = CHANNELS.add({"name": "Fair", "call": "true"})
    assert names()[-1] == "Fair"

    CHANNELS.move(choice_id, up=True)
    assert names()[-2] == "Fair"


def test_what_is_not_offered_stays_with_its_inquiries(note: Note, channels: dict[str, int]) -> None:
    note()
    CHANNELS.change(channels["Phone"], {"name": "Phone"})

    assert "Phone" not in names()
    with pytest.raises(InvalidError):
        note()


def test_nobody_overwrites_unseen_what_another_changed(results: dict[str, int]) -> None:
    interest = results["Interest"]
    RESULTS.change(interest, {"name": "Wants it", "active": "true"}, 1)

    with pytest.raises(StaleError):
        RESULTS.change(interest, {"name": "Interested"}, 1)


def test_usual_ones_are_made_only_where_there_are_none(app: Flask) -> None:
    before = names()
    defaults.make_choices("ru")

    assert names() == before


def test_telemarketer_does_not_change_the_lists(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user("telemarketer")), pytest.raises(ForbiddenError):
        CHANNELS.add({"name": "Fair"})
    assert browser_for("telemarketer").get("/inquiries/choices").status_code == (
        HTTPStatus.FORBIDDEN
    )


def test_page_of_the_lists_shows_what_each_counts_as(browser_for: BrowserFor) -> None:
    page = browser_for("head").get("/inquiries/choices").text

    for part in ("counts as a call", "somebody was spoken to", 'value="Walk-in"'):
        assert part in page
