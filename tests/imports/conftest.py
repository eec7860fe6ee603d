"""What tests of imports share: a place to write files, and an application on a database."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
import xlsxwriter
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Babel
from werkzeug.test import TestResponse

from salesman_core.cli.application import application
from salesman_core.cli.main import salesman
from salesman_core.db import Base, db, kept_rows, reading
from salesman_core.jobs.port import jobs
from salesman_core.testing.people import apart

WriteCsv = Callable[..., Path]
WriteXlsx = Callable[..., Path]
Upload = Callable[..., str]


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    """A function that writes lines of text to a file: ``write_csv("a;b", "1;2")``."""

    def write(*lines: str, encoding: str = "utf-8", name: str = "rows.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path: Path) -> WriteXlsx:
    """A function that writes rows to sheets: ``write_xlsx(Sheet1=[["a", "b"], ["1", 2]])``."""

    def write(**sheets: Sequence[Sequence[object]]) -> Path:
        path = tmp_path / "rows.xlsx"
        options = {"default_date_format": "dd.mm.yyyy", "strings_to_formulas": False}
        with xlsxwriter.Workbook(str(path), options) as workbook:
            for name, rows in sheets.items():
                sheet = workbook.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return path

    return write


@pytest.fixture(name="application")
def bare_application(database_url: str) -> Iterator[Flask]:
    """An application with a database, its context pushed."""
    bare = Flask("imports")
    bare.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(bare)
    Babel(bare)
    with bare.app_context():
        yield bare
        db.session.remove()
        db.leave()


LOGS = {
    "core_audit",
    "core_event",
    "core_import",
    "core_import_change",
    "core_job",
    "core_notice",
    "core_job_schedule",
    "core_revision",
}


@pytest.fixture(scope="session")
def rows_without_logs() -> Callable[[sa.Connection], dict[str, set[str]]]:
    """A function that gives every row of every table that is no log and made of no other."""

    def rows(connection: sa.Connection) -> dict[str, set[str]]:
        there = set(sa.inspect(connection).get_table_names()) - LOGS  # not those of other tests
        tables = [
            one
            for one in Base.metadata.sorted_tables
            if one.name in there and not kept_rows.belongs(one.name)
        ]
        return {
            table.name: {str(tuple(row)) for row in connection.execute(sa.select(table))}
            for table in tables
        }

    return rows


@pytest.fixture
def all_rows(
    rows_without_logs: Callable[[sa.Connection], dict[str, set[str]]],
) -> Callable[[], dict[str, set[str]]]:
    """A function that gives them as they stand now in the database of the test."""

    def rows() -> dict[str, set[str]]:
        db.session.rollback()
        return rows_without_logs(reading().connection())

    return rows


@pytest.fixture(scope="session")
def command_on() -> Callable[[str, Path], Callable[..., list[str]]]:
    """What gives the command line on a database, as in a process of its own.

    ``command_on(url, folder)("import", "deals", "file.csv")`` gives the lines that it said; where
    it failed, they end with what was wrong.
    """

    def command_on(url: str, folder: Path) -> Callable[..., list[str]]:
        environment = {"SALESMAN_DATABASE_URL": url, "SALESMAN_DATA_DIR": str(folder)}

        def run(*arguments: str) -> list[str]:
            application.cache_clear()
            outcome = CliRunner(env=environment).invoke(salesman, arguments)
            with application().app_context():
                db.session.remove()
                db.leave()
            application.cache_clear()
            if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
                return [*outcome.output.splitlines(), str(outcome.exception)]
            return outcome.output.splitlines()

        return run

    return command_on


def environment_of(app: Flask) -> dict[str, str]:
    """Give the environment of a process of its own on the database of an application.

    It loads the same plugins: others, of which it would give permissions to the roles, are none of
    the application's.
    """
    loaded = app.extensions["salesman_host"].plugins
    return {
        **os.environ,
        "SALESMAN_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "SALESMAN_DATA_DIR": str(app.config["SALESMAN"].data_dir),
        "SALESMAN_SECRET_KEY": "no secret at all, for a test" * 2,
        "SALESMAN_PLUGINS": ",".join(loaded) or "none",
    }


@pytest.fixture
def forms_without_proof(app: Flask) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    app.config["WTF_CSRF_METHODS"] = []


@pytest.fixture
def browser(browser_for: Callable[[str], FlaskClient]) -> FlaskClient:
    """The head of sales."""
    return browser_for("head")


@pytest.fixture
def upload(browser: FlaskClient) -> Upload:
    """A function that brings a file to the page, and gives the address of its import."""

    def upload(content: str | bytes, record: str = "deals", mapping: str = "") -> str:
        return brought(browser, content, record, mapping)

    return upload


def brought(browser: FlaskClient, content: str | bytes, record: str, mapping: str = "") -> str:
    """Bring a file to the page, and give the address of its import."""
    sent = content.encode() if isinstance(content, str) else content
    form: dict[str, object] = {"record": record, "file": (io.BytesIO(sent), "rows.csv")}
    if mapping:
        form["mapping"] = (io.BytesIO(mapping.encode()), "mapping.toml")
    answer = browser.post("/admin/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return answer.location


def words(response: TestResponse) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def chosen(response: TestResponse, name: str) -> str:
    """What stands in a list of choices."""
    found = re.search(rf'name="{name}".*?value="[^"]*" selected>([^<]*)<', response.text, re.DOTALL)
    assert found is not None
    return found[1]


def work() -> None:
    """Do what waits for a worker."""
    apart(jobs().drain)
