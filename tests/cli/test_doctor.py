"""`salesman doctor` tells what is wrong before users notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from salesman_core.db import make_engine, table_of
from salesman_core.jobs.models import JOBS
from salesman_core.plugins.faults import FaultLog, TakenOutError
from salesman_core.services.models import Setting
from salesman_core.web import assets

from .conftest import Run, install

AddJob = Callable[[str, datetime], None]

pytestmark = pytest.mark.databases("sqlite")

HEALTH = """
@hookimpl
def salesman_health():
    return [HealthCheck("mailbox", ok=False, detail="it does not answer")]
"""


def wrong(run: Run, **settings: str) -> list[str]:
    """Give what the doctor finds wrong."""
    result = run("doctor", **settings)
    lines = [line for line in result.stdout.splitlines() if line.startswith("WRONG ")]
    assert result.exit_code == (1 if lines else 0), result.output
    return [line.removeprefix("WRONG ") for line in lines]


@pytest.fixture
def add_job(database_url: str) -> Iterator[AddJob]:
    """Give what puts a job into the table as it would stand there after some time."""
    engine = make_engine(database_url)

    def add(state: str, due: datetime) -> None:
        row = {"name": "core.letter", "queue": "mail", "state": state, "run_at": due}
        row |= {"arguments": {"letter_id": 1}, "attempts_allowed": 3}
        with engine.begin() as connection:
            connection.execute(JOBS.insert().values(**row, created_at=due))

    yield add
    engine.dispose()


@pytest.fixture
def taken_out(database_url: str) -> None:
    """A server whose breaker has taken a panel out, and that has ended since."""
    engine, faults = make_engine(database_url), FaultLog()
    faults.note("leads", "client.card.panels", TakenOutError("it failed too often"))
    with Session(engine) as session, session.begin():
        faults.flush(session)
    engine.dispose()


def test_nothing_is_wrong_after_the_installation(run: Run) -> None:
    result = run("doctor")

    assert result.exit_code == 0
    subjects = [line.partition(":")[0] for line in result.stdout.splitlines()]
    assert subjects == [
        "ok    data folder",
        "ok    secret key",
        "ok    mail",
        "ok    front end",
        "ok    database",
        "ok    tables",
        "ok    plugin analytics",
        "ok    plugin calendar",
        "ok    plugin catalogue",
        "ok    plugin conveyor",
        "ok    plugin discussions",
        "ok    plugin documents",
        "ok    plugin inquiries",
        "ok    plugin invoices",
        "ok    plugin leads",
        "ok    plugin mailing",
        "ok    plugin plans",
        "ok    plugin requisites",
        "ok    plugin unisender",
        "ok    outgoing mail",
        "ok    core, search by an index",
        "ok    plugin documents, PDF of documents",
        "ok    plugin invoices, papers as PDF",
        "ok    jobs",
    ]


def test_unknown_setting_is_told(run: Run) -> None:
    assert wrong(run, SALESMAN_PROXIES="many") == [
        "settings: settings of core: proxies: Not a valid integer."
    ]


def test_data_folder_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()

    assert wrong(run, SALESMAN_DATA_DIR=f"{taken}")[0].startswith("data folder: [Errno ")


def test_secret_key_that_others_may_read_is_told(run: Run, tmp_path: Path) -> None:
    run("doctor")  # makes it
    file = tmp_path / "data/secret_key"
    file.chmod(0o644)

    assert wrong(run) == [f"secret key: others may read it: chmod 600 {file}"]


def test_secret_key_that_can_be_guessed_is_told(run: Run) -> None:
    assert wrong(run, SALESMAN_SECRET_KEY="sesame") == [
        "secret key: shorter than 16 characters: choose a random one"
    ]


def test_mail_server_that_cannot_be_read_is_told(run: Run) -> None:
    (told,) = wrong(run, SALESMAN_SMTP_URL="mail.example.com")

    assert told.startswith("mail: The mail server's address must look like ")


def test_sender_that_is_no_address_is_told(run: Run) -> None:
    assert wrong(run, SALESMAN_MAIL_FROM="the CRM") == ["mail: the CRM is not an email address."]


def test_mail_server_that_was_set_on_the_page_is_told(run: Run, database_url: str) -> None:
    engine = make_engine(database_url)
    values = {"owner": "core", "key": "smtp_url", "value": "smtp://mail.example.com:2525"}
    with engine.begin() as connection:
        connection.execute(table_of(Setting).insert(), values)
    engine.dispose()

    told = run("doctor", SALESMAN_SMTP_URL="smtp://old.example.com:25").stdout

    assert "ok    mail: smtp://old.example.com:25, from salesman@localhost\n" in told
    assert "ok    outgoing mail: smtp://mail.example.com:2525, from salesman@localhost\n" in told


@pytest.mark.usefixtures("taken_out")
def test_place_that_another_process_has_taken_out_is_told(run: Run) -> None:
    told = run("plugins", "doctor")

    assert "leads: taken out for a while within the last hour: client.card.panels" in told.stdout
    assert told.exit_code == 1


def test_plugins_that_there_are_not_are_told(run: Run) -> None:
    assert "settings: plugins: there is no plugin leeds, did you mean leads?" in wrong(
        run, SALESMAN_PLUGINS="leeds"
    )
    assert (
        "plugins: there is no plugin leeds"
        in run("plugins", "doctor", SALESMAN_PLUGINS="leeds").stdout
    )


def test_front_end_that_was_not_built_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)

    assert wrong(run) == ["front end: not built: make run"]


def test_database_that_does_not_answer_is_told(run: Run) -> None:
    url = "postgresql+psycopg://salesman:sesame@127.0.0.1:1/salesman"

    (told,) = wrong(run, SALESMAN_DATABASE_URL=url)

    assert told.startswith("database: not reachable: connection failed: ")
    assert "sesame" not in told


def test_database_without_tables_is_told(run: Run, tmp_path: Path) -> None:
    told = wrong(run, SALESMAN_DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")

    owners = (
        "core, analytics, calendar, catalogue, conveyor, discussions, leads, inquiries, mailing,"
        " plans, requisites,"
        " documents, invoices, unisender"
    )
    assert told[0] == f"tables: {owners}: salesman db upgrade"


@pytest.mark.turns(3, among="long")
def test_plugin_that_fails_or_is_not_well_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "installed"
    install(folder, "broken", "raise RuntimeError('no luck today')")
    install(folder, "ill", HEALTH)
    monkeypatch.syspath_prepend(str(folder))

    assert wrong(run) == [
        "plugin broken: 2.5 failed, RuntimeError: no luck today: salesman plugins doctor",
        "plugin ill, mailbox: it does not answer",
    ]


def test_plugin_that_cannot_say_how_it_is_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "installed"
    install(folder, "mute", "@hookimpl\ndef salesman_health():\n    raise RuntimeError('no')")
    monkeypatch.syspath_prepend(str(folder))

    assert wrong(run) == ["plugin mute: faults in a day: 1, see Administration, Plugins"]


def test_suspended_plugin_is_not_wrong(run: Run) -> None:
    run("plugins", "suspend", "leads")

    assert wrong(run) == []


def test_job_that_failed_for_the_last_time_is_told(run: Run, add_job: AddJob) -> None:
    add_job("dead", datetime.now(UTC))

    assert wrong(run) == ["jobs of mail: 0 wait, 0 run; 1 failed for the last time"]


def test_job_that_nobody_begins_is_told(run: Run, add_job: AddJob) -> None:
    add_job("ready", datetime.now(UTC) - timedelta(minutes=12, seconds=30))

    assert wrong(run) == [
        "jobs of mail: 1 wait, 0 run; the oldest is due for 12 minutes: does a worker run?"
    ]


def test_job_whose_time_has_not_come_is_not_wrong(run: Run, add_job: AddJob) -> None:
    add_job("ready", datetime.now(UTC) + timedelta(hours=1))

    assert wrong(run) == []
