"""The application factory: reads like a table of contents."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import salesman_core.administration.hooks
import salesman_core.clients.hooks
import salesman_core.deals.hooks
import salesman_core.people.hooks
import salesman_core.records.hooks
import salesman_core.rest.hooks
import salesman_core.tidying
import salesman_core.web.hooks
from salesman_core.access.looking import init_looking
from salesman_core.access.permissions import refuse_foreign_permissions, seed_presets
from salesman_core.access.routes import refuse_silent_routes
from salesman_core.access.sign_in import init_sign_in
from salesman_core.config import CoreSettings, Settings, load_settings
from salesman_core.db import db
from salesman_core.logs import configure_logs
from salesman_core.plugins import gate, migrations, switches
from salesman_core.plugins.discovery import Installed, installed_plugins
from salesman_core.plugins.host import PluginHost
from salesman_core.records.added_filters import refuse_mistaken_filters
from salesman_core.records.custom.definitions import read_fields_ahead
from salesman_core.records.extensions.declared import refuse_mistaken_extensions
from salesman_core.records.list_fields import ListFilter
from salesman_core.rest import install as init_rest
from salesman_core.services.company import read_company_ahead
from salesman_core.services.mail import refuse_unreadable_server
from salesman_core.web import init_web
from salesman_core.web.application import Application
from salesman_core.web.security import is_api
from salesman_core.work import init_work

MAX_REQUEST = 25 * 1024 * 1024
"""Bytes that a request may carry; pages that take files say themselves where they take more."""

CORE_DOMAINS = {
    "web": salesman_core.web.hooks,
    "administration": salesman_core.administration.hooks,
    "rest": salesman_core.rest.hooks,
    "tidying": salesman_core.tidying,
    "people": salesman_core.people.hooks,
    "records": salesman_core.records.hooks,
    "clients": salesman_core.clients.hooks,
    "deals": salesman_core.deals.hooks,
}


def create_app(
    given: Mapping[str, Any] | None = None,
    *,
    settings: Settings | None = None,
    installed: Sequence[Installed] | None = None,
) -> Flask:
    """Make an application.

    :param given: settings of the core that win over file and environment.
    :param settings: all settings, where the caller gathered them.
    :param installed: the plugins there are; those of this environment where not given.
    :raises ConfigurationError: for settings that cannot be.
    :raises PluginError: for a route without access, or, with ``on_error = "fail"``, for a plugin
        that could not be loaded.
    """
    configure_logs()
    settings = settings or load_settings(given)
    refuse_unreadable_server(settings.core)
    found = list(installed_plugins() if installed is None else installed)
    app = _flask(settings.core)
    db.init_app(app)
    host = load_plugins(settings, found)
    switches.install(app, host, migrations.owners(found, host.manifests()), by_program=is_api)
    init_rest(app, host)
    gate.install(app)
    init_sign_in(app)
    init_looking(app)
    init_web(app)
    init_work(app)
    refuse_silent_routes(app)
    with app.app_context():
        if database_ready():
            take_stock(host)
    return app


def _flask(core: CoreSettings) -> Flask:
    app = Application("salesman_core", static_folder=None)
    core.data_dir.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=core.secret_key or kept_secret(core.data_dir / "secret_key"),
        SQLALCHEMY_DATABASE_URI=core.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_pool(core.database_url),
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        SESSION_COOKIE_SECURE=core.secure_cookies,
        SALESMAN=core,
    )
    if core.proxies:
        hops = core.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _pool(url: str) -> dict[str, Any]:
    """How many connections there may be, once for reading and once for writing.

    On SQLite one for each of the server's threads: waiting for one would look like a hang.
    """
    if sa.make_url(url).get_backend_name() == "sqlite":
        return {"pool_size": 64, "max_overflow": 64}
    return {"pool_size": 5, "max_overflow": 15}


def kept_secret(file: Path) -> str:
    """Give the secret key of this installation, made when it is first needed."""
    if not file.is_file():
        _make_secret(file)
    return file.read_text()


def _make_secret(file: Path) -> None:
    """Write a secret key whole before it gets its name: processes that start together share it."""
    descriptor, made = tempfile.mkstemp(dir=file.parent)  # which nobody else may read
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was faster
            os.link(made, file)
    finally:
        Path(made).unlink()


def load_plugins(settings: Settings, found: Sequence[Installed]) -> PluginHost:
    """Load the core's domains and the plugins, and ask them what they contribute."""
    host = PluginHost(settings)
    for domain, hooks in CORE_DOMAINS.items():
        host.register_core(domain, hooks)
    host.load(found)
    host.boot()
    refuse_foreign_permissions(host)
    refuse_mistaken_extensions(host)
    refuse_mistaken_filters(host, ListFilter)
    return host


def database_ready() -> bool:
    """Tell whether the core's tables are there and of today."""
    with db.reader.connect() as connection:
        return not migrations.behind(connection, [migrations.CORE_OWNER])


def take_stock(host: PluginHost) -> None:
    """Take over the switches, and note plugins, guards and roles that are new here."""
    switches.follow_now()
    switches.remember(host)
    seed_presets(host)
    read_company_ahead()
    read_fields_ahead()
