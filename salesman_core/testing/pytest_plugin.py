"""The fixtures that every test of ours, and of a plugin's author, may ask for.

pytest loads this module in each run of an environment that has ``salesman-core``, other projects'
runs too: it must be imported in no time and touch nothing that does not ask for it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page, Playwright

    from salesman_core.testing.browser import WarmWindow
    from salesman_core.testing.clock import FrozenClock
    from salesman_core.testing.databases import Databases, Kind, Template
    from salesman_core.testing.imap import ImapServer
    from salesman_core.testing.mail import MailSink
    from salesman_core.testing.people import Api, Make

KINDS = ("sqlite", "postgresql")
MODULES_KIND = "module_database_kind"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be told how many of the databases a test meets."""
    parser.addoption(
        "--databases",
        choices=("all", "turns"),
        default="all",
        help="all: each test runs on each kind of database (default); turns: on one of them, which"
        " the seed of the run chooses, but for those with the marker databases; the cases of tests"
        " with the marker turns take turns then too",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line(
        "markers", "databases(kind, ...): run only on these databases: sqlite, postgresql."
    )
    config.addinivalue_line(
        "markers",
        "turns(runs, among=name): with --databases=turns, run each case in one of so many runs;"
        " all tests that name the same are the cases of one matrix.",
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


@pytest.hookimpl(trylast=True)  # of what is left, some case is to have its turn
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let cases and kinds of database take turns, where the run was told so."""
    if config.getoption("--databases") != "turns":
        return
    given = config.getoption("randomly_seed", 0)
    seed = given if isinstance(given, int) else 0
    rests = _resting_cases(items, seed) | _resting_twins(items, seed)
    config.hook.pytest_deselected(items=list(rests))
    items[:] = [item for item in items if item not in rests]


def _resting_cases(items: list[pytest.Item], seed: int) -> set[pytest.Item]:
    """Give the cases of tests with the marker ``turns`` that others take the turn of.

    Of a matrix a diagonal has its turn: of each parameter as many values as there can be.
    """
    tests: dict[tuple[str, int], dict[pytest.Item, list[str]]] = {}
    for item in items:
        marker = item.get_closest_marker("turns")
        if marker is not None:
            test, case = _case(item, marker.kwargs.get("among"))
            tests.setdefault((test, marker.args[0]), {})[item] = case
    rests: set[pytest.Item] = set()
    for (test, runs), cases in tests.items():
        values = [sorted(set(column)) for column in zip(*cases.values(), strict=True)]
        places = {
            item: sum(map(list.index, values, parameters)) for item, parameters in cases.items()
        }
        turns = min(runs, max(places.values()) + 1)  # no run goes without any case
        turn = (seed + zlib.crc32(test.encode())) % turns
        rests |= {item for item, place in places.items() if place % turns != turn}
    return rests


def _case(item: pytest.Item, among: str | None) -> tuple[str, list[str]]:
    """Give what an item is a case of, a test or all that name the same, and which it is."""
    if among is None:
        return item.nodeid.partition("[")[0], _parameters(item)
    group = item.get_closest_marker("xdist_group")
    if group is not None and group.args:  # what they share is made once, in one run of many
        return among, [str(group.args[0])]
    name = item.nodeid
    for kind in _kinds_in_turn(item).values():
        name = name.replace(kind, "")
    return among, [name]


def _parameters(item: pytest.Item) -> list[str]:
    """Give the names of a case's parameters, but for a database that takes its own turns."""
    names = list(getattr(getattr(item, "callspec", None), "_idlist", ()))
    for kind in _kinds_in_turn(item).values():
        names.remove(kind)
    return names


def _resting_twins(items: list[pytest.Item], seed: int) -> set[pytest.Item]:
    """Give those tests of which the other kind of database has its turn.

    The kinds follow each other, so that no chance keeps a test from one of them: each time that
    the turn of a case has come round, it is on the other kind.
    """
    from salesman_core.testing.postgres import absence  # noqa: PLC0415  # cheap import

    if absence() and not in_ci():
        return set()  # without PostgreSQL there is nothing to take turns with
    kinds: dict[str, list[tuple[str, pytest.Item]]] = {}
    for item in items:
        for fixture, kind in _kinds_in_turn(item).items():
            kinds.setdefault(_what_turns(item, fixture, kind), []).append((kind, item))
    rests: set[pytest.Item] = set()
    for test, twins in kinds.items():
        if len(dict(twins)) == len(KINDS):
            runs = max(_runs(item) for _kind, item in twins)
            turn = KINDS[(seed // runs + zlib.crc32(test.encode())) % len(KINDS)]
            rests |= {item for kind, item in twins if kind != turn}
    return rests


def _runs(item: pytest.Item) -> int:
    """Give in one of how many runs an item has its turn."""
    marker = item.get_closest_marker("turns")
    return 1 if marker is None else int(marker.args[0])


def _what_turns(item: pytest.Item, fixture: str, kind: str) -> str:
    """Name what meets one kind of database: a test, or all that share something expensive."""
    group = item.get_closest_marker("xdist_group")
    if group is not None and group.args:
        return str(group.args[0])
    if fixture == MODULES_KIND:
        return item.nodeid.partition("::")[0]
    return item.nodeid.replace(kind, "")


def _kinds_in_turn(item: pytest.Item) -> dict[str, str]:
    """Give the kind of database on which a test runs, by fixture; none where its marker says it."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or item.get_closest_marker("databases") is not None:
        return {}
    named = ("database_kind", MODULES_KIND)
    return {name: callspec.params[name] for name in named if name in callspec.params}


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
    from salesman_core.testing.databases import Databases, folder_of_copies  # noqa: PLC0415  # cheap

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own
    with folder_of_copies() as directory, Databases(shared, directory) as databases:
        yield databases


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """The kind of database that this test runs on; each test that asks runs on all of them."""
    return _there(request.param)


@pytest.fixture(scope="module", params=KINDS)
def module_database_kind(request: pytest.FixtureRequest) -> Kind:
    """The same for a module whose tests read what was filled once, at length."""
    return _there(request.param)


def _there(kind: Kind) -> Kind:
    from salesman_core.testing.postgres import absence  # noqa: PLC0415  # cheap import

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


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapServer]:
    """A mail server that speaks IMAP: ``mailbox()`` gives one that tests fill, ``certificate``."""
    from salesman_core.testing.imap import ImapServer, absence  # noqa: PLC0415  # cheap import

    reason = absence()
    if reason is not None:
        lacking(reason)
    with ImapServer() as server:
        yield server


@pytest.fixture(scope="session")
def pdf_tools() -> None:
    """What ``salesman_core.testing.pdf`` reads PDF with is on this machine."""
    from salesman_core.testing.pdf import absence  # noqa: PLC0415  # cheap import

    reason = absence()
    if reason is not None:
        lacking(reason)


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


@pytest.fixture
def access_walk(app: Flask, pytestconfig: pytest.Config) -> Callable[..., None]:
    """What walks through the application as everybody, and fails with all that leaks.

    ``access_walk(only=["/visits*", "/api/v1/visits*"])`` walks some routes; further arguments are
    those of ``salesman_core.testing.walk.walk_access``. The database is
    put back after each change.
    """
    from salesman_core.testing.walk import walk_access  # noqa: PLC0415  # cheap import

    def walk(**options: Any) -> None:
        seed = pytestconfig.getoption("randomly_seed", 0)
        report = walk_access(app, **{"turn": seed if isinstance(seed, int) else 0, **options})
        if report:
            pytest.fail(str(report), pytrace=False)

    return walk


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """The machine's own Chromium, which sees nothing but loopback; ``--headed`` shows it.

    ``playwright`` and its options come from the package pytest-playwright.
    """
    from salesman_core.testing.browser import launch_arguments  # noqa: PLC0415  # cheap import

    browser = playwright.chromium.launch(**browser_type_launch_args | launch_arguments())
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def door() -> Iterator[socket.socket]:
    """Where the server of each test listens: a browser keeps scripts by their addresses."""
    import socket  # noqa: PLC0415  # cheap import

    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door


@pytest.fixture
def live_server(app: Flask, door: socket.socket) -> Iterator[str]:
    """The address on loopback under which the test's application is served."""
    from salesman_core.testing.browser import served  # noqa: PLC0415  # cheap import

    with served(app, door) as address:
        yield address


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failed test say what its pages showed; xdist carries nothing but UTF-8."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    browser = getattr(item, "funcargs", {}).get("chromium")
    if browser is not None and call.when == "call" and report.failed:
        from salesman_core.testing.browser import open_pages, seen_in  # noqa: PLC0415  # cheap import

        report.sections.extend(("page", seen_in(page)) for page in open_pages(browser))
    return report


@pytest.fixture(scope="session")
def warm_window(chromium: Browser, door: socket.socket) -> Iterator[WarmWindow]:
    """The browser window that tests use in turn; ``fresh_page`` empties it for them."""
    from salesman_core.testing.browser import WarmWindow  # noqa: PLC0415  # cheap import

    window = WarmWindow(chromium, f"http://127.0.0.1:{door.getsockname()[1]}")
    yield window
    window.close()


@pytest.fixture
def fresh_page(warm_window: WarmWindow) -> Iterator[Callable[..., Page]]:
    """What opens a page as if its window were new: ``fresh_page(viewport=…)``.

    See :meth:`salesman_core.testing.browser.WarmWindow.lend`.
    """
    yield warm_window.lend
    warm_window.empty()


@pytest.fixture
def signed_in_page(
    app: Flask, make: Make, live_server: str, fresh_page: Callable[..., Page]
) -> Callable[..., Page]:
    """What opens a page in a browser window of its own, in which somebody is signed in.

    ``signed_in_page("seller")`` takes a preset role, ``signed_in_page(user_id)`` a user, and
    ``signed_in_page(None)`` nobody; further options are those of Playwright's ``new_context``.
    Paths as ``page.goto("/deals")`` lead to the test's server. The window is one that an earlier
    test may have warmed up, and emptied; ``own_window=True`` asks for one that never was.
    """
    from salesman_core.testing.browser import sign_in  # noqa: PLC0415  # cheap import

    def open_page(who: str | int | None, **options: Any) -> Page:
        page = fresh_page(base_url=live_server, **options)
        if who is not None:
            user_id = make.user_of(who) if isinstance(who, str) else who
            sign_in(page.context, app, live_server, user_id)
        return page

    return open_page
