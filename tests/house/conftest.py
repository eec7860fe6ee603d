"""The contract as it stands: what there is to document, to use and to test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from salesman_core.app import create_app

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application of everything that is installed, without a database."""
    folder = str(tmp_path_factory.mktemp("built"))
    app = create_app({"data_dir": folder, "secret_key": "of a test"})
    with app.app_context():
        yield app
