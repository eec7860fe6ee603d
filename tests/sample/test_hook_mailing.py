"""The mailing service that the sample plugin gives to mailing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups.service import create_group

from salesman_core.plugins import switches
from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import reading

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def card(app: Flask, make: Make) -> tuple[Flask, int, str]:
    """The card of a group, for an administrator."""
    person = make.user("administrator")
    with make.acting(person):
        group_id = create_group(
            {"name": "Spring", "purpose_id": reading().scalar(sa.select(Purpose.id))}
        )
    return app, person, f"/mailing/{group_id}"


def test_hook_mailing_services_can_have_the_members_of_a_group(
    card: tuple[Flask, int, str],
) -> None:
    app, person, path = card
    browser = browser_of(app, person)

    assert "Link with Pigeons" in browser.get(path).text
    assert "Pigeons is not set up yet" in browser.get(f"{path}/link/sample").text


def test_hook_mailing_services_of_a_suspended_plugin_are_gone(
    card: tuple[Flask, int, str],
) -> None:
    app, person, path = card
    switches.suspend("sample")
    switches.follow_now()
    browser = browser_of(app, person)

    assert "Pigeons" not in browser.get(path).text
    assert browser.get(f"{path}/link/sample").status_code == 404
