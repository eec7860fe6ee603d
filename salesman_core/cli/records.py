"""Records at the command line: in from files, and out into them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from salesman_core.access.origin import coming_from, of_import
from salesman_core.cli.application import with_database
from salesman_core.cli.memory import settled
from salesman_core.cli.stopping import Stopping
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.export import export_to
from salesman_core.records.export_files import FORMATS
from salesman_core.records.imports import ImportAbortedError, ImportRun
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import (
    keep_result,
    note_import,
    own_import,
)
from salesman_core.records.imports.report import report_lines
from salesman_core.records.imports.result import ImportResult
from salesman_core.records.imports.row_files import told_of
from salesman_core.records.imports.run import Progress
from salesman_core.records.imports.service import chosen_mapping, import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.records.record_list import kind_of_word

_ = texts.lazy


@click.command("import")
@click.argument("record", required=False)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--mapping", metavar="NAME-or-FILE", help="Which column fills which field.")
@click.option("--dry-run", is_flag=True, help="Try all rows and keep nothing.")
@click.option("--undo", type=int, metavar="NUMBER", help="Take an import back instead.")
@with_database
def import_command(
    _app: Flask,
    record: str | None,
    file: Path | None,
    mapping: str | None,
    undo: int | None,
    *,
    dry_run: bool,
) -> None:
    """Import RECORD (as deals) from FILE: CSV, .xlsx or .xls.

    Without a mapping, columns are recognised by their headings. The last line of the answer says
    ``created N, updated N, unchanged N, refused N``. An import gets a number, by which
    ``salesman import --undo NUMBER`` takes all of it back.
    """
    if undo is not None:
        _take_back(undo)
    elif record is None or file is None:
        raise click.UsageError("Name a RECORD and a FILE, or --undo NUMBER.")
    else:
        _bring_in(record, file, mapping, dry_run=dry_run)


def _bring_in(record: str, file: Path, mapping: str | None, *, dry_run: bool) -> None:
    type_ = import_type(record)
    chosen = chosen_mapping(mapping, type_)
    if dry_run:
        run = import_run(type_, file, chosen, _shown_progress())
        _report(run, run.rehearse)
        return
    number = note_import(record, file.name)
    stopping = Stopping()
    progress = _stoppable(stopping, _shown_progress())
    run = import_run(type_, file, chosen, progress, journal=Journal(number))
    click.echo(f"Import {number}: salesman import --undo {number} takes it back")
    try:
        with stopping.listening(), coming_from(of_import(number)):
            _report(run, run.apply)
    except ImportAbortedError as error:
        keep_result(number, told_of(run, stopped=str(error)))
        raise
    except KeyboardInterrupt:
        stopped = _("Stopped. What was in by then stays; the file may be imported again.")
        keep_result(number, told_of(run, stopped=str(stopped)))
        click.echo(str(stopped), err=True)
        raise
    keep_result(number, told_of(run))


def _report(run: ImportRun, take: Callable[[], ImportResult]) -> None:
    try:
        with settled():
            take()
    finally:
        for line in report_lines(run.sheet, run.result):
            click.echo(line)


def _take_back(number: int) -> None:
    kept = own_import(number)
    import_type(kept.record)
    with coming_from(of_import(number)):
        undone = take_back(number, _shown_progress())
    for one in undone.told()["left"]:
        click.echo(f"stays: {one['kind']} {one['record_id']} {one['label']}: {one['why']}")
    click.echo(", ".join(f"{name} {count}" for name, count in undone.counts.items()))


@click.command("export")
@click.argument("record")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--filter", "address", default="", help="As in the list's address: state=open&q=…")
@with_database
def export_command(_app: Flask, record: str, file: Path, address: str) -> None:
    """Export RECORD (as deals) into FILE: .csv or .xlsx.

    The last line of the answer says ``exported N``.
    """
    format_ = file.suffix.lower().removeprefix(".")
    if format_ not in FORMATS:
        message = _("The file must end in .csv or .xlsx.")
        raise InvalidError(message)
    kind = kind_of_word(record)
    with file.open("wb") as target:
        number = export_to(kind, target, format_, address)
    click.echo(f"exported {number}")


def _stoppable(stopping: Stopping, progress: Progress | None) -> Progress:
    def after_batch(done: int, of: int) -> None:
        if progress is not None:
            progress(done, of)
        if stopping.asked and done < of:
            raise KeyboardInterrupt

    return after_batch


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
