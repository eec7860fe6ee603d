"""Demo data at the command line."""

from __future__ import annotations

from datetime import datetime

import click
from flask import Flask

from salesman_core.cli.application import with_database
from salesman_core.clock import today as current_day
from salesman_core.db import reading
from salesman_core.demo.accounts import PASSWORD, demo_accounts
from salesman_core.demo.generator import SEED, make_plan
from salesman_core.demo.write import has_clients, write_plan
from salesman_core.i18n import LANGUAGES
from salesman_core.services.company import company


@click.command()
@click.option(
    "--language", type=click.Choice(sorted(LANGUAGES)), help="The company's where not given."
)
@click.option("--seed", default=SEED, show_default=True, help="The same one tells the same tale.")
@click.option(
    "--today",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which it is told; all of it happened before. Today where not given.",
)
@with_database
def demo(app: Flask, language: str | None, seed: int, day: datetime | None) -> None:
    """Fill an empty database with a trading company, and print its accounts."""
    if has_clients():
        click.echo("demo: there are clients already, nothing was written")
    else:
        _tell(language or company().language, seed, day)
    with app.app_context():  # in the language that the company now has
        _print_accounts()


def _tell(language: str, seed: int, day: datetime | None) -> None:
    plan = make_plan(language, day.date() if day else current_day(company().tz), seed)
    with click.progressbar(length=plan.length, label="demo") as bar:
        write_plan(plan, bar.update)
    click.echo(f"demo: {len(plan.clients)} clients, {len(plan.deals)} deals")


def _print_accounts() -> None:
    accounts = demo_accounts(reading())
    if not accounts:
        click.echo("demo: none of its accounts is here")
        return
    rows = [(str(account.role), account.email) for account in accounts]
    roles, emails = (max(len(cell) for cell in column) for column in zip(*rows, strict=True))
    for role, email in rows:
        click.echo(f"  {role:{roles}}  {email:{emails}}  {PASSWORD}")
