"""Settings that name what there is not: a typing error is told, not passed over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from salesman_core.app import kept_secret
from salesman_core.config import load_settings
from salesman_core.errors import ConfigurationError
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import load_order
from salesman_hookspecs import Plugin

Write = Callable[..., Installed]


def test_mistyped_variable_names_the_setting_that_was_meant() -> None:
    with pytest.raises(ConfigurationError, match=r"SALESMAN_DATABSE_URL.*SALESMAN_DATABASE_URL\?"):
        load_settings(environ={"SALESMAN_DATABSE_URL": "sqlite://"})


def test_variables_of_tools_are_none_of_ours() -> None:
    load_settings(environ={"SALESMAN_NODE": "/usr/bin/node", "SALESMAN_PICTURES": "1"})


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"SALESMAN_PLUGINS": "leeds"}, "plugins: there is no plugin leeds, did you mean leads?"),
        (
            {"SALESMAN_LEEDS__HOURS": "2"},
            "settings of leeds: there is no such plugin, did you mean leads?",
        ),
        ({"SALESMAN_PLUGINS": "*,telephony"}, "plugins: there is no plugin telephony"),
    ],
)
def test_plugin_that_there_is_not_is_told_and_fails_where_it_must(
    write_plugin: Write, environ: Mapping[str, str], complaint: str
) -> None:
    leads = write_plugin("leads")
    host = PluginHost(load_settings(environ=environ))
    host.load([leads])
    assert host.mistaken_settings == (complaint,)

    strict = PluginHost(load_settings({"on_error": "fail"}, environ=environ))
    with pytest.raises(ConfigurationError) as refused:
        strict.load([leads])
    assert str(refused.value) == complaint


def test_wishes_that_go_in_a_circle_hold_up_no_requirement() -> None:
    plugins = [
        Plugin(id="zebra", title="Z", api=">=0.1", after=("yak",)),
        Plugin(id="yak", title="Y", api=">=0.1", after=("zebra",)),
        Plugin(id="ant", title="A", api=">=0.1", requires=("zebra",)),
    ]

    assert load_order({plugin.id: plugin for plugin in plugins}) == ["yak", "zebra", "ant"]


def test_processes_that_start_together_share_one_secret_key(tmp_path: Path) -> None:
    for attempt in range(20):
        together, file = threading.Barrier(8), tmp_path / f"secret_{attempt}"
        read: list[str] = []

        def start(file: Path = file, together: threading.Barrier = together) -> None:
            together.wait()
            read.append(kept_secret(file))  # noqa: B023  # read before the next attempt

        threads = [threading.Thread(target=start) for _process in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(read) == 8
        assert len(set(read)) == 1
        assert len(read[0]) > 40
        assert file.stat().st_mode & 0o077 == 0
    assert len(list(tmp_path.iterdir())) == 20
