"""Serving pages and doing jobs."""

from __future__ import annotations

import signal
import sys
import threading

import click
import waitress
from flask import Flask

from salesman_core.app import database_ready
from salesman_core.cli.application import with_application
from salesman_core.jobs import Worker

THREADS = 64
JOB_THREADS = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--threads", default=THREADS, show_default=True)
@with_application
def serve(app: Flask, host: str, port: int, threads: int) -> None:
    """Serve pages and the JSON API, with the worker inside."""
    _insist_on_database()
    jobs = Worker(app.extensions["salesman_jobs"], threads=JOB_THREADS)
    server = waitress.create_server(app, host=host, port=port, threads=threads, ident="SalesMan")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    jobs.start()
    click.echo(f"SalesMan at http://{host}:{server.effective_port}")
    try:
        server.run()
    finally:
        jobs.stop()


@click.command()
@click.option("--threads", default=JOB_THREADS, show_default=True)
@with_application
def worker(app: Flask, threads: int) -> None:
    """Do jobs, without serving pages: several may run on one PostgreSQL database."""
    _insist_on_database()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    jobs = Worker(app.extensions["salesman_jobs"], threads=threads)
    jobs.start()
    ended.wait()
    jobs.stop()


def _insist_on_database() -> None:
    if not database_ready():
        message = "the database waits for migrations: run `salesman init`"
        raise click.ClickException(message)
