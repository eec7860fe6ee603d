"""The gate: what belongs to a plugin that is not active is not there."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import NotFound

from salesman_core.plugins.host import current_host, plugin_of


def install(app: Flask) -> None:
    """Let *app* answer 404 for every address of a plugin that is not active."""

    @app.before_request
    def refuse_inactive() -> None:
        for blueprint in request.blueprints:
            owner = plugin_of(blueprint)
            if owner is not None and not current_host().is_active(owner):
                raise NotFound
