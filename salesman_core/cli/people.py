"""Users, tokens and access at the command line."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.explaining import explain as explained
from salesman_core.access.explaining import read_record
from salesman_core.access.models import User
from salesman_core.access.tokens import new_token
from salesman_core.cli.application import with_database
from salesman_core.db import normalised, reading
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.people.service import add_user

_ = texts.lazy


@click.group("user")
def user_group() -> None:
    """Users."""


@user_group.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, help="A preset role's key, as seller; repeatable.")
@click.option("--password", help="Without it the user must be invited.")
@with_database
def add(_app: Flask, email: str, name: str, roles: tuple[str, ...], password: str | None) -> None:
    """Make a user and print their id."""
    click.echo(add_user(email=email, name=name, roles=list(roles), password=password))


@click.group("token")
def token_group() -> None:
    """Tokens for the JSON API."""


@token_group.command("add")
@click.option("--user", "email", required=True, help="The address with which the user signs in.")
@click.option("--name", default="command line", show_default=True)
@with_database
def add_token(_app: Flask, email: str, name: str) -> None:
    """Make a token and print it, alone on one line."""
    click.echo(new_token(_user_id(email), name))


@click.group("access")
def access_group() -> None:
    """Who may do what."""


@access_group.command("explain")
@click.argument("email")
@click.argument("permission")
@click.argument("record")
@with_database
def explain(_app: Flask, email: str, permission: str, record: str) -> None:
    """Say whether and why USER may do PERMISSION with a RECORD (as deal:214)."""
    kind, record_id = read_record(record)
    found = explained(_user_id(email), permission, kind, record_id)
    click.echo(f"{'yes' if found.allowed else 'no'}: {permission} {record}")
    for reason in found.reasons:
        click.echo(f"  {reason}")


def _user_id(email: str) -> int:
    user_id = reading().scalar(sa.select(User.id).where(User.login == normalised(email)))
    if user_id is None:
        raise MissingError(_("There is no user with the address %(email)s.", email=email))
    return int(user_id)
