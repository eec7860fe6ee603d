"""The built front end and plugins' own files, as the browser fetches them."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, send_from_directory

from salesman_core.access.routes import public
from salesman_core.plugins.host import current_host
from salesman_core.web import assets

_A_YEAR: Final = 365 * 24 * 3600

# The application is made with static_folder=None: Flask's own route says nothing of its access and
# knows nothing of plugins.
blueprint = Blueprint("assets", __name__)


@blueprint.get(f"{assets.URL_PREFIX}/<path:name>", endpoint="built_static")
@public
def built(name: str) -> Response:
    """Give a file of the front end; its name has a hash of its content, so it may be kept."""
    response = send_from_directory(assets.FOLDER, name, max_age=_A_YEAR)
    response.cache_control.immutable = True
    response.cache_control.public = True
    return response


@blueprint.get("/static/<owner>/<path:name>", endpoint="plugin_static")
@public
def of_plugin(owner: str, name: str) -> Response:
    """Give a file of ``static/`` in the package of an active plugin."""
    host = current_host()
    plugin = host.plugins.get(owner) if host.is_active(owner) else None
    folder = plugin.installed.folder if plugin is not None else None
    if folder is None:
        abort(404)
    return send_from_directory(folder / "static", name)
