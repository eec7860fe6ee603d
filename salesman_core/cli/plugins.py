"""Plugins at the command line. What is here works with plugins that are broken, too."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask

from salesman_core.administration import service
from salesman_core.app import database_ready
from salesman_core.cli.application import with_application, with_database
from salesman_core.cli.scaffold import BadNameError, write_plugin
from salesman_core.db import reading
from salesman_core.plugins import purge as purging
from salesman_core.plugins.faults import taken_out_lately
from salesman_core.plugins.models import KnownPlugin
from salesman_core.plugins.states import State
from salesman_core.web.hidden import hidden
from salesman_core.web.slots import UnknownSlotError, explain


@click.group("plugins")
def plugins_group() -> None:
    """Plugins: list, doctor, suspend, activate, explain-slot, new, purge."""


@plugins_group.command("list")
@with_application
def list_plugins(app: Flask) -> None:
    """Say a line for each: id, version, state."""
    host = app.extensions["salesman_host"]
    for id_, loaded in sorted(host.plugins.items()):
        click.echo(f"{id_} {loaded.installed.version} {host.state(id_)}")


@plugins_group.command()
@with_application
def doctor(app: Flask) -> None:
    """Say what is wrong with whom, with tracebacks; exits 1 where something is."""
    host = app.extensions["salesman_host"]
    ill = not database_ready()
    if ill:
        click.echo("core: the database waits for migrations: salesman db upgrade")
    for complaint in host.mistaken_settings:
        ill = True
        click.echo(complaint)
    for id_, loaded in sorted(host.plugins.items()):
        state = host.state(id_)
        well = state in (State.ACTIVE, State.SUSPENDED, State.INSTALLED)
        ill |= not well
        click.echo(f"{id_}: {state}" + (f": {loaded.reason}" if loaded.reason else ""))
        if loaded.traceback:
            click.echo(loaded.traceback)
    taken_out = taken_out_lately(reading()) if database_ready() else {}
    for owner, places in taken_out.items():
        click.echo(f"{owner}: taken out for a while within the last hour: {', '.join(places)}")
    sys.exit(1 if ill or taken_out else 0)


@plugins_group.command()
@click.argument("plugin_id")
@with_database
def suspend(app: Flask, plugin_id: str) -> None:
    """Switch a plugin off in every process; its data stays."""
    _insist_on_switch(app, plugin_id)
    service.suspend(plugin_id)


@plugins_group.command()
@click.argument("plugin_id")
@with_database
def activate(app: Flask, plugin_id: str) -> None:
    """Switch a plugin on again."""
    _insist_on_switch(app, plugin_id)
    service.activate(plugin_id)


def _insist_on_switch(app: Flask, plugin_id: str) -> None:
    """Say why a plugin that is installed has no switch: it has never run on this database."""
    host = app.extensions["salesman_host"]
    if plugin_id in host.plugins and reading().get(KnownPlugin, plugin_id) is None:
        message = (
            f"{plugin_id} is {host.state(plugin_id)} and has never run: salesman plugins doctor"
        )
        raise click.ClickException(message)


@plugins_group.command("explain-slot")
@click.argument("slot")
@with_application
def explain_slot(app: Flask, slot: str) -> None:
    """Say who fills a slot, in which order, and who may see it."""
    try:
        away = hidden() if database_ready() else frozenset()
        fills = explain(slot, app.extensions["salesman_host"], away)
    except UnknownSlotError as error:
        raise click.BadParameter(str(error)) from error
    for fill in fills:
        who = fill.permission or "everybody"
        said = (("lazy", fill.lazy), ("off", not fill.active), ("hidden", fill.hidden))
        notes = [word for word, true in said if true]
        click.echo(" ".join([str(fill.order), f"{fill.owner}.{fill.id}", who, *notes]))


@plugins_group.command("new")
@click.argument("name")
@click.option("--record", default="entry", show_default=True, help="What it keeps, one of them.")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=".", show_default=True
)
def new_plugin(name: str, record: str, into: Path) -> None:
    """Write a small plugin that works, to begin with; NAME is its id, as visits."""
    try:
        folder = write_plugin(name, record, into)
    except (BadNameError, FileExistsError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"written: {folder}")
    click.echo(f"install it:  pip install --no-build-isolation --editable {folder}")
    click.echo("its table:   salesman db upgrade")
    click.echo(f"its tests:   pytest {folder}")


@plugins_group.command()
@click.argument("plugin_id")
@click.option("--export", "folder", type=click.Path(path_type=Path), help="Write its rows here.")
@click.option("--yes", is_flag=True, help="Remove; without it the command only shows.")
@with_database
def purge(_app: Flask, plugin_id: str, folder: Path | None, *, yes: bool) -> None:
    """Remove what a suspended or missing plugin has left in the database."""
    found = purging.preview(plugin_id)
    for table, rows in found.rows.items():
        click.echo(f"{table}: {rows}")
    for column in found.referring:
        click.echo(f"{column} refers to it")
    if folder is not None:
        for file in purging.export(plugin_id, folder):
            click.echo(f"written: {file.name}")
    if yes:
        service.purge_plugin(plugin_id)
        click.echo(f"purged: {plugin_id}")
