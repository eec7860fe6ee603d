"""The commands, each in the module of its subject."""

from __future__ import annotations

import sys

import click

from salesman_core.cli import backup, database, demo, doctor, people, plugins, records, server
from salesman_core.cli.application import plugin_commands
from salesman_core.errors import SalesmanError


class Salesman(click.Group):
    """The group of all commands; those of plugins are looked for only when none of ours fits."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Give a command by its name."""
        own = super().get_command(ctx, name)
        return own or plugin_commands().get(name)


@click.group(cls=Salesman, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="salesman-core")
def salesman() -> None:
    """SalesMan: a CRM that plugins assemble."""


for _command in (
    database.init,
    database.db_group,
    backup.backup,
    backup.restore,
    server.serve,
    server.worker,
    doctor.doctor,
    people.user_group,
    people.token_group,
    people.access_group,
    plugins.plugins_group,
    records.import_command,
    records.export_command,
    demo.demo,
):
    salesman.add_command(_command)


def main() -> None:
    """Run the command line; what went wrong is said in one line, without a traceback.

    What is wrong with single fields follows, a line each.
    """
    try:
        salesman()
    except SalesmanError as error:
        click.echo(str(error), err=True)
        for field, message in error.fields.items():
            if str(message) != str(error):
                click.echo(f"  {field}: {message}", err=True)
        sys.exit(1)
