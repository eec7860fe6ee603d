"""The application that commands work on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import click
from flask import Flask

from salesman_core.access.origin import COMMAND, Origin, coming_from
from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.app import create_app, database_ready
from salesman_core.db import db
from salesman_core.plugins.migrations import CORE_OWNER, applied
from salesman_core.plugins.switches import keep_pending_faults
from salesman_hookspecs.work import salesman_cli

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def application() -> Flask:
    """Give the application of this command, made once."""
    return create_app()


def with_application(command: Callable[Concatenate[Flask, P], R]) -> Callable[P, R]:
    """Run a command inside the application, as the system."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        app = application()
        with app.app_context(), acting_as(SYSTEM), coming_from(Origin(COMMAND)):
            try:
                return command(app, *args, **kwargs)
            finally:
                _keep_faults(app)

    return run


def _keep_faults(app: Flask) -> None:
    """Write what plugins did wrong, where there are tables for it by now."""
    host = app.extensions["salesman_host"]
    if host.dispatcher.faults.pending() and database_ready():
        keep_pending_faults(host)


def with_database(command: Callable[Concatenate[Flask, P], R]) -> Callable[P, R]:
    """Run a command as :func:`with_application`, once the core's tables are those of today."""

    @functools.wraps(command)
    def run(app: Flask, /, *args: P.args, **kwargs: P.kwargs) -> R:
        insist_on_database()
        return command(app, *args, **kwargs)

    return with_application(run)


def insist_on_database() -> None:
    """Say what to run first, where the core's tables are not those of today."""
    if database_ready():
        return
    with db.reader.connect() as connection:
        made = applied(connection, CORE_OWNER) is not None
    message = (
        "the database waits for migrations: run `salesman db upgrade`"
        if made
        else "the database has no tables yet: run `salesman init`"
    )
    raise click.ClickException(message)


class PluginGroup(click.Group):
    """The commands of one plugin, which run inside the application, as the system."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named."""
        return with_database(lambda _app: super(PluginGroup, self).invoke(ctx))()


def plugin_commands() -> dict[str, click.Command]:
    """Give a group of commands for each active plugin that brings any."""
    host = application().extensions["salesman_host"]
    groups: dict[str, click.Command] = {}
    for one in host.contributions(salesman_cli):
        group = groups.setdefault(one.owner, PluginGroup(one.owner))
        if isinstance(group, click.Group) and isinstance(one.value, click.Command):
            group.add_command(one.value)
    return groups
