"""Filters that cannot be added to a list fail their plugin at start, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from salesman_sample import queries

from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State
from salesman_core.testing.application import running
from salesman_core.toolkit import ListFilter
from salesman_hookspecs import AddedFilter

GOOD = queries.FILTERS[0]
NAMED = replace(cast("ListFilter", GOOD.filter), name="pro.mised")

WRONG: list[tuple[tuple[AddedFilter, ...], str]] = [
    ((replace(GOOD, filter="promised"),), "is no ListFilter"),
    ((replace(GOOD, filter=NAMED),), "is no name of a filter"),
    ((GOOD, GOOD), "two filters of client are called promised"),
]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("added", "reason"), WRONG)
def test_mistaken_filter_fails_its_plugin_alone(
    database_url: str,
    tmp_path: Path,
    everything: Sequence[Installed],
    monkeypatch: pytest.MonkeyPatch,
    added: tuple[Any, ...],
    reason: str,
) -> None:
    monkeypatch.setattr(queries, "FILTERS", added)

    with running(database_url, tmp_path / "data", installed=everything) as app:
        host: PluginHost = app.extensions["salesman_host"]
        assert host.state("sample") is State.FAILED
        assert reason in host.plugins["sample"].reason
        assert host.state("leads") is State.ACTIVE
