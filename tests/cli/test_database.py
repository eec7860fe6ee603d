"""`salesman init` and `salesman db`, and what other commands say before them."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.cli import application
from salesman_core.cli.main import main
from salesman_core.db import make_engine
from salesman_core.plugins import migrations
from salesman_core.plugins.migrations import CORE_OWNER
from salesman_core.services.company import change_company, company
from salesman_core.testing.databases import EMPTY, Template

from .conftest import Run

pytestmark = pytest.mark.databases("sqlite")

PASSWORD = "a horse of two colours"
NEEDING_TABLES = [
    ("user", "add", "--email", "a@example.com", "--name", "A"),
    ("token", "add", "--user", "a@example.com"),
    ("access", "explain", "a@example.com", "core.deal.view", "deal:1"),
    ("plugins", "suspend", "leads"),
    ("plugins", "activate", "leads"),
    ("plugins", "purge", "leads"),
]


@pytest.fixture
def database_template() -> Template:
    return EMPTY


@pytest.fixture
def late(database_url: str) -> None:
    """A database that lacks the newest migration of the core."""
    engine = make_engine(database_url)
    migrations.upgrade(engine, CORE_OWNER, "core_0001")
    engine.dispose()


@pytest.mark.parametrize("arguments", NEEDING_TABLES, ids=lambda one: " ".join(one[:2]))
def test_command_before_init_says_what_to_run_first(run: Run, arguments: tuple[str, ...]) -> None:
    refused = run(*arguments)

    assert refused.exit_code == 1
    assert refused.output == "Error: the database has no tables yet: run `salesman init`\n"


@pytest.mark.usefixtures("late")
def test_command_on_an_old_database_says_what_to_run_first(run: Run) -> None:
    refused = run("plugins", "suspend", "leads")

    assert refused.output == "Error: the database waits for migrations: run `salesman db upgrade`\n"


@pytest.mark.usefixtures("late")
@pytest.mark.turns(3, among="long")
def test_status_says_how_far_each_owner_is_and_upgrade_brings_it_to_today(run: Run) -> None:
    newest = migrations.head(CORE_OWNER)
    before = run("db", "status").stdout.splitlines()
    assert before[0] == f"core core_0001 {newest} behind"
    assert [line.split()[:2] for line in before[1:]] == [
        ["analytics", "-"],
        ["calendar", "-"],
        ["catalogue", "-"],
        ["conveyor", "-"],
        ["discussions", "-"],
        ["leads", "-"],
        ["inquiries", "-"],
        ["mailing", "-"],
        ["plans", "-"],
        ["requisites", "-"],
        ["documents", "-"],
        ["invoices", "-"],
        ["unisender", "-"],
    ]

    assert "migrated: core" in run("db", "upgrade").stdout.splitlines()

    after = run("db", "status").stdout.splitlines()
    assert after[0] == f"core {newest} {newest} ok"
    assert {line.split()[-1] for line in after} == {"ok"}
    assert run("db", "upgrade").stdout == ""
    assert run("db", "check").exit_code == 0


@pytest.mark.turns(3, among="long")
def test_init_makes_the_administrator_once_and_says_so_the_second_time(run: Run) -> None:
    options = ("--admin-email", "a@example.com", "--admin-password", PASSWORD)
    first, second = run("init", *options), run("init", *options)

    assert first.stdout.splitlines()[-1] == "administrator: a@example.com"
    assert second.stdout == (
        "account: a@example.com was there already, nothing about it was changed\n"
    )
    assert (first.stderr, second.exit_code) == ("", 0)


def test_company_speaks_the_language_of_init_until_it_has_said_which_itself(run: Run) -> None:
    def spoken() -> str:
        with application.application().app_context():
            return company().language

    run("init", "--language", "en")
    first = spoken()
    with application.application().app_context(), acting_as(SYSTEM):
        change_company({"name": "Northern Mile", "language": "en"})
    run("init", "--language", "ru")

    assert (first, spoken()) == ("en", "en")


@pytest.mark.turns(3, among="long")
def test_init_warns_of_a_weak_password(run: Run) -> None:
    made = run("init", "--admin-email", "a@example.com", "--admin-password", "short")

    assert made.exit_code == 0
    assert made.stderr == "warning: weak password: A password has at least 10 characters.\n"


def test_error_of_the_domain_is_one_line_without_a_traceback(
    run: Run,
    environment: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("init")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["salesman", "plugins", "suspend", "nobody"])
    application.application.cache_clear()

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert capsys.readouterr().err == "There is no plugin nobody.\n"
