"""A throw-away PostgreSQL server, one for all processes of a test run.

It listens on a Unix socket only, forgets about safety on the disk, and goes with the last process
that uses it, whether that one ends well or is killed (see ``postgres_keeper``).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from salesman_core.testing import postgres_keeper
from salesman_core.testing.locks import locked
from salesman_core.testing.places import fastest_place

_PLACES = ("/usr/lib/postgresql", "/usr/pgsql")  # Debian's and Red Hat's, which no PATH names
_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_SOCKET = "users"
_ROOM = 2 * 1024**3
"""Bytes: a copied database is some hundred small files, 0.03 s in memory, up to 0.7 s on a disk."""


class ServerFailedError(RuntimeError):
    """PostgreSQL is on this machine and could not be started."""


def absence() -> str | None:
    """Say why no server can be started on this machine, or None where one can."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed: pip install 'salesman-core[postgresql]'"
    if programs() is None:
        return "no PostgreSQL server program (initdb, pg_ctl, postgres) is on this machine"
    try:
        postgres_keeper.account()
    except KeyError:
        return "root may not run PostgreSQL, and there is no user postgres to run it as"
    return None


def programs() -> Path | None:
    """Give the folder with the programs: those on the PATH, else the newest that is installed."""
    on_path = shutil.which("initdb")
    known = [Path(on_path).resolve().parent] if on_path else []
    known += [folder for place in _PLACES for folder in _versions(Path(place))]
    complete = (folder for folder in known if all((folder / name).exists() for name in _PROGRAMS))
    return next(complete, None)


def _versions(place: Path) -> list[Path]:
    """Give the program folders of a system that installs versions side by side, newest first."""
    found = [*place.glob("*/bin"), *place.parent.glob(f"{place.name}-*/bin")]
    return sorted(found, key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(version: str) -> float:
    try:
        return float(version.rpartition("-")[2])
    except ValueError:
        return 0


@contextmanager
def running_server(shared: Path) -> Iterator[str]:
    """Give the URL of the server's own database, for as long as the block runs.

    :param shared: a folder that all processes of the test run share; the first one starts the
        server, and the last one to leave waits until it has gone.
    :raises ServerFailedError: with what the server said.
    """
    with locked(shared / "postgresql.lock"):
        note = shared / "postgresql"
        base, user = _join(note) or _start(note)
    try:
        yield f"postgresql+psycopg://{postgres_keeper.OWNER}@/postgres?host={base}"
    finally:
        _leave(user)


def _join(note: Path) -> tuple[Path, socket.socket] | None:
    """Become a user of the server that *note* names, if it is still there."""
    if not note.exists():
        return None
    base = Path(note.read_text())
    user = socket.socket(socket.AF_UNIX)
    try:
        user.connect(str(base / _SOCKET))
        welcome = user.recv(len(postgres_keeper.READY))
    except OSError:  # it has gone, or goes just now
        welcome = b""
    if welcome == postgres_keeper.READY:
        return base, user
    user.close()
    return None


def _start(note: Path) -> tuple[Path, socket.socket]:
    folder = programs()
    if folder is None:
        raise ServerFailedError(absence())
    base = Path(tempfile.mkdtemp(prefix="salesman-test-", dir=fastest_place(_ROOM)))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(base / _SOCKET))
        listener.listen()
        user = socket.socket(socket.AF_UNIX)
        user.connect(str(base / _SOCKET))  # before there is a keeper, so that it never waits alone
        _spawn_keeper(folder, base, listener)
    answer = _answer(user)
    if answer != postgres_keeper.READY:
        user.close()
        message = f"PostgreSQL from {folder} did not start:\n{answer.decode(errors='replace')}"
        raise ServerFailedError(message)
    note.write_text(str(base))
    return base, user


def _spawn_keeper(folder: Path, base: Path, listener: socket.socket) -> None:
    descriptor = listener.fileno()
    subprocess.run(  # noqa: S603  # our own program, by its full path
        [sys.executable, "-I", postgres_keeper.__file__, str(folder), str(base), str(descriptor)],
        check=True,
        pass_fds=[descriptor],
        cwd=os.sep,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C is for the tests, not for their server
    )


def _answer(user: socket.socket) -> bytes:
    """Read what the keeper says: one line if all is well, else a text up to its end."""
    said = b""
    with suppress(ConnectionResetError):  # as good as an end
        while said != postgres_keeper.READY and (more := user.recv(65536)):
            said += more
    return said


def _leave(user: socket.socket) -> None:
    """Say that one is done; the last to say so waits here until the server has gone."""
    with user:
        user.shutdown(socket.SHUT_WR)
        user.recv(1)
