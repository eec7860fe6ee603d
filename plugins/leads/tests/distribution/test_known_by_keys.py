"""A lead goes first to the owner of a client that shares a key with it which a plugin gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake
from salesman_leads.distribution.queries import decisions_of

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.testing.application import running
from salesman_core.testing.people import Make
from salesman_core.toolkit import Client, reading
from salesman_hookspecs import DuplicateKey, Plugin, hookimpl

RuleOf = Callable[..., int]


@hookimpl
def salesman_duplicate_keys() -> Sequence[DuplicateKey]:
    """Take clients for one that are called the same."""
    key = sa.func.lower(Client.name).label("key")
    named = sa.select(Client.id.label("record_id"), key, Client.name.label("shown"))
    return [DuplicateKey("name", "client", "name", lambda: named, lambda typed: [typed["name"]])]


@pytest.fixture
def app(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application with a plugin that gives a key of clients."""
    package, hooks = ModuleType("plugin_of_test_names"), ModuleType("plugin_of_test_names.hooks")
    package.__path__ = []
    package.plugin = Plugin(id="names", title="Names", api=">=0.1,<1")  # type: ignore[attr-defined]
    hooks.salesman_duplicate_keys = salesman_duplicate_keys  # type: ignore[attr-defined]
    for module in package, hooks:
        monkeypatch.setitem(sys.modules, module.__name__, module)
    installed = [*installed_plugins(), Installed("names", "1.0", package.__name__)]
    with running(database_url, tmp_path / "data", installed=installed) as app, acting_as(SYSTEM):
        yield app


def dealt(**values: object) -> tuple[int | None, str, int | None]:
    """Take a lead in; give who got it, how, and as which client."""
    lead_id = intake.create_lead(values)
    (decision,) = decisions_of(reading(), lead_id)
    return decision.owner_id, decision.method, decision.client_id


def test_owner_of_a_client_with_the_same_key_goes_before_all_rules(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    client = make.client(name="boilers", owner_id=sellers[2])
    rule_of("in_turn", sellers[0])

    assert dealt(company="boilers") == (sellers[2], "known", client)
    assert dealt(company="kettles") == (sellers[0], "in_turn", None)


def test_client_with_the_same_phone_goes_before_one_with_the_same_key(
    rule_of: RuleOf, sellers: list[int], make: Make
) -> None:
    make.client(name="boilers", owner_id=sellers[2])
    reached = make.client(name="pipes", owner_id=sellers[1], phones=["+7 916 123-45-67"])
    rule_of("in_turn", sellers[0])

    known = dealt(company="boilers", phones=["8 (916) 1234567"])

    assert known == (sellers[1], "known", reached)
