"""The shell of the pages: templates, menus, slots, the desk, errors and what protects a browser."""

from __future__ import annotations

from flask import Flask

from salesman_core.plugins.host import PluginHost
from salesman_core.web import (
    errors,
    locale,
    pages,
    security,
    shell,
    slots,
    templating,
    toasts,
)

__all__ = ["init_web"]


def init_web(app: Flask) -> None:
    """Install the shell on *app*.

    Comes after the host has booted (``app.extensions["salesman_host"]``) and knows who is signed
    in. The shell's own pages and menu entries are contributed by :mod:`salesman_core.web.hooks`,
    under the domain ``web``.
    """
    host: PluginHost = app.extensions["salesman_host"]
    templating.install(app, host)
    locale.install(app)
    security.install(app)
    toasts.install(app)
    errors.install(app)
    shell.install(app)
    slots.install(app, host)
    pages.install(app, host)
