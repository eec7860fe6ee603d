"""How many rows of a file come in within a second."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bench.goals import IMPORTED
from bench.importing import FILE, measured_import
from bench.report import Report
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("kind", get_args(Kind))
def test_import_keeps_its_goal(
    kind: Kind, databases: Databases, tmp_path: Path, report: Report
) -> None:
    if not FILE.is_file():
        lacking("the folder ../shared/data with real files is missing")
    if kind == "postgresql" and (reason := absence()):
        lacking(reason)

    report.imports[kind] = found = measured_import(kind, databases, tmp_path)

    assert found.a_second >= IMPORTED
