"""Loading plugins one by one: what fails keeps its reason and stops nobody else."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from salesman_core.config import Settings, load_settings
from salesman_core.errors import PluginError
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State
from salesman_hookspecs.access import salesman_permissions
from salesman_hookspecs.web import salesman_nav_items

from .conftest import Host, Write

ONE_ITEM = """
    @hookimpl
    def salesman_nav_items():
        return [NavItem("{id}", "{id}", "x.y", "sale", "note", order={order})]
"""


def titles(host: PluginHost) -> list[str]:
    return [str(one.value.title) for one in host.contributions(salesman_nav_items)]


def test_plugin_that_works_is_active(write_plugin: Write, host_of: Host) -> None:
    host = host_of(write_plugin("notes", ONE_ITEM.format(id="notes", order=1)))

    assert host.state("notes") is State.ACTIVE
    assert titles(host) == ["notes"]


@pytest.mark.parametrize(
    ("hooks", "manifest", "state", "reason"),
    [
        ("raise RuntimeError('no luck')", "", State.FAILED, "RuntimeError: no luck"),
        ("raise SystemExit(3)", "", State.FAILED, "SystemExit: 3"),
        ("import nothing_of_this_name", "", State.FAILED, "No module named"),
        ("", 'api=">=7"', State.INCOMPATIBLE, "works with hook API >=7"),
        ("", 'api="not a range"', State.FAILED, "InvalidSpecifier"),
        (
            "",
            'api=">=0.1", requires=("absent",)',
            State.MISSING_DEPENDENCY,
            "requires absent",
        ),
        (
            "@hookimpl\ndef salesman_nonsense(): return []",
            "",
            State.FAILED,
            "there is no hook salesman_nonsense",
        ),
        (
            "@hookimpl\ndef salesman_permissions(): raise ValueError('broken')",
            "",
            State.FAILED,
            "ValueError: broken",
        ),
        (
            "@hookimpl\ndef salesman_permissions(): return ['a string']",
            "",
            State.FAILED,
            "must give Permission values, not str",
        ),
    ],
)
def test_plugin_that_cannot_work_says_why_and_stops_no_other(
    write_plugin: Write, host_of: Host, hooks: str, manifest: str, state: State, reason: str
) -> None:
    broken = write_plugin("broken", hooks, manifest=manifest)
    sound = write_plugin("sound", ONE_ITEM.format(id="sound", order=1))

    host = host_of(broken, sound)

    assert (host.state("broken"), host.state("sound")) == (state, State.ACTIVE)
    assert reason in host.plugins["broken"].reason
    assert titles(host) == ["sound"]


def test_failed_plugin_keeps_its_traceback(write_plugin: Write, host_of: Host) -> None:
    host = host_of(write_plugin("broken", "def f():\n    return 1 / 0\nf()"))

    assert "return 1 / 0" in host.plugins["broken"].traceback


def test_failing_collect_hook_loses_only_its_own_contribution(
    write_plugin: Write, host_of: Host
) -> None:
    hooks = """
        @hookimpl
        def salesman_nav_items():
            raise RuntimeError
        @hookimpl
        def salesman_permissions():
            return [Permission("half.record.view", "See")]
    """
    host = host_of(write_plugin("half", hooks))

    assert host.state("half") is State.ACTIVE
    assert titles(host) == []
    assert [one.value.name for one in host.contributions(salesman_permissions)] == [
        "half.record.view"
    ]
    assert host.dispatcher.faults.pending()


def test_plugin_left_out_of_the_settings_is_not_even_imported(
    write_plugin: Write, host_of: Host, tmp_path: Path
) -> None:
    settings = load_settings({"data_dir": str(tmp_path), "plugins": ["sound"]}, environ={})
    sound, other = write_plugin("sound"), write_plugin("other", "raise RuntimeError")

    host = host_of(sound, other, settings=settings)

    assert host.state("other") is State.INSTALLED
    assert "plugin_other" not in sys.modules


def test_two_distributions_that_claim_one_id_both_stay_out(
    write_plugin: Write, host_of: Host
) -> None:
    first = write_plugin("twin", ONE_ITEM.format(id="a", order=1))
    second = write_plugin("twin", ONE_ITEM.format(id="b", order=1), module="plugin_twin_b")

    host = host_of(first, second)

    assert host.state("twin") is State.FAILED
    assert "two distributions claim the id" in host.plugins["twin"].reason
    assert titles(host) == []


def test_settings_may_ask_to_fail_instead_of_skipping(
    write_plugin: Write, host_of: Host, tmp_path: Path
) -> None:
    settings = load_settings({"data_dir": str(tmp_path), "on_error": "fail"}, environ={})

    with pytest.raises(PluginError, match="plugin broken is failed: RuntimeError: no luck"):
        host_of(write_plugin("broken", "raise RuntimeError('no luck')"), settings=settings)


def test_order_follows_requirements_then_wishes_then_ids(
    write_plugin: Write, host_of: Host
) -> None:
    plugins = [
        write_plugin("alpha", manifest='api=">=0.1", requires=("zeta",)'),
        write_plugin("beta", manifest='api=">=0.1", after=("gamma",)'),
        write_plugin("gamma"),
        write_plugin("zeta"),
    ]

    assert host_of(*plugins).order == ["gamma", "beta", "zeta", "alpha"]


def test_contributions_stand_in_the_same_order_whatever_was_installed_first(
    write_plugin: Write, settings: Settings
) -> None:
    plugins = [
        write_plugin(id_, ONE_ITEM.format(id=id_, order=order))
        for id_, order in (("aa", 3), ("bb", 1), ("cc", 1), ("dd", 2))
    ]
    for seed in range(8):
        random.Random(seed).shuffle(plugins)
        host = PluginHost(settings)
        host.load(plugins)
        host.boot()

        assert titles(host) == ["bb", "cc", "dd", "aa"]


def test_suspended_plugin_takes_those_with_it_that_require_it(
    write_plugin: Write, host_of: Host
) -> None:
    base = write_plugin("base", ONE_ITEM.format(id="base", order=1))
    upper = write_plugin(
        "upper", ONE_ITEM.format(id="upper", order=2), manifest='api=">=0.1", requires=("base",)'
    )
    host = host_of(base, upper)

    host.set_switches(suspended=["base"], behind=[])

    assert titles(host) == []
    assert (host.state("base"), host.state("upper")) == (
        State.SUSPENDED,
        State.MISSING_DEPENDENCY,
    )
    host.set_switches(suspended=[], behind=[])
    assert titles(host) == ["base", "upper"]


def test_plugin_with_migrations_to_run_is_behind(write_plugin: Write, host_of: Host) -> None:
    host = host_of(write_plugin("notes", ONE_ITEM.format(id="notes", order=1)))

    host.set_switches(suspended=[], behind=["notes"])

    assert host.state("notes") is State.BEHIND
    assert titles(host) == []
