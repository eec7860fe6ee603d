"""The sample plugin beside everything that is installed, for tests that span distributions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app
from salesman_core.cli.database import upgrade_database
from salesman_core.db import db
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.services.company import change_company
from salesman_core.testing.databases import Template

sys.path.insert(0, str(Path(__file__).parent / "sample"))


@pytest.fixture(scope="session")
def sample() -> Installed:
    """The sample plugin, as if it were installed."""
    return Installed("sample", "1.0", "salesman_sample")


@pytest.fixture(scope="session")
def everything(sample: Installed) -> Sequence[Installed]:
    """What is installed here, and the sample plugin."""
    return [*installed_plugins(), sample]


@pytest.fixture(scope="session")
def sampled(
    everything: Sequence[Installed], tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """A database as ``salesman init`` leaves it, with the tables of the sample plugin too."""

    def fill(url: str) -> None:
        folder = str(tmp_path_factory.mktemp("sampled"))
        app = create_app({"database_url": url, "data_dir": folder}, installed=everything)
        with app.app_context(), acting_as(SYSTEM):
            upgrade_database(app)
            change_company({"name": "Test & Co", "language": "en", "zone": "Europe/Moscow"})
            db.session.remove()
            db.engine.dispose()

    return Template("sampled", fill)
