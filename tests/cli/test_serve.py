"""`salesman serve` says in a line what keeps it from serving."""

from __future__ import annotations

import socket

import pytest

from salesman_core.errors import ConfigurationError

from .conftest import Run

pytestmark = pytest.mark.databases("sqlite")

MAIL_SERVER = (
    "settings of core: smtp_url: The mail server's address must look like "
    "smtp://user:password@host:587, starttls://… or smtps://…"
)


def test_sqlite_is_not_served_by_several_processes(run: Run) -> None:
    result = run("serve", "--port", "0", "--processes", "2")

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: an SQLite database is served by one process: set database_url to PostgreSQL\n"
    )


def test_sources_are_not_followed_by_several_processes(run: Run) -> None:
    result = run("serve", "--reload", "--processes", "2")

    assert result.exit_code == 2
    assert "--reload serves by one process: leave --processes out" in result.stderr


def test_address_that_is_taken_is_told(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", f"{port}")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: cannot listen at 127.0.0.1, port {port}: Address")


def test_host_that_there_is_not_is_told(run: Run) -> None:
    result = run("serve", "--host", "nowhere.invalid")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: cannot listen at nowhere.invalid, port 8000: ")


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://host:mail", "smtp://"]
)
def test_mail_server_that_cannot_be_read_is_told_at_the_start(run: Run, url: str) -> None:
    result = run("serve", "--port", "0", SALESMAN_SMTP_URL=url)

    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception) == MAIL_SERVER


def test_mail_server_that_cannot_be_read_keeps_its_password_to_itself(run: Run) -> None:
    result = run("serve", "--port", "0", SALESMAN_SMTP_URL="smtp://anna:sesame@host:mail")

    assert "sesame" not in str(result.exception)
