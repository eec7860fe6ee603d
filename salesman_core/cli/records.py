"""Records at the command line: in from files."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask

from salesman_core.cli.application import with_database
from salesman_core.records.imports import ImportAbortedError
from salesman_core.records.imports.report import report_lines
from salesman_core.records.imports.service import chosen_mapping, import_run, import_type


@click.command("import")
@click.argument("record")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", metavar="NAME-or-FILE", help="Which column fills which field.")
@click.option("--dry-run", is_flag=True, help="Try all rows and keep nothing.")
@with_database
def import_command(
    _app: Flask, record: str, file: Path, mapping: str | None, *, dry_run: bool
) -> None:
    """Import RECORD (as deals) from FILE: CSV, .xlsx or .xls.

    Without a mapping, columns are recognised by their headings. The last line of the answer says
    ``created N, updated N, unchanged N, refused N``.
    """
    type_ = import_type(record)
    run = import_run(type_, file, chosen_mapping(mapping, type_), _shown_progress())
    try:
        result = run.rehearse() if dry_run else run.apply()
    except ImportAbortedError as error:
        for line in report_lines(run.sheet, error.result):
            click.echo(line)
        raise
    for line in report_lines(run.sheet, result):
        click.echo(line)


def _shown_progress() -> _Progress | None:
    """Give what shows how far the import is, for a person who waits at a terminal."""
    return _Progress() if sys.stderr.isatty() else None


class _Progress:
    """A line at the terminal that is written over again and again."""

    def __call__(self, done: int, of: int) -> None:
        """Show *done* of *of* rows, and leave no trace at the end."""
        if done < of:
            click.echo(f"\r{done:>9,} / {of:,}", nl=False, err=True)
        else:
            click.echo(f"\r{' ' * 24}\r", nl=False, err=True)
