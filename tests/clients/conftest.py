"""Pages of clients, asked for as a browser does."""

from __future__ import annotations

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def forms_without_proof(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", [])
