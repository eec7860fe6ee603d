"""Keys of plugins by which doubles are found, where the plugin fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.clients.similar import similar_clients
from salesman_core.db import reading
from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.people import Make
from salesman_hookspecs import DuplicateKey, Plugin, hookimpl


def fails() -> Any:
    message = "no keys today"
    raise ValueError(message)


def bad_sql() -> Any:
    nothing = [sa.literal_column("nothing").label(name) for name in ("record_id", "key", "shown")]
    return sa.select(*nothing)


@pytest.fixture(params=[fails, bad_sql])
def broken(
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """An application with a plugin whose key fails."""

    @hookimpl
    def salesman_duplicate_keys() -> Sequence[DuplicateKey]:
        return [DuplicateKey("key", "client", "broken", request.param, lambda _typed: ["x"])]

    package = ModuleType("plugin_of_test_keys")
    package.__path__ = []
    package.plugin = Plugin(id="keys", title="Keys", api=">=0.1,<1")  # type: ignore[attr-defined]
    hooks = ModuleType("plugin_of_test_keys.hooks")
    hooks.salesman_duplicate_keys = salesman_duplicate_keys  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "plugin_of_test_keys", package)
    monkeypatch.setitem(sys.modules, "plugin_of_test_keys.hooks", hooks)
    installed = [Installed("keys", "1.0", "plugin_of_test_keys")]
    with running(database_url, tmp_path / "data", installed=installed) as app, acting_as(SYSTEM):
        yield app


def test_key_that_fails_is_noted_and_the_others_are_asked(broken: Flask) -> None:
    client = Make(broken).client(name="Severstal", phones=["8 800 555 35 35"])
    found = similar_clients(reading(), {"name": "Северсталь", "phones": ["88005553535"]})
    assert [(one.id, len(one.reasons)) for one in found] == [(client, 2)]
    assert broken.extensions["salesman_host"].dispatcher.faults.pending()
