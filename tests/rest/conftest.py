"""An application with a small API of memos, and people with tokens to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).parent / "samples"))

from sample_memos.models import Memo

from salesman_core import rest
from salesman_core.access.models import Role, RoleGrant, User, UserRole
from salesman_core.access.person import SUBJECT
from salesman_core.access.tokens import new_token
from salesman_core.config import load_settings
from salesman_core.db import Base, db, make_engine, writing
from salesman_core.db.revisions import bump
from salesman_core.plugins import gate, switches
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.rest import hooks
from salesman_core.services import models as _tables_of_services
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.databases import Template
from salesman_core.web import errors, locale, security, templating
from salesman_hookspecs import Scope

assert _tables_of_services
assert Memo

SELLER = {
    "memos.memo.view": Scope.OWN,
    "memos.memo.create": Scope.ALL,
    "memos.memo.edit": Scope.OWN,
}

AddUser = Callable[..., int]
TokenOf = Callable[..., str]


def fill(url: str) -> None:
    engine = make_engine(url)
    prefixes = ("core_", "memos_")
    tables = [table for name, table in Base.metadata.tables.items() if name.startswith(prefixes)]
    Base.metadata.create_all(engine, tables=tables)
    engine.dispose()


@pytest.fixture
def database_template() -> Template:
    return Template("memos", fill)


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Flask]:
    settings = load_settings({"data_dir": str(tmp_path), "database_url": database_url}, environ={})
    app = Flask("api_of_test", static_folder=None)
    app.config.update(SECRET_KEY="of a test", SQLALCHEMY_DATABASE_URI=database_url)
    app.extensions["salesman_clock"] = clock.now
    db.init_app(app)
    host = PluginHost(settings)
    host.register_core("rest", hooks)
    host.load([Installed("memos", "1.2", "sample_memos")])
    host.boot()
    switches.install(app, host, [], by_program=security.is_api)
    templating.install(app, host)
    locale.install(app)
    security.install(app)
    errors.install(app)
    rest.install(app, host)
    gate.install(app)
    with app.app_context():
        switches.remember(host)
    yield app
    with app.app_context():
        db.session.remove()
        db.leave()


@pytest.fixture
def add_user(app: Flask, clock: FrozenClock) -> AddUser:
    """Add a user with some permissions; None for all of them."""

    def add(name: str, grants: dict[str, Scope] | None = None) -> int:
        with app.app_context(), writing() as session:
            user = User(
                locale="en",
                name=name, search_name=name, login=name, created_at=clock.now(),
                updated_at=clock.now(),
            )  # fmt: skip
            role = Role(name=name, everything=grants is None)
            session.add_all([user, role])
            session.flush()
            session.add(UserRole(user_id=user.id, role_id=role.id))
            for permission, scope in (grants or {}).items():
                session.add(RoleGrant(role_id=role.id, permission=permission, scope=int(scope)))
            bump(session, SUBJECT)
            return user.id

    return add


@pytest.fixture
def admin_id(add_user: AddUser) -> int:
    return add_user("Anna")


@pytest.fixture
def seller_id(add_user: AddUser) -> int:
    return add_user("Sergei", SELLER)


class Api:
    """A client that sends a token and JSON."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(path: str = "", json: Any = None, **headers: str) -> Any:
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            sent = {} if json is None else {"json": json}
            return self._client.open(
                f"/api/v1/memos{path}",
                method=method.upper(),
                headers=self._headers | {"If-Match": "*"} | named,
                **sent,
            )

        return call


@pytest.fixture
def api_of(app: Flask) -> Callable[..., Api]:
    """Give a client with a token of a user, for some of their permissions where they are named."""

    def make(user_id: int, permissions: Sequence[str] | None = None) -> Api:
        with app.app_context():
            token = new_token(user_id, "for a test", permissions)
        return Api(app.test_client(), token)

    return make


@pytest.fixture
def api(api_of: Callable[[int], Api], admin_id: int) -> Api:
    """A client of an administrator."""
    return api_of(admin_id)


@pytest.fixture
def memos_kept(app: Flask) -> Callable[[], int]:
    """Count the memos in the table."""

    def count() -> int:
        with app.app_context(), db.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count(Memo.id))) or 0)

    return count
