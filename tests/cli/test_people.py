"""`salesman user add`, `salesman token add` and `salesman access explain`."""

from __future__ import annotations

import pytest

from .conftest import Run

pytestmark = pytest.mark.databases("sqlite")

ANNA = ("--email", "anna@example.com", "--name", "Anna Petrova")


def test_added_user_is_told_by_their_number_and_has_the_role(run: Run) -> None:
    added = run("user", "add", *ANNA, "--role", "seller")

    assert (added.exit_code, added.stdout) == (0, "1\n")
    told = run("access", "explain", "anna@example.com", "core.deal.edit", "user:1")
    assert "“Change and move deals” is about records of the kind deal" in str(told.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((*ANNA, "--role", "seler"), "There is no such role among these: seler."),
        (("--email", "anna", "--name", "Anna"), "This user cannot be like this."),
        ((*ANNA, "--password", "short"), "A password has at least 10 characters."),
    ],
)
def test_user_who_cannot_be_is_refused(run: Run, options: tuple[str, ...], message: str) -> None:
    refused = run("user", "add", *options)

    assert refused.exit_code == 1
    assert str(refused.exception) == message


def test_token_of_nobody_is_refused(run: Run) -> None:
    refused = run("token", "add", "--user", "nobody@example.com")

    assert str(refused.exception) == "There is no user with the address nobody@example.com."


def test_explanation_says_no_and_why(run: Run) -> None:
    run("user", "add", *ANNA, "--role", "seller")

    told = run("access", "explain", "anna@example.com", "core.deal.edit", "deal:5")

    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "no: core.deal.edit deal:5",
        "  There is no record deal:5.",
    ]


def test_explanation_says_yes_and_why(run: Run) -> None:
    run("init", "--admin-email", "anna@example.com", "--admin-password", "a horse of two colours")

    told = run("access", "explain", "anna@example.com", "core.user.view", "user:1")

    assert told.stdout.splitlines() == [
        "yes: core.user.view user:1",
        "  The role Administrator may do everything.",
        "  Reached because the reach is: all.",
    ]
