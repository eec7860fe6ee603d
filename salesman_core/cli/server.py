"""Serving pages and doing jobs."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import sys
import threading
from typing import Final

import click
import waitress
from flask import Flask

from salesman_core.cli.application import insist_on_database, with_application
from salesman_core.cli.memory import settle
from salesman_core.cli.programs import (
    asked_to_end,
    listening,
    serve_anew_at_each_change,
    serve_by_processes,
)
from salesman_core.cli.sources import compile_catalogue, sources_here
from salesman_core.db import db
from salesman_core.jobs import Worker

THREADS: Final = 64
JOB_THREADS: Final = 2
GIVES_WAY: Final = 5
"""By how much a process that does jobs gives way to those that serve pages."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=THREADS, show_default=True, help="Of each process.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="So many serve pages, beside one that does the jobs; more than one need PostgreSQL.",
)
@click.option(
    "--reload", is_flag=True, help="Start anew when a source changes: for authors of plugins."
)
@click.option("--fd", "descriptor", type=int, hidden=True)
def serve(
    host: str, port: int, threads: int, processes: int, *, reload: bool, descriptor: int | None
) -> None:
    """Serve pages and the JSON API, with the worker inside."""
    if reload and processes > 1:
        raise click.UsageError("--reload serves by one process: leave --processes out")
    if descriptor is not None:
        _serve_here(socket.socket(fileno=descriptor), threads)
        return
    if processes > 1:
        _insist_on_many()
    with listening(host, port) as listener:
        if reload:
            _tell_address(host, listener)
            serve_anew_at_each_change(listener, threads, sources_here(), compile_catalogue)
        elif processes > 1:
            _tell_address(host, listener)
            serve_by_processes(listener, processes, threads)
        else:
            _serve_here(listener, threads, host)


def _tell_address(host: str, listener: socket.socket) -> None:
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"SalesMan at http://{shown}:{listener.getsockname()[1]}")


@with_application
def _serve_here(app: Flask, listener: socket.socket, threads: int, host: str = "") -> None:
    """Serve in this process until asked to end.

    :param host: under which to tell the address; nobody is told where it is empty.
    """
    insist_on_database()
    jobs = Worker(app.extensions["salesman_jobs"], threads=JOB_THREADS)
    server = waitress.create_server(app, sockets=[listener], threads=threads, ident="SalesMan")

    def end(*_signal: object) -> None:
        # A stream would hold its thread, and so the server, for some seconds.
        threading.Thread(target=app.extensions["salesman_live"].stop).start()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    settle()
    jobs.start()
    if host:
        _tell_address(host, listener)
    try:
        server.run()
    finally:
        jobs.stop()


@with_application
def _insist_on_many(_app: Flask) -> None:
    """Refuse several processes where they would be of no use, or could not be."""
    if db.engine.dialect.name == "sqlite":
        message = "an SQLite database is served by one process: set database_url to PostgreSQL"
        raise click.ClickException(message)
    if importlib.util.find_spec("gunicorn") is None:
        message = "several processes are served by gunicorn: install salesman-core[postgresql]"
        raise click.ClickException(message)
    insist_on_database()
    db.session.remove()
    db.leave()


@click.command()
@click.option("--threads", default=JOB_THREADS, show_default=True)
@with_application
def worker(app: Flask, threads: int) -> None:
    """Do jobs, without serving pages: several may run on one PostgreSQL database."""
    insist_on_database()
    os.nice(GIVES_WAY)
    ended = asked_to_end()
    jobs = Worker(app.extensions["salesman_jobs"], threads=threads)
    jobs.start()
    ended.wait()
    jobs.stop()
