"""How many leads come in by the batch API within a second."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bench.goals import LEADS_TAKEN
from bench.leads import measured_leads
from bench.report import Report
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("kind", get_args(Kind))
def test_batch_of_leads_keeps_its_goal(
    kind: Kind, databases: Databases, tmp_path: Path, report: Report
) -> None:
    if kind == "postgresql" and (reason := absence()):
        lacking(reason)

    report.leads[kind] = found = measured_leads(kind, databases, tmp_path)

    assert found.a_second >= LEADS_TAKEN
