"""Plugins that are written for a test and installed into a folder of its own."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesman_core.config import Settings, load_settings
from salesman_core.plugins.discovery import Installed
from salesman_core.plugins.host import PluginHost

Write = Callable[..., Installed]
Host = Callable[..., PluginHost]


@pytest.fixture
def write_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Give a function that writes a plugin's package and says that it is installed."""
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    written: list[str] = []

    def write(
        id_: str, hooks: str = "", *, manifest: str = "", module: str | None = None
    ) -> Installed:
        name = module or f"plugin_{id_}"
        package = folder / name
        package.mkdir()
        arguments = manifest or 'api=">=0.1,<1"'
        (package / "__init__.py").write_text(
            "from salesman_hookspecs import Plugin\n"
            f'plugin = Plugin(id="{id_}", title="{id_.title()}", {arguments})\n'
        )
        head = "from salesman_hookspecs import *\nfrom salesman_hookspecs import hookimpl\n"
        (package / "hooks.py").write_text(head + textwrap.dedent(hooks))
        importlib.invalidate_caches()
        written.append(name)
        return Installed(id=id_, version="1.0", module=name)

    yield write
    for name in written:
        for module in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
            del sys.modules[module]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings that load every plugin."""
    return load_settings({"data_dir": str(tmp_path / "var")}, environ={})


@pytest.fixture
def host_of(settings: Settings) -> Host:
    """Give a function that loads plugins into a host and asks them what they contribute."""

    def host_of(*installed: Installed, settings: Settings = settings) -> PluginHost:
        host = PluginHost(settings)
        host.load(installed)
        host.boot()
        return host

    return host_of
