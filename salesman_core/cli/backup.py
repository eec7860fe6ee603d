"""Backup and restore."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click
from flask import Flask

from salesman_core.backup.restoring import restore as bring_back
from salesman_core.backup.saving import save
from salesman_core.cli.application import with_application, with_database
from salesman_core.cli.database import upgrade_database

_INCOMPLETE: Final = 3
"""The exit code of a backup whose database names files that are not in the store."""


def _tell(words: str) -> None:
    click.echo(words, err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secret-key", is_flag=True, help="Keep what signs sessions and links too.")
@with_database
def backup(app: Flask, file: Path, *, with_secret_key: bool) -> None:
    """Write database, files and settings into FILE, as they are at this moment; work goes on."""
    saved = save(app, file, with_secret_key=with_secret_key, tell=_tell)
    click.echo(f"backup: {saved.tables} tables, {saved.rows} rows, {saved.files} files")
    for hash_ in saved.missing:
        click.echo(f"not in the store: {hash_}", err=True)
    if saved.missing:
        sys.exit(_INCOMPLETE)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Drop what the database has.")
@with_application
def restore(app: Flask, file: Path, *, replace: bool) -> None:
    """Bring FILE into an empty database, then run newer migrations; stop SalesMan before."""
    found = bring_back(app, file, replace=replace, tell=_tell)
    upgrade_database(app)
    parts = f"{found.tables} tables, {found.rows} rows, {found.files} files"
    click.echo(f"restored: {parts} as of {found.made_at}")
    if not found.secret_key:
        click.echo("without the secret key: everybody signs in again, links in letters end")
