"""Programs that ``salesman serve`` starts and looks after, around one listening socket."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

from salesman_core.cli.sources import Sources

LOOK: Final = 0.5
"""Seconds between two looks at what runs, and at the sources."""

_REST: Final = 5.0
"""Seconds after which a worker is started again that ended by itself."""

_PATIENCE: Final = 45.0
"""Seconds that a program has to end what it does: a little more than its own jobs have."""


class Program:
    """A module of ours that runs as a process of its own, with this environment.

    :param listener: a socket that it inherits; its number is among the arguments.
    """

    def __init__(self, *arguments: str, listener: socket.socket | None = None) -> None:
        # -P as a script has it: the working folder holds nothing to be imported.
        self._command = [sys.executable, "-P", "-m", *arguments]
        self._inherited = () if listener is None else (listener.fileno(),)
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        self._process = subprocess.Popen(self._command, pass_fds=self._inherited)  # noqa: S603  # our own words

    @property
    def exit_code(self) -> int | None:
        """How it ended, None while it runs."""
        return self._process.poll()

    def ask_to_end(self) -> None:
        """Let it end what it does, begin nothing new, and end."""
        if self.exit_code is None:
            self._process.terminate()

    def end(self) -> None:
        """Ask it to end, and wait for that, not for ever."""
        self.ask_to_end()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def asked_to_end() -> threading.Event:
    """Give what is set once somebody asks this process to end."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup leaves the last one
            signal.signal(number, lambda *_: ended.set())
    return ended


def listening(host: str, port: int) -> socket.socket:
    """Give a socket that listens; who connects waits there until somebody serves it."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server(found[0][4][:2], family=found[0][0], backlog=1024)
    except OSError as error:
        message = f"cannot listen at {host}, port {port}: {error.strerror}"
        raise click.ClickException(message) from error


def serve_by_processes(listener: socket.socket, processes: int, threads: int) -> None:
    """Serve pages by some processes and do jobs by another, until asked to end.

    :raises ClickException: where the pages ended by themselves; a lost worker of jobs is replaced.
    """
    ended = asked_to_end()
    numbers = map(str, (listener.fileno(), processes, threads))
    pages = Program("salesman_core.cli.pages", *numbers, listener=listener)
    jobs = Program("salesman_core.cli", "worker")
    try:
        while pages.exit_code is None and not ended.wait(LOOK):
            if jobs.exit_code is not None and not ended.wait(_REST):
                click.echo(f"the worker ended ({jobs.exit_code}), here is another", err=True)
                jobs.start()
    finally:
        pages.ask_to_end()  # both at once: neither needs the other
        jobs.end()
        pages.end()
    if not ended.is_set():
        message = f"the pages are no longer served: gunicorn ended ({pages.exit_code})"
        raise click.ClickException(message)


def serve_anew_at_each_change(
    listener: socket.socket, threads: int, sources: Sources, compiled: Callable[[Path], None]
) -> None:
    """Serve by a process that is replaced whenever a source changes, until asked to end.

    Requests wait in the socket meanwhile. One that cannot start, because of what was just typed,
    is tried again at the next change.

    :param compiled: called with each changed catalogue of translations.
    """
    ended = asked_to_end()
    server = Program(
        *("salesman_core.cli", "serve", "--fd", str(listener.fileno()), "--threads", str(threads)),
        listener=listener,
    )
    told = False
    try:
        while not ended.wait(LOOK):
            if changed := sources.changed():
                _prepare(changed, compiled)
                server.end()
                server.start()
                told = False
            elif server.exit_code is not None and not told:
                click.echo("it has ended, and starts again at the next change", err=True)
                told = True
    finally:
        server.end()


def _prepare(changed: Sequence[Path], compiled: Callable[[Path], None]) -> None:
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    click.echo(f"{changed[0].name}{more} changed: starting anew", err=True)
    for file in changed:
        if file.suffix == ".po" and file.is_file():
            compiled(file)
