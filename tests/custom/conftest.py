"""Records with fields that their company has defined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from salesman_core.records.custom.service import define_field

Define = Callable[..., int]


@pytest.fixture(autouse=True)
def forms_without_proof(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let test clients post without the proof of a page: that has tests of its own."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", [])


@pytest.fixture
def define(app: Flask) -> Define:
    """Give what defines a field: of deals, of a type, called as its key where nothing is said."""

    def made(type_: str, kind: str = "deal", **values: Any) -> int:
        if type_ in {"choice", "choices"}:
            values.setdefault("options", [{"title": "Red"}, {"title": "Green"}, {"title": "Blue"}])
        key = values.pop("key", type_)
        return define_field(kind, {"type": type_, "key": key, "label": key.title(), **values})

    return made
