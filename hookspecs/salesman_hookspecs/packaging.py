"""What a plugin's distribution needs when it is built: its translations compiled.

A plugin names the build hook in its pyproject.toml, and needs no build script of its own:

    [build-system]
    requires = ["hatchling>=1.27", "salesman-hookspecs[build]"]
    build-backend = "hatchling.build"

    [tool.hatch.build.hooks.salesman]

Every `translations/<language>/LC_MESSAGES/<domain>.po` in the distribution is compiled to the `.mo`
beside it, which goes into the wheel. While one works on the translations,
`python -m salesman_hookspecs.packaging FOLDER …` does the same for the given folders.

This module alone of the package needs the extra `build`; nothing imports it at run time.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

__all__ = ["TranslationsHook", "compile_translations"]

_CATALOGUES = "translations/*/LC_MESSAGES/*.po"
_NEVER_ENTERED = frozenset({"node_modules", "build", "dist", "__pycache__"})


class TranslationsHook(BuildHookInterface[Any]):
    """Compiles the translations of a distribution before hatchling collects its files."""

    PLUGIN_NAME = "salesman"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile what is missing or stale, and add it to the archive although git ignores it.

        Args:
            version: hatchling's word for the kind of build, "standard" or "editable".
            build_data: hatchling's description of the archive; `artifacts` gets each catalogue.
        """
        root = Path(self.root)
        for compiled in compile_translations(root):
            build_data["artifacts"].append("/" + compiled.relative_to(root).as_posix())


@hookimpl
def hatch_register_build_hook() -> type[TranslationsHook]:
    """Give hatchling the hook, which it finds by the entry point in the group `hatch`."""
    return TranslationsHook


def compile_translations(folder: Path) -> list[Path]:
    """Compile every catalogue below a folder whose `.mo` is missing or older than its `.po`.

    Args:
        folder: a distribution's root, or any folder above its packages.

    Returns:
        The paths of all `.mo` files that belong to a `.po`, fresh ones included, sorted.

    Raises:
        babel.messages.pofile.PoFileError: a catalogue is not well-formed; the message
            names the line.
    """
    catalogues = sorted(_catalogues(folder))
    for catalogue in catalogues:
        if _is_stale(catalogue):
            _compile(catalogue)
    return [catalogue.with_suffix(".mo") for catalogue in catalogues]


def _catalogues(folder: Path) -> Iterator[Path]:
    for parent, names, _files in os.walk(folder):
        names[:] = [name for name in names if name not in _NEVER_ENTERED and name[0] != "."]
        if "translations" in names:
            yield from Path(parent).glob(_CATALOGUES)


def _is_stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime <= catalogue.stat().st_mtime


def _compile(catalogue: Path) -> None:
    language = catalogue.parent.parent.name
    with catalogue.open("rb") as source:
        messages = read_po(source, locale=language, abort_invalid=True)
    # A process that reads the old catalogue at this moment must not find half of the new one.
    target = catalogue.with_suffix(f".{os.getpid()}")
    with target.open("wb") as unfinished:
        write_mo(unfinished, messages)
    target.replace(catalogue.with_suffix(".mo"))


def main() -> None:
    """Compile the translations below each folder named on the command line."""
    for folder in sys.argv[1:]:
        compile_translations(Path(folder))


if __name__ == "__main__":
    main()
