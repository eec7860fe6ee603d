"""What a group costs that follows a filter over two hundred thousand clients."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bench.goals import GROUP
from bench.mailing import measured_group
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("kind", get_args(Kind))
def test_group_counts_as_quickly_as_its_sql_and_is_added_in_one_statement(
    kind: Kind, databases: Databases, tmp_path: Path
) -> None:
    if kind == "postgresql" and (reason := absence()):
        lacking(reason)

    found = measured_group(kind, databases, tmp_path)
    print(f"{kind}: {found}")  # noqa: T201  # what bench is for

    assert found.members <= GROUP * found.members_bare
    assert found.counted <= GROUP * found.counted_bare
    assert found.inserts == 1
