"""How fast the built-in sender is, beside a bare loop of smtplib."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bench.goals import SENDING
from bench.sending import measured_sending
from salesman_core.testing.databases import Databases, Kind
from salesman_core.testing.postgres import absence
from salesman_core.testing.pytest_plugin import lacking

pytestmark = pytest.mark.bench


@pytest.mark.parametrize("kind", get_args(Kind))
def test_campaign_is_sent_at_least_half_as_fast_as_by_a_bare_loop(
    kind: Kind, databases: Databases, tmp_path: Path
) -> None:
    if kind == "postgresql" and (reason := absence()):
        lacking(reason)

    found = measured_sending(kind, databases, tmp_path)
    print(f"{kind}: {found}, {found.campaign / found.bare:.2f}")  # noqa: T201  # what bench is for

    assert found.campaign >= SENDING * found.bare
