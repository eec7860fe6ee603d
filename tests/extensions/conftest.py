"""An application with the sample plugin beside everything that is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask

from salesman_core.plugins.discovery import Installed
from salesman_core.testing.application import running
from salesman_core.testing.databases import Template


@pytest.fixture
def database_template(sampled: Template) -> Template:
    return sampled


@pytest.fixture
def app(database_url: str, tmp_path: Path, everything: Sequence[Installed]) -> Iterator[Flask]:
    with running(database_url, tmp_path / "data", installed=everything, lasting=True) as app:
        yield app


@pytest.fixture(autouse=True)
def forms_without_proof(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", [])
