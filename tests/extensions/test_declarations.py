"""Declarations that cannot be kept fail their plugin at start, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from salesman_sample import habits
from salesman_sample.models import Habits, Thanks

from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State
from salesman_core.testing.application import running
from salesman_core.toolkit import Client, Integer, Text
from salesman_hookspecs import ExtensionField, RecordExtension

GOOD = habits.EXTENSIONS[0]
NICKNAME = ExtensionField("nickname", "Nickname", Text(100))


def of(*fields: ExtensionField, model: type[Any] = Habits) -> RecordExtension:
    return RecordExtension("client", "Habits", model, fields)


WRONG: list[tuple[tuple[RecordExtension, ...], str]] = [
    ((replace(GOOD, kind="lead"),), "are not extended"),
    ((of(NICKNAME, model=Client),), "must begin with 'sample'"),
    ((replace(GOOD, kind="deal"),), "must refer to core_deal.id"),
    ((of(ExtensionField("shoe_size", "Size", Text(5))),), "has no column shoe_size"),
    ((of(replace(NICKNAME, name="nick__name")),), "is no name of a field"),
    ((of(replace(NICKNAME, field=Integer())),), "is judged by none of"),
    ((of(replace(NICKNAME, field="text")),), "is judged by none of"),
    ((of(NICKNAME, NICKNAME),), "two fields have one name"),
    ((GOOD, GOOD), "two extensions of one kind of record"),
    ((of(replace(NICKNAME, name="times", searched=True), model=Thanks),), "no column search_text"),
]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("declared", "reason"), WRONG)
def test_mistaken_declaration_fails_its_plugin_alone(
    database_url: str,
    tmp_path: Path,
    everything: Sequence[Installed],
    monkeypatch: pytest.MonkeyPatch,
    declared: tuple[RecordExtension, ...],
    reason: str,
) -> None:
    monkeypatch.setattr(habits, "EXTENSIONS", declared)

    with running(database_url, tmp_path / "data", installed=everything) as app:
        host: PluginHost = app.extensions["salesman_host"]
        assert host.state("sample") is State.FAILED
        assert reason in host.plugins["sample"].reason
        assert host.state("leads") is State.ACTIVE
