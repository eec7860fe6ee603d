"""``salesman demo`` at the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from salesman_core.access.permissions import PRESETS
from salesman_core.cli.application import application
from salesman_core.cli.demo import demo
from salesman_core.clock import now
from salesman_core.demo.accounts import PASSWORD, address
from salesman_core.testing.databases import EMPTY, Template

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture(autouse=True)
def settings(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_url: str,
    closing: Callable[[Flask], None],
) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SALESMAN_DATABASE_URL", database_url)
    monkeypatch.setenv("SALESMAN_PLUGINS", "none")
    application.cache_clear()
    yield
    closing(application())
    application.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(demo, arguments, catch_exceptions=False)


def printed_accounts(result: Result) -> list[list[str]]:
    lines = [line.split() for line in result.output.splitlines() if line.startswith("  ")]
    return [line[-2:] for line in lines]


ALL_ACCOUNTS = [[address(role), PASSWORD] for role in PRESETS]


def test_where_there_are_clients_demo_says_so_and_prints_the_accounts() -> None:
    result = run()
    assert result.exit_code == 0
    assert "there are clients already" in result.output
    assert printed_accounts(result) == ALL_ACCOUNTS


class TestWithoutTables:
    @pytest.fixture
    def database_template(self) -> Template:
        return EMPTY

    def test_demo_asks_for_init(self) -> None:
        result = run()
        assert result.exit_code == 1
        assert "salesman init" in result.output


@pytest.mark.bench
class TestWhole:
    @pytest.fixture
    def database_template(self, empty_template: Template) -> Template:
        return empty_template

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_demo_fills_an_empty_database_within_40_seconds(self, language: str) -> None:
        begun = now()
        result = run("--language", language, "--today", "2026-03-02")
        assert "400 clients, 900 deals" in result.output
        assert printed_accounts(result) == ALL_ACCOUNTS
        assert (now() - begun).total_seconds() < 40
