"""Records with people around them, and plugins that tell stories."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from salesman_core.db import db
from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.clock import FrozenClock
from salesman_hookspecs import Plugin, TimelineSource, hookimpl

Telling = Callable[..., Flask]


@pytest.fixture(autouse=True)
def forms_without_proof(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", [])


@pytest.fixture
def telling(
    database_url: str, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Telling]:
    """Give what runs an application with a plugin ``tales`` that has these timeline sources."""
    entered = []

    def run(*sources: TimelineSource) -> Flask:
        _install(monkeypatch, sources)
        plugin = Installed("tales", "1.0", "plugin_of_test_tales")
        block = running(database_url, tmp_path / "data", installed=[plugin], clock=clock)
        entered.append(block)
        return block.__enter__()

    yield run
    for block in entered:
        db.session.remove()
        block.__exit__(None, None, None)


def _install(monkeypatch: pytest.MonkeyPatch, sources: Sequence[TimelineSource]) -> None:
    @hookimpl
    def salesman_timeline_sources() -> Sequence[TimelineSource]:
        return sources

    package = ModuleType("plugin_of_test_tales")
    package.__path__ = []
    package.plugin = Plugin(id="tales", title="Tales", api=">=0.1,<1")  # type: ignore[attr-defined]
    hooks = ModuleType("plugin_of_test_tales.hooks")
    hooks.salesman_timeline_sources = salesman_timeline_sources  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "plugin_of_test_tales", package)
    monkeypatch.setitem(sys.modules, "plugin_of_test_tales.hooks", hooks)
