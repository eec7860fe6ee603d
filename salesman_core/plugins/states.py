"""The states of a plugin, and the order in which plugins are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType

from packaging.specifiers import SpecifierSet

from salesman_core.plugins.discovery import Installed
from salesman_hookspecs import API_VERSION, Plugin


class State(StrEnum):
    """Where a plugin stands; the words are the same in every place that names them."""

    INSTALLED = "installed"
    """Its distribution is there, but the settings do not load it: it is not even imported."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Loaded, and switched off at run time."""
    FAILED = "failed"
    """It could not be imported, registered or asked for its contributions."""
    INCOMPATIBLE = "incompatible"
    """It works with other versions of the hook API."""
    MISSING_DEPENDENCY = "missing dependency"
    """A plugin that it requires is not active."""
    BEHIND = "behind"
    """It has migrations that this database has not seen: ``salesman db upgrade``."""


@dataclass(slots=True)
class Loaded:
    """What the host knows of one plugin in this process.

    :param installed: its distribution.
    :param manifest: what it says of itself, once it was imported.
    :param hooks: the module or object with its hook implementations.
    :param trouble: FAILED, INCOMPATIBLE, MISSING_DEPENDENCY or None.
    :param reason: the trouble in words.
    :param traceback: the failure's traceback, for the administrator.
    """

    installed: Installed
    manifest: Plugin | None = None
    hooks: ModuleType | object | None = None
    trouble: State | None = None
    reason: str = ""
    traceback: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """The plugin's id."""
        return self.installed.id

    def fail(self, state: State, reason: str, traceback: str = "") -> None:
        """Note why the plugin cannot be used."""
        self.trouble, self.reason, self.traceback = state, reason, traceback


def works_with_host(plugin: Plugin) -> bool:
    """Tell whether the plugin's range admits this host's hook API."""
    return SpecifierSet(plugin.api).contains(API_VERSION, prereleases=True)


def load_order(plugins: Mapping[str, Plugin]) -> list[str]:
    """Give ids so that each comes behind what it requires or wants to follow, else by id.

    A wish gives way where wishes go in a circle. Members of a circle of requirements come at the
    end, by id; the caller marks them as missing a dependency.
    """
    left = set(plugins)
    order: list[str] = []
    while able := sorted(id_ for id_ in left if left.isdisjoint(plugins[id_].requires)):
        glad = [id_ for id_ in able if left.isdisjoint(plugins[id_].after)]
        first = (glad or able)[0]
        order.append(first)
        left.remove(first)
    return order + sorted(left)


def without_missing(candidates: Iterable[Plugin], usable: frozenset[str]) -> frozenset[str]:
    """Give those of *usable* whose whole chain of requirements is usable too."""
    requires = {plugin.id: set(plugin.requires) for plugin in candidates}
    left = set(usable)
    while broken := {id_ for id_ in left if not requires.get(id_, set()) <= left}:
        left -= broken
    return frozenset(left)
