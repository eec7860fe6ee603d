"""An application with the shell and nothing else, and plugins written for a test."""

from __future__ import annotations

import itertools
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from salesman_core import clock as core_clock
from salesman_core.access.models import Role, User, UserRole
from salesman_core.access.person import load_person
from salesman_core.config import load_settings
from salesman_core.db import Base, db, reading, writing
from salesman_core.plugins import gate, switches
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.services.company import change_company
from salesman_core.testing.clock import FrozenClock
from salesman_core.web import hooks, init_web, security
from salesman_hookspecs import Plugin

_numbers = itertools.count(1)


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Installed]:
    """Give what installs a plugin with the given hook implementations, templates and texts."""

    def make(
        id_: str, *implementations: Callable[..., Any], templates: dict[str, str] | None = None
    ) -> Installed:
        package = f"plugin_of_test_{next(_numbers)}_{id_}"
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for name, text in (templates or {}).items():
            file = folder / "templates" / id_ / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        module = __import__(package)
        module.plugin = Plugin(id=id_, title=id_.title(), api=">=0.1,<1")  # type: ignore[attr-defined]
        contributed = ModuleType(f"{package}.hooks")
        for implementation in implementations:
            setattr(contributed, implementation.__name__, implementation)
        monkeypatch.setitem(sys.modules, f"{package}.hooks", contributed)
        return Installed(id_, "1.0", package)

    return make


@pytest.fixture(scope="session")
def shell_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them, to be copied."""
    file = tmp_path_factory.mktemp("shell") / "empty.db"
    engine = sa.create_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return file


@pytest.fixture
def make_app(
    tmp_path: Path, clock: FrozenClock, shell_database: Path
) -> Iterator[Callable[..., Flask]]:
    """Give what makes an application of the shell and some plugins.

    Whoever is named in ``app.extensions["person_of_test"]`` is signed in.
    """
    with_engines: list[Flask] = []

    def make(*installed: Installed, core: tuple[ModuleType, ...] = (), **config: Any) -> Flask:
        file = shutil.copy(shell_database, tmp_path / f"{next(_numbers)}.db")
        app = shell_app(Path(file), clock, installed, core, config)
        with_engines.append(app)
        return app

    yield make
    for app in with_engines:
        with app.app_context():
            db.session.remove()
            db.leave()


def shell_app(
    database: Path,
    clock: FrozenClock,
    installed: tuple[Installed, ...],
    core: tuple[ModuleType, ...],
    config: dict[str, Any],
) -> Flask:
    url = f"sqlite:///{database}"
    settings = load_settings({"data_dir": str(database.parent), "database_url": url}, environ={})
    app = Flask("shell_of_test", static_folder=None)
    app.config.update(SECRET_KEY="of a test", SQLALCHEMY_DATABASE_URI=url, TESTING=True, **config)
    app.extensions["salesman_clock"] = clock.now
    db.init_app(app)
    host = PluginHost(settings)
    host.register_core("web", hooks)
    for number_, module in enumerate(core):
        host.register_core(f"domain{number_}", module)
    host.load(installed)
    host.boot()
    switches.install(app, host, [], by_program=security.is_api)
    gate.install(app)
    _sign_in_by_extension(app)
    init_web(app)
    with app.app_context():
        switches.remember(host)
        change_company({"language": "en"})
    return app


def _sign_in_by_extension(app: Flask) -> None:
    @app.before_request
    def recognise() -> None:
        user_id = app.extensions.get("person_of_test")
        if user_id is not None:
            g.salesman_person = load_person(reading(), user_id)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The shell without plugins."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def signed_in() -> Callable[..., int]:
    """Give what adds a user with one role to an application and signs them in."""
    return add_user


def add_user(
    app: Flask, name: str = "Anna Petrova", *, everything: bool = True, preset: str | None = None
) -> int:
    """Add a user with one role to *app*, sign them in, and give their id."""
    with app.app_context(), writing() as session:
        moment = core_clock.now()
        user = User(
            name=name,
            search_name=name,
            login=f"user-{next(_numbers)}",
            created_at=moment,
            updated_at=moment,
        )
        role = Role(name=f"of {name}", preset=preset, everything=everything)
        session.add_all([user, role])
        session.flush()
        session.add(UserRole(user_id=user.id, role_id=role.id))
        user_id = user.id
    app.extensions["person_of_test"] = user_id
    return user_id


@pytest.fixture
def gallery(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, door: socket.socket
) -> Iterator[tuple[Flask, str]]:
    """A server that shows everything the shell has to one administrator, and its address."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "sample"))
    app = make_app(Installed("gallery", "1.0", "shell_gallery"))
    add_user(app)
    server = make_server("127.0.0.1", door.getsockname()[1], app, threaded=True, fd=door.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
