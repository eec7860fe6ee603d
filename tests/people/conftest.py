"""People with passwords, and browsers in which they sit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.test import TestResponse

from salesman_core.access import passwords
from salesman_core.access.models import Role
from salesman_core.access.person import acting_as, load_person
from salesman_core.db import reading
from salesman_core.people import service
from salesman_core.testing.application import running
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import browser_of

PASSWORD = "a horse of two colours"
AddUser = Callable[..., int]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with the least work that Argon2 knows."""
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords._nobody.cache_clear()


@pytest.fixture
def app_settings() -> dict[str, Any]:
    """Settings of the application; tests override them."""
    return {}


@pytest.fixture
def app(
    database_url: str, tmp_path: Path, clock: FrozenClock, app_settings: dict[str, Any]
) -> Iterator[Flask]:
    """An application whose clock stands still; the test is inside it, as the system."""
    with running(database_url, tmp_path / "data", clock=clock, **app_settings) as app:
        yield app


@pytest.fixture
def add_user(app: Flask) -> AddUser:
    """Add a user by name; roles are preset keys."""

    def add(name: str, *roles: str, password: str | None = PASSWORD, **values: Any) -> int:
        email = f"{name.lower()}@example.com"
        return service.add_user(email, name, roles, password=password, **values)

    return add


@pytest.fixture
def anna(add_user: AddUser) -> int:
    """An administrator."""
    return add_user("Anna", "administrator")


@pytest.fixture
def sergei(add_user: AddUser) -> int:
    """A seller."""
    return add_user("Sergei", "seller")


class Visitor:
    """A browser: keeps its cookies, sends forms with their proof."""

    def __init__(self, app: Flask, agent: str) -> None:
        self.client = browser_of(app)
        self._agent = agent

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, headers={"User-Agent": self._agent}, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        headers = {"User-Agent": self._agent, "X-CSRFToken": self.proof()}
        return self.client.post(path, data=data or {}, headers=headers, **options)

    def proof(self) -> str:
        page = self.client.get("/sign/forgotten").get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found, page
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        values = {"login": f"{name}@example.com", "password": password, "stay": "true"} | fields
        return self.post("/sign/in", values)

    @property
    def is_inside(self) -> bool:
        return self.get("/profile").status_code == 200


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """Give a browser; with a name, one in which that user is signed in."""

    def make(name: str = "", agent: str = "Mozilla/5.0 (X11; Linux) Firefox/140.0") -> Visitor:
        visitor = Visitor(app, agent)
        if name:
            assert visitor.sign_in(name).status_code == 302
        return visitor

    return make


@pytest.fixture
def role_named(app: Flask) -> Callable[[str], int]:
    """Give the id of a preset role."""

    def find(preset: str) -> int:
        return reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()

    return find


@pytest.fixture
def acting(app: Flask) -> Callable[[int], Any]:
    """Act as a user inside the application."""

    def act(user_id: int) -> Any:
        person = load_person(reading(), user_id)
        assert person is not None
        return acting_as(person)

    return act
