"""Which plugins are installed, found without importing any of them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from salesman_hookspecs import ManifestError, Plugin

ENTRY_POINT_GROUP: Final = "salesman.plugins"

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin's distribution on this machine.

    :param id: the entry point's name.
    :param version: the distribution's version.
    :param module: the module that holds ``plugin``, not imported yet.
    :param entry: the entry point, or None for a plugin given directly (tests).
    """

    id: str
    version: str
    module: str
    entry: EntryPoint | None = None

    @property
    def folder(self) -> Path | None:
        """The package's folder, or None where the module cannot be found."""
        try:
            found = importlib.util.find_spec(self.module)
        except (ImportError, ValueError):
            return None
        if found is None or found.origin is None:
            return None
        return Path(found.origin).parent

    @property
    def migrations(self) -> Path | None:
        """The folder of the plugin's Alembic revisions, or None where it keeps no tables."""
        folder = self.folder
        if folder is None or not (folder / "migrations").is_dir():
            return None
        return folder / "migrations"

    def manifest(self) -> Plugin:
        """Import the module and give the manifest in it.

        :raises ManifestError: where there is none, or its id is not the entry point's name.
        """
        module = importlib.import_module(self.module)
        plugin = getattr(module, "plugin", None)
        if not isinstance(plugin, Plugin):
            message = f"{self.module} has no `plugin = Plugin(...)`"
            raise ManifestError(message)
        if plugin.id != self.id:
            message = f"the entry point is called {self.id!r}, the manifest says {plugin.id!r}"
            raise ManifestError(message)
        return plugin


def installed_plugins() -> list[Installed]:
    """Give what is installed, by id; a name that two distributions claim appears twice."""
    found = [
        Installed(
            id=entry.name,
            version=entry.dist.version if entry.dist else "0",
            module=entry.module,
            entry=entry,
        )
        for entry in entry_points(group=ENTRY_POINT_GROUP)
    ]
    return sorted(found, key=lambda plugin: (plugin.id, plugin.module))


def needed_by(installed: Sequence[Installed]) -> dict[str, tuple[str, ...]]:
    """Give by id the plugins that each needs, as its distribution says, without importing any."""
    named = {
        _canonical(one.entry.dist.name): one.id
        for one in installed
        if one.entry is not None and one.entry.dist is not None
    }
    return {one.id: _needed(one, named) for one in installed}


def _needed(plugin: Installed, named: dict[str, str]) -> tuple[str, ...]:
    dist = plugin.entry.dist if plugin.entry is not None else None
    said = [] if dist is None else dist.requires or []
    names = {_canonical(found[0]) for one in said if (found := _NAME.match(one))}
    return tuple(sorted({named[name] for name in names if name in named} - {plugin.id}))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
