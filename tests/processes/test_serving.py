"""`salesman serve` by several processes, and for authors who change what it serves."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest

from salesman_core.access.tokens import new_token
from salesman_core.services.mail import Letter, send
from salesman_core.testing.application import running
from salesman_core.testing.mail import MailSink
from salesman_core.testing.people import Make

from .conftest import PATIENCE, Environment, Serve, Server, seconds_until

pytestmark = pytest.mark.timeout(600)


@pytest.mark.databases("postgresql")
class TestSeveralProcesses:
    @pytest.fixture
    def environment(self, environment: Environment, mail_sink: MailSink) -> Environment:
        return {**environment, "SALESMAN_SMTP_URL": mail_sink.url}

    @pytest.fixture
    def token(self, database_url: str, tmp_path: Path) -> str:
        with running(database_url, tmp_path / "here") as app:
            return new_token(Make(app).user("administrator"), "tests")

    @pytest.fixture
    def write(self, database_url: str, tmp_path: Path, mail_sink: MailSink) -> Callable[[], int]:
        """Give what sends a letter, which is a job."""

        def write() -> int:
            with running(database_url, tmp_path / "there", smtp_url=mail_sink.url):
                return send(Letter("clara@example.com", "Hello", "Still there?"))

        return write

    @pytest.mark.turns(3, among="long")
    def test_pages_are_served_and_jobs_are_done_until_the_end(
        self, serve: Serve, token: str, write: Callable[[], int], mail_sink: MailSink
    ) -> None:
        server = serve("--processes", "2")
        assert server.get("/api/v1/clients", token) == HTTPStatus.OK
        pages, jobs = program_of(server, "pages"), program_of(server, "worker")
        assert len(children(pages)) == 2
        write()
        seconds_until(lambda: len(mail_sink.letters) == 1, PATIENCE)

        assert server.stop() == 0
        assert not still_runs(pages)
        assert not still_runs(jobs)

    @pytest.mark.soak
    def test_process_that_is_lost_is_replaced(
        self, serve: Serve, token: str, write: Callable[[], int], mail_sink: MailSink
    ) -> None:
        server = serve("--processes", "2")
        assert server.get("/api/v1/clients", token) == HTTPStatus.OK
        pages = program_of(server, "pages")
        for lost in (program_of(server, "worker"), children(pages)[0]):
            os.kill(lost, signal.SIGKILL)
            seconds_until(lambda lost=lost: not still_runs(lost), PATIENCE)

        write()

        seconds_until(lambda: len(mail_sink.letters) == 1, PATIENCE)
        seconds_until(lambda: len(children(pages)) == 2, PATIENCE)
        assert server.get("/api/v1/clients", token) == HTTPStatus.OK

    @pytest.mark.soak
    def test_server_ends_with_its_pages(self, serve: Serve, token: str) -> None:
        server = serve("--processes", "2")
        assert server.get("/api/v1/clients", token) == HTTPStatus.OK

        os.kill(program_of(server, "pages"), signal.SIGTERM)

        assert server.process.wait(PATIENCE) == 1


@pytest.mark.databases("sqlite")
class TestReloading:
    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        """A plugin whose author has just begun."""
        return install(tmp_path / "installed", "<p>first</p>")

    @pytest.fixture
    def environment(self, environment: Environment, package: Path) -> Environment:
        return {**environment, "PYTHONPATH": str(package.parent)}

    @pytest.mark.turns(3, among="long")
    def test_changed_template_is_served(self, serve: Serve, package: Path) -> None:
        server = serve("--reload")
        assert text_of(server, "/hello") == "<p>first</p>"

        (package / "templates/hello/page.html").write_text("<p>second</p>", "utf-8")

        seconds_until(lambda: text_of(server, "/hello") == "<p>second</p>", PATIENCE)

    @pytest.mark.soak
    def test_start_that_failed_is_tried_again_at_the_next_change(
        self, environment: Environment, serve: Serve, package: Path
    ) -> None:
        environment["SALESMAN_ON_ERROR"] = "fail"
        server = serve("--reload")
        assert text_of(server, "/hello") == "<p>first</p>"
        (first,) = children(server.process.pid)

        (package / "hooks.py").write_text("what was I about to", "utf-8")
        seconds_until(lambda: not still_runs(first), PATIENCE)
        seconds_until(lambda: not any(map(still_runs, children(server.process.pid))), PATIENCE)
        mended = HOOKS.replace('return render_template("hello/page.html")', 'return "mended"')
        (package / "hooks.py").write_text(mended, "utf-8")

        assert text_of(server, "/hello") == "mended"


HOOKS = """
from flask import Blueprint, render_template
from salesman_core.toolkit import public
from salesman_hookspecs import hookimpl

pages = Blueprint("hello", __name__, url_prefix="/hello", template_folder="templates")

@pages.get("")
@public
def index():
    return render_template("hello/page.html")

@hookimpl
def salesman_blueprints():
    return [pages]
"""


def install(folder: Path, page: str) -> Path:
    """Put a plugin with one page into a folder, as an installer would; give its package."""
    package = folder / "company_hello"
    (package / "templates/hello").mkdir(parents=True)
    manifest = 'Plugin(id="hello", title="Hello", api=">=0.1,<1")'
    (package / "__init__.py").write_text(
        f"from salesman_hookspecs import Plugin\nplugin = {manifest}\n"
    )
    (package / "hooks.py").write_text(HOOKS)
    (package / "templates/hello/page.html").write_text(page)
    about = folder / "company_hello-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: company-hello\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[salesman.plugins]\nhello = company_hello\n")
    return package


def children(pid: int) -> list[int]:
    """Give the processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(one) for one in listed.split()]


def program_of(server: Server, word: str) -> int:
    """Give the process that a server has started with *word* in its command."""
    (found,) = [
        pid
        for pid in children(server.process.pid)
        if word in Path(f"/proc/{pid}/cmdline").read_text("utf-8")
    ]
    return found


def still_runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def text_of(server: Server, path: str) -> str:
    try:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=PATIENCE) as response:
            said: bytes = response.read()
            return said.decode()
    except urllib.error.HTTPError as error:
        return f"{error.code}"
