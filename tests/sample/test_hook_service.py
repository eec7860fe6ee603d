"""The service that a plugin offers to others."""

from __future__ import annotations

from typing import Protocol

import pytest
from flask import Flask
from salesman_sample.models import Promise

from salesman_core.plugins import switches
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, service

pytestmark = pytest.mark.databases("sqlite")


class Promising(Protocol):
    """What this test uses of the service: no import of the plugin is needed for it."""

    def promise(self, client_id: int, text: str) -> int: ...


def test_hook_service_does_what_another_plugin_asks(app: Flask, make: Make) -> None:
    promises: Promising | None = service("sample")
    assert promises is not None

    promise_id = promises.promise(make.client(), "Call back")

    assert reading().get_one(Promise, promise_id).text == "Call back"


def test_hook_service_is_not_there_while_its_plugin_is_suspended(app: Flask) -> None:
    switches.suspend("sample")
    switches.follow_now()
    assert service("sample") is None

    switches.activate("sample")
    switches.follow_now()
    assert service("sample") is not None


def test_hook_service_of_what_is_not_installed_is_not_there(app: Flask) -> None:
    assert service("nothing") is None
