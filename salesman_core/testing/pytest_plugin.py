"""The fixtures that every test of ours, and of a plugin's author, may ask for.

pytest loads this module in each run of an environment that has ``salesman-core``, other projects'
runs too: it must be imported in no time and touch nothing that does not ask for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from salesman_core.testing.clock import FrozenClock
    from salesman_core.testing.databases import Databases, Kind, Template
    from salesman_core.testing.mail import MailSink
    from salesman_core.testing.people import Api, Make

KINDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "databases(kind, ...): run only on these databases: sqlite, postgresql."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the marker ``databases`` take the place of the fixture's own parameters."""
    marker = metafunc.definition.get_closest_marker("databases")
    if marker is None or "database_kind" not in metafunc.fixturenames:
        return
    unknown = [kind for kind in marker.args if kind not in KINDS]
    if unknown or not marker.args:
        message = f"@pytest.mark.databases takes names out of {KINDS}, not {marker.args}"
        raise pytest.UsageError(message)
    chosen = pytest.mark.parametrize("database_kind", marker.args, indirect=True)
    metafunc.definition.add_marker(chosen)


def in_ci() -> bool:
    """Say whether this run must not skip what the machine lacks."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def lacking(reason: str) -> None:
    """Skip the test because of *reason*; in CI, where nothing may go untested, fail it."""
    if in_ci():
        pytest.fail(f"{reason} (with CI=true this is an error)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def databases(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Databases]:
    """Fresh databases of either kind, for tests that need several or none of the usual ones."""
    from salesman_core.testing.databases import Databases  # noqa: PLC0415  # cheap import

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own
    with Databases(shared=shared, directory=tmp_path_factory.mktemp("databases")) as databases:
        yield databases


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """The kind of database that this test runs on; each test that asks runs on all of them."""
    from salesman_core.testing.postgres import absence  # noqa: PLC0415  # cheap import

    kind = cast("Kind", request.param)
    reason = absence() if kind == "postgresql" else None
    if reason is not None:
        lacking(reason)
    return kind


@pytest.fixture
def database_template() -> Template:
    """What a fresh database holds; a suite that needs something else overrides this fixture."""
    from salesman_core.testing.application import UPGRADED  # noqa: PLC0415  # cheap import

    return UPGRADED


@pytest.fixture
def database_url(
    databases: Databases, database_kind: Kind, database_template: Template
) -> Iterator[str]:
    """The URL of a database of the test's own, filled as ``database_template`` says."""
    with databases.lent(database_kind, database_template) as url:
        yield url


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """A mail server on loopback: ``url``, ``letters``, ``deliveries``, ``refuse(address)``."""
    from salesman_core.testing.mail import MailSink  # noqa: PLC0415  # cheap import

    with MailSink() as sink:
        yield sink


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still: ``now()``, ``advance(days=1)``, ``set(moment)``."""
    from salesman_core.testing.clock import FrozenClock  # noqa: PLC0415  # cheap import

    return FrozenClock()


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """What notes the SQL that a block sends.

    ``with statements() as sent:`` gives a list of it; ``len(sent)`` is the count.
    """
    from salesman_core.testing.statements import counted_statements  # noqa: PLC0415  # cheap import

    return counted_statements


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of the test's own, on each kind of database.

    The test runs inside its context, as the system; ``make.acting(user_id)`` is somebody else.
    """
    from salesman_core.testing.application import running  # noqa: PLC0415  # cheap import

    with running(database_url, tmp_path / "data") as app:
        yield app


@pytest.fixture
def make(app: Flask) -> Make:
    """Factories: ``make.client()``, ``make.deal()``, ``make.user("seller")``, ``make.team()``."""
    from salesman_core.testing.people import Make  # noqa: PLC0415  # cheap import

    return Make(app)


@pytest.fixture
def api_for(app: Flask, make: Make) -> Callable[[str], Api]:
    """What gives the JSON API as the person of a preset role sees it."""
    from salesman_core.testing.people import api_of  # noqa: PLC0415  # cheap import

    return lambda role: api_of(app, make.user_of(role))


@pytest.fixture
def browser_for(app: Flask, make: Make) -> Callable[[str], FlaskClient]:
    """What gives a test client in which the person of a preset role is signed in."""
    from salesman_core.testing.people import browser_of  # noqa: PLC0415  # cheap import

    return lambda role: browser_of(app, make.user_of(role))
