"""A process that answers: the application, the bare function, or nothing at all.

``python -m bench.serve SIDE URL [FILLERS]`` prints the port and serves until its input ends, with
the server and the number of threads that ``salesman serve`` has. No jobs are done meanwhile.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import waitress

SECRET: Final = "of the bench: it signs nothing that is worth anything"  # noqa: S105  # see there


_PATIENCE: Final = 3600
"""Seconds for which a connection may rest: others take their turns meanwhile."""


def whole(url: str) -> Any:
    """Give the application with all plugins that are installed."""
    from salesman_core.app import create_app  # noqa: PLC0415  # each side loads its own alone

    return create_app({"database_url": url, "data_dir": tempfile.mkdtemp(), "secret_key": SECRET})


def application(url: str, fillers: int) -> Any:
    """Give the application, with so many plugins that fill every slot of a card."""
    from bench.fillers import filling_plugins  # noqa: PLC0415  # each side loads its own alone
    from salesman_core.app import create_app  # noqa: PLC0415  # as above

    given = {"database_url": url, "data_dir": tempfile.mkdtemp(), "secret_key": SECRET}
    return create_app(given, installed=filling_plugins(fillers))


def bare(url: str, everybody: Iterable[int]) -> Any:
    """Give the bare function."""
    from bench.bare.drivers import driver_for  # noqa: PLC0415  # as above
    from bench.bare.wsgi import Bare  # noqa: PLC0415  # as above

    return Bare(driver_for(url), everybody)


def nothing(_environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer at once: what is left is the server's own part."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


def made(side: str, url: str, number: int) -> Any:
    """Give what a side answers with.

    :param number: of plugins that fill slots for the application, of the user who sees all deals
        for the bare function.
    """
    if side == "application":
        return application(url, number)
    if side == "whole":
        return whole(url)
    return bare(url, [number]) if side == "bare" else nothing


def main() -> None:
    """Serve."""
    from salesman_core.cli.memory import settle  # noqa: PLC0415  # not before the clock starts
    from salesman_core.cli.server import THREADS  # noqa: PLC0415  # as above

    side, url, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    server = waitress.create_server(
        made(side, url, number),
        host="127.0.0.1",
        port=0,
        threads=THREADS,
        channel_timeout=_PATIENCE,
    )
    settle()
    threading.Thread(target=server.run, daemon=True).start()
    print(server.effective_port, flush=True)  # noqa: T201  # read by whoever started it
    sys.stdin.read()


if __name__ == "__main__":
    main()
