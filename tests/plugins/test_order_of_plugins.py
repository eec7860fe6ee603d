"""In which order plugins are asked."""

from __future__ import annotations

import pytest
from flask import Flask

from salesman_core.plugins.host import current_host


@pytest.mark.plugins
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("hook", ["salesman_permissions", "salesman_demo"])
def test_plugin_is_asked_behind_the_core_and_those_that_it_requires(app: Flask, hook: str) -> None:
    host = current_host()
    asked = [owner for owner, _function in host.dispatcher.implementations(hook)]

    plugins = [owner for owner in asked if owner != "core"]
    assert asked == ["core"] * asked.count("core") + plugins
    for owner in plugins:
        for required in host.manifests()[owner].requires:
            assert plugins.index(required) < plugins.index(owner)
