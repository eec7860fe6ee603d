"""Users, tokens and access at the command line."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import Flask

from salesman_core.access.models import User
from salesman_core.access.person import load_person
from salesman_core.access.records import reaches
from salesman_core.access.tokens import new_token
from salesman_core.cli.application import with_application
from salesman_core.db import normalised, reading
from salesman_core.people.service import add_user


@click.group("user")
def user_group() -> None:
    """Users."""


@user_group.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True, help="A preset role's key, as seller; repeatable.")
@click.option("--password", help="Without it the user must be invited.")
@with_application
def add(_app: Flask, email: str, name: str, roles: tuple[str, ...], password: str | None) -> None:
    """Make a user and print their id."""
    click.echo(add_user(email=email, name=name, roles=list(roles), password=password))


@click.group("token")
def token_group() -> None:
    """Tokens for the JSON API."""


@token_group.command("add")
@click.option("--user", "email", required=True, help="The address with which the user signs in.")
@click.option("--name", default="command line", show_default=True)
@with_application
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
@with_application
def explain(_app: Flask, email: str, permission: str, record: str) -> None:
    """Say whether and why USER may do PERMISSION with RECORD (as deal:214)."""
    user_id = _user_id(email)
    person = load_person(reading(), user_id)
    if person is None:
        click.echo("no: the user is not active")
        return
    kind, _separator, number = record.partition(":")
    word = "yes" if reaches(kind, int(number), permission, person=person) else "no"
    held = "everything" if person.everything else person.scope(permission).name.lower()
    click.echo(f"{word}: {permission} is held with scope {held}")


def _user_id(email: str) -> int:
    user_id = reading().scalar(sa.select(User.id).where(User.login == normalised(email)))
    if user_id is None:
        message = f"there is no user {email}"
        raise click.BadParameter(message)
    return int(user_id)
