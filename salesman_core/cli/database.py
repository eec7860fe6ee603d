"""Setting up and migrating the database."""

from __future__ import annotations

import sys

import click
from flask import Flask

from salesman_core.app import take_stock
from salesman_core.cli.application import with_application
from salesman_core.clients.defaults import seed_ladder
from salesman_core.db import db, writing
from salesman_core.deals.defaults import seed_pipeline
from salesman_core.i18n import LANGUAGES
from salesman_core.people.service import Administrator, ensure_administrator
from salesman_core.plugins import migrations
from salesman_core.plugins.host import current_host
from salesman_core.services.company import change_company, company
from salesman_hookspecs.demo import salesman_defaults


@click.command()
@click.option("--admin-email", help="The first administrator's address; they sign in with it.")
@click.option("--admin-password", help="The first administrator's password.")
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), default="en", show_default=True)
@with_application
def init(app: Flask, admin_email: str | None, admin_password: str | None, language: str) -> None:
    """Create or upgrade the database; safe to repeat."""
    upgrade_database(app, language)
    if not company().name:  # nobody has said yet which language it speaks
        change_company({"language": language})
    if admin_email and admin_password:
        _tell_administrator(admin_email, ensure_administrator(admin_email, admin_password))


def _tell_administrator(email: str, done: Administrator) -> None:
    if not done.changed:
        click.echo(f"account: {email} was there already, nothing about it was changed")
        return
    click.echo(f"administrator: {email}")
    if done.weakness is not None:
        click.echo(f"warning: weak password: {done.weakness}", err=True)


def upgrade_database(app: Flask, language: str = "en") -> None:
    """Bring every owner's tables to today and fill in what nobody can work without.

    :param language: of the names of stages and rungs, where there are none yet; a company that has
        said which it speaks gets what plugins begin with in its own.
    """
    late = migrations.upgrade_all(db.engine, app.extensions["salesman_owners"])
    take_stock(app.extensions["salesman_host"])
    seed_ladder(language)
    seed_pipeline(language)
    with writing():
        spoken = company().language if company().name else language
        current_host().call(salesman_defaults, language=spoken)
    for owner in late:
        click.echo(f"migrated: {owner}")


@click.group("db")
def db_group() -> None:
    """Migrations of the core and of plugins."""


@db_group.command()
@with_application
def upgrade(app: Flask) -> None:
    """Run what has not been run, for everything that is installed."""
    upgrade_database(app)


@db_group.command()
@with_application
def status(app: Flask) -> None:
    """Say how far each owner's tables are."""
    with db.engine.connect() as connection:
        for owner in app.extensions["salesman_owners"]:
            now, newest = migrations.applied(connection, owner), migrations.head(owner)
            word = "ok" if now == newest else "behind"
            click.echo(f"{owner.id} {now or '-'} {newest or '-'} {word}")


@db_group.command()
@with_application
def check(app: Flask) -> None:
    """Compare each owner's models with its tables; exits 1 where they differ."""
    different = False
    for owner in app.extensions["salesman_owners"]:
        for difference in migrations.drift(db.engine, owner):
            different = True
            click.echo(f"{owner.id}: {difference}")
    sys.exit(1 if different else 0)


@db_group.command()
@click.option("--owner", "owner_id", required=True, help="core or a plugin's id")
@click.option("-m", "--message", required=True)
@with_application
def revision(app: Flask, owner_id: str, message: str) -> None:
    """Write a migration from what the models say and the tables do not."""
    owner = owner_named(app, owner_id)
    file = migrations.write_revision(db.engine, owner, message)
    click.echo(f"written: {owner.folder.name}/{file.name}")


def owner_named(app: Flask, owner_id: str) -> migrations.Owner:
    """Give an owner of tables by its id; a plugin's first migration makes its folder."""
    for owner in app.extensions["salesman_owners"]:
        if owner.id == owner_id:
            found: migrations.Owner = owner
            return found
    loaded = app.extensions["salesman_host"].plugins.get(owner_id)
    folder = loaded.installed.folder if loaded else None
    if folder is None:
        message = f"there is no plugin {owner_id}"
        raise click.BadParameter(message)
    return migrations.Owner(owner_id, folder / "migrations")
