"""A plugin ships specifications of hooks; others implement them and need not have it installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost
from salesman_core.plugins.states import State

from .conftest import Host, Write

SPECIFICATIONS = """
from collections.abc import Iterable, Mapping
from typing import Any
from salesman_hookspecs import Phase, Policy, hookspec

@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_{owner}_colours() -> Iterable[Mapping[str, Any]]:
    ...

@hookspec(policy=Policy.COLLECT, phase=Phase.REQUEST, since="0.1")
def salesman_{owner}_mixed(colour: str) -> str | None:
    ...
"""

COLOURS = """
@hookimpl(optionalhook=True)
def salesman_paint_colours():
    return [{"name": "red"}]
@hookimpl(optionalhook=True)
def salesman_paint_mixed(colour):
    return colour + " and more red"
"""

Ship = Callable[..., Installed]


@pytest.fixture
def ship(write_plugin: Write, tmp_path: Path) -> Ship:
    """Give what writes a plugin that ships specifications."""

    def ship(id_: str, specifications: str = SPECIFICATIONS, hooks: str = "") -> Installed:
        installed = write_plugin(id_, hooks)
        module = tmp_path / "installed" / installed.module / "hookspecs.py"
        module.write_text(specifications.replace("{owner}", id_))
        importlib.invalidate_caches()
        return installed

    return ship


def of(host: PluginHost, owner: str) -> dict[str, Callable[..., Any]]:
    return {
        one.__name__: one
        for one in host.specifications()
        if one.__name__.startswith(f"salesman_{owner}_")
    }


def test_implementation_is_asked_at_start_and_called_whoever_comes_first(
    ship: Ship, write_plugin: Write, host_of: Host
) -> None:
    host = host_of(write_plugin("artist", COLOURS), ship("paint"), write_plugin("zebra", COLOURS))

    specifications = of(host, "paint")
    colours = host.contributions(specifications["salesman_paint_colours"])
    mixed = host.call(specifications["salesman_paint_mixed"], colour="blue")

    assert [(one.owner, one.value) for one in colours] == [
        ("artist", {"name": "red"}),
        ("zebra", {"name": "red"}),
    ]
    assert [one.value for one in mixed] == ["blue and more red"] * 2


def test_implementation_does_no_harm_where_the_owner_of_the_hook_is_absent(
    write_plugin: Write, host_of: Host
) -> None:
    host = host_of(write_plugin("artist", COLOURS))

    assert host.state("artist") is State.ACTIVE
    assert of(host, "paint") == {}


def test_implementation_with_arguments_that_there_are_not_fails_its_own_plugin_alone(
    ship: Ship, write_plugin: Write, host_of: Host
) -> None:
    wrong = "@hookimpl(optionalhook=True)\ndef salesman_paint_mixed(taste): return taste"
    host = host_of(write_plugin("artist", wrong), ship("paint"))

    assert (host.state("artist"), host.state("paint")) == (State.FAILED, State.ACTIVE)
    assert "taste" in host.plugins["artist"].reason


@pytest.mark.parametrize(
    ("specifications", "reason"),
    [
        (SPECIFICATIONS.replace("{owner}", "other"), "must begin with salesman_paint_"),
        ("raise RuntimeError('no luck')", "no luck"),
        ("", "did not find any"),
    ],
)
def test_plugin_with_specifications_that_cannot_be_is_failed_and_asks_nobody(
    ship: Ship, write_plugin: Write, host_of: Host, specifications: str, reason: str
) -> None:
    host = host_of(ship("paint", specifications), write_plugin("artist", COLOURS))

    assert (host.state("paint"), host.state("artist")) == (State.FAILED, State.ACTIVE)
    assert reason.lower() in host.plugins["paint"].reason.lower()
    assert of(host, "paint") == {}


def test_plugin_that_failed_later_takes_its_hooks_along(
    ship: Ship, write_plugin: Write, host_of: Host
) -> None:
    broken = "@hookimpl\ndef salesman_permissions(): raise ValueError('broken')"
    host = host_of(ship("paint", hooks=broken), write_plugin("artist", COLOURS))

    assert host.state("paint") is State.FAILED
    assert of(host, "paint") == {}
