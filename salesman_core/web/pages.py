"""The pages of the core's domains and of plugins, put on the application."""

from __future__ import annotations

from flask import Blueprint, Flask

from salesman_core.i18n import CORE
from salesman_core.plugins.host import PluginHost
from salesman_hookspecs.web import salesman_blueprints


class UnfitBlueprintError(ValueError):
    """A plugin's blueprint could be mistaken for somebody else's."""


def install(app: Flask, host: PluginHost) -> None:
    """Register every blueprint; a plugin whose blueprint does not fit fails as a whole.

    Those of suspended plugins are registered too: the gate keeps them shut until they are active.
    """
    for one in host.contributions(salesman_blueprints, inactive=True):
        try:
            _register(app, one.owner, one.value)
        except (TypeError, ValueError, AssertionError) as error:
            if one.owner == CORE:
                raise
            host.fail(
                one.owner, host.dispatcher.faults.note(one.owner, "salesman_blueprints", error)
            )


def _register(app: Flask, owner: str, blueprint: object) -> None:
    if not isinstance(blueprint, Blueprint):
        message = f"salesman_blueprints must give Flask blueprints, not {type(blueprint).__name__}"
        raise TypeError(message)
    if owner != CORE and (blueprint.name, blueprint.url_prefix) != (owner, f"/{owner}"):
        message = (
            f"a blueprint of {owner} is called {owner!r} and has the prefix '/{owner}',"
            f" not {blueprint.name!r} and {blueprint.url_prefix!r}"
        )
        raise UnfitBlueprintError(message)
    app.register_blueprint(blueprint)
