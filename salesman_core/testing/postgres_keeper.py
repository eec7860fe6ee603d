"""The keeper of a throw-away PostgreSQL server: a program of its own, started by ``postgres``.

A test run that is killed cannot clean up after itself, so the server belongs to this process,
which ends with its last user. A user is a connection to its socket: the system closes that one
however its owner dies. The file is run by its path, before anything of ours can be imported, so
it uses nothing but the standard library.
"""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

READY = b"ready\n"
"""What a user reads first; anything else is the reason why there is no server."""

OWNER = "test"
"""The superuser of the server."""

_SETTINGS = (
    "listen_addresses=''",  # no port, so nothing to clash with
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_wal_size=128MB",
    "max_connections=300",  # several workers, some with sixteen writers each
    "autovacuum=off",  # it would sit in a template while that is to be copied
    "jit=off",
)


def account() -> dict[str, Any]:
    """Give the arguments of a process that PostgreSQL agrees to: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Server:
    """A server in *base*, made by the programs in the folder *programs*."""

    def __init__(self, programs: Path, base: Path) -> None:
        self._programs = programs
        self._base = base
        self._data = str(base / "data")
        self._account = account()

    def start(self) -> None:
        """Make the cluster and start it.

        :raises subprocess.CalledProcessError: with what the program said in its ``output``.
        """
        if self._account:
            os.chown(self._base, self._account["user"], self._account["group"])
        text = ("-E", "UTF8", "--locale=C.UTF-8")  # plain C knows no case of Cyrillic letters
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", OWNER, "--no-sync", *text)
        settings = " ".join(
            f"-c {setting}" for setting in (*_SETTINGS, f"unix_socket_directories='{self._base}'")
        )
        log = str(self._base / "server.log")
        self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", settings, "start")

    def stop(self) -> None:
        """Stop the server, if it runs, and remove all of it."""
        if (self._base / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._base)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603  # PostgreSQL's own programs, by their full paths
            [str(self._programs / program), *arguments],
            check=True,
            cwd=self._base,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **self._account,
        )

    def complaint(self, error: Exception) -> bytes:
        """Give what is known about a start that failed."""
        log = self._base / "server.log"
        said: bytes = getattr(error, "output", None) or b""
        return f"{error}\n".encode() + said + (log.read_bytes() if log.exists() else b"")


def serve_users(listener: socket.socket) -> socket.socket:
    """Tell every user that the server is ready, until the last one leaves; give that one.

    It has shut down its own side and waits for ours, which is closed when all is cleared away.
    """
    users: set[socket.socket] = set()
    while True:
        ready, _, _ = select.select([listener, *users], [], [])
        for one in ready:
            if one is listener:
                users.add(_welcomed(listener))
                continue
            users.remove(one)
            if not users and not _somebody_knocks(listener):
                return one
            one.close()


def _welcomed(listener: socket.socket) -> socket.socket:
    user, _ = listener.accept()
    with suppress(BrokenPipeError):  # it has died since; the next select() says so too
        user.sendall(READY)
    return user


def _somebody_knocks(listener: socket.socket) -> bool:
    return bool(select.select([listener], [], [], 0)[0])


def main(programs: Path, base: Path, listener: socket.socket) -> None:
    """Keep a server until its last user leaves."""
    server = Server(programs, base)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    last = None
    try:
        server.start()
        last = serve_users(listener)
    except (subprocess.CalledProcessError, OSError) as error:
        last, _ = listener.accept()
        last.sendall(server.complaint(error))
    finally:
        listener.close()
        server.stop()
        if last is not None:
            last.close()


if __name__ == "__main__":
    if os.fork():
        os._exit(0)  # nobody's child, so that nobody has to wait for it
    main(Path(sys.argv[1]), Path(sys.argv[2]), socket.socket(fileno=int(sys.argv[3])))
