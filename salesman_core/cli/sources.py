"""The files that make a server what it is, for authors who change them while it runs."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from salesman_core.plugins.discovery import installed_plugins

SUFFIXES: Final = frozenset({".py", ".html", ".txt", ".po", ".css", ".js", ".toml"})
_NEVER_ENTERED: Final = frozenset({"__pycache__", "node_modules", "frontend", "tests"})


class Sources:
    """The files with a telling suffix below some folders, and when each was changed.

    :param files: single files beside them, which may come and go.
    """

    def __init__(self, folders: Iterable[Path], files: Iterable[Path] = ()) -> None:
        self._folders, self._files = list(folders), list(files)
        self._seen = self._moments()

    def changed(self) -> Sequence[Path]:
        """Give what was changed, added or removed since the last time."""
        before, self._seen = self._seen, self._moments()
        either = before.keys() | self._seen.keys()
        return sorted(file for file in either if before.get(file) != self._seen.get(file))

    def _moments(self) -> dict[Path, int]:
        found = {}
        for file in self.files():
            try:
                found[file] = file.stat().st_mtime_ns
            except FileNotFoundError:  # an editor replaces a file by removing it first
                continue
        return found

    def files(self) -> Iterator[Path]:
        """Give all of them, those too that may not be there."""
        yield from self._files
        for folder in self._folders:
            for where, names, files in os.walk(folder):
                names[:] = [name for name in names if name not in _NEVER_ENTERED]
                here = Path(where)
                yield from (here / file for file in files if Path(file).suffix in SUFFIXES)


def sources_here() -> Sources:
    """Give the sources of the core, of each installed plugin, and the settings."""
    own = [importlib.util.find_spec(name) for name in ("salesman_core", "salesman_hookspecs")]
    folders = [Path(one.origin).parent for one in own if one is not None and one.origin]
    plugins = [one.folder for one in installed_plugins()]
    return Sources([*folders, *filter(None, plugins)], [Path("salesman.toml").absolute()])


def compile_catalogue(file: Path) -> None:
    """Compile the catalogues beside a ``.po`` whose ``.mo`` is older.

    :raises ModuleNotFoundError: without the extra ``build`` of ``salesman-hookspecs``, which every
        author has who installs a plugin in place.
    """
    from salesman_hookspecs.packaging import compile_translations  # noqa: PLC0415  # as said above

    compile_translations(file.parents[3])
