"""Numbers in addresses and forms that no column can hold."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask.testing import FlaskClient

from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]

HUGE = str(2**63)


@pytest.fixture
def browser(make: Make, browser_for: BrowserFor) -> FlaskClient:
    make.client()
    return browser_for("administrator")


@pytest.mark.parametrize(
    "address",
    [
        f"/clients/merge?id={HUGE}&id=1",
        f"/records/client/1/history?before={HUGE}",
        f"/admin/jobs?before={HUGE}",
        f"/deals?view={HUGE}",
    ],
)
def test_address_with_a_number_that_is_too_large_is_answered(
    browser: FlaskClient, address: str
) -> None:
    assert browser.get(address).status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/clients/merge", {"id": ["1", HUGE], "kept": HUGE}),
        ("/records/client/1/history", {"entry_id": HUGE, "field": "name"}),
        ("/clients/1/rung", {"rung_id": HUGE, "reason": "so"}),
        ("/clients/1/rung", {"rung_id": "1", "reason": "so", "version": HUGE}),
        ("/clients/1/participants", {"user_id": HUGE}),
        ("/admin/users/new", {"name": "A", "email": "a@b.example", "team_id": HUGE}),
        ("/admin/teams", {"name": "A", "parent_id": HUGE}),
        ("/profile/tokens", {"name": "A", "expires": HUGE}),
    ],
)
def test_form_with_a_number_that_is_too_large_is_answered(
    browser: FlaskClient, address: str, form: dict[str, Any]
) -> None:
    assert browser.post(address, data=form).status_code < HTTPStatus.INTERNAL_SERVER_ERROR
