"""Putting the JSON API into an application."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from salesman_core.errors import PluginError
from salesman_core.i18n import CORE
from salesman_core.plugins.host import PluginHost
from salesman_core.rest import auth, documents
from salesman_core.rest.blueprint import API, ApiBlueprint
from salesman_core.rest.errors import problem_response
from salesman_core.web.errors import API_ERRORS
from salesman_hookspecs.web import salesman_api_blueprints

_DIGITS: Final = 18
_MOST: Final = 10**_DIGITS - 1


class FittingInteger(IntegerConverter):
    """``<int:…>`` of an address: a number that no column could hold leads nowhere.

    It does not even match: of a number that matches and is refused after, werkzeug remembers the
    methods of its rules, and answers 405 where there is nothing.
    """

    regex = rf"\d{{1,{_DIGITS}}}"

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002  # as werkzeug
        super().__init__(map, *args, **options)
        if self.max is None:
            self.max = _MOST


class FittingText(UnicodeConverter):
    """``<…>`` of an address: a text with NUL, which no column could hold, leads nowhere."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002  # as werkzeug
        super().__init__(map, *args, **options)
        self.regex = self.regex.replace("[^/]", r"[^/\0]", 1)


def install(app: Flask, host: PluginHost) -> None:
    """Let *app* answer under ``/api/v1``: what plugins and the core contributed, and documents.

    Comes after the switches are followed and before the gate: who has no token gets 401, be the
    plugin active or not. Comes before pages, so that their addresses get the converters too.
    """
    app.url_map.converters |= {
        "default": FittingText,
        "string": FittingText,
        "int": FittingInteger,
    }
    app.extensions[API_ERRORS] = problem_response
    auth.install(app, API)
    registered = [
        one.value
        for one in host.contributions(salesman_api_blueprints, inactive=True)
        if _registered(app, host, one.owner, one.value)
    ]
    documents.install(app, registered)


def _registered(app: Flask, host: PluginHost, owner: str, blueprint: Any) -> bool:
    """Register a blueprint; a plugin that gives something else is failed."""
    try:
        app.register_blueprint(_own(owner, blueprint))
    except Exception as error:
        if owner == CORE:
            raise
        host.fail(owner, host.dispatcher.faults.note(owner, "salesman_api_blueprints", error))
        return False
    return True


def _own(owner: str, blueprint: Any) -> ApiBlueprint:
    if not isinstance(blueprint, ApiBlueprint) or blueprint.owner != owner:
        message = f"{blueprint!r} is no ApiBlueprint of {owner}"
        raise PluginError(message)
    return blueprint
