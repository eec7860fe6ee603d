"""Pages served by several processes: what ``salesman serve --processes`` starts.

It runs as ``python -m salesman_core.cli.pages SOCKET PROCESSES THREADS`` and needs gunicorn, which
comes with the extra ``postgresql``.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from salesman_core.app import create_app
from salesman_core.cli.memory import settle


class PagesWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no annotations
    """A process that serves pages by threads, and ends its live streams when it is to end."""

    def handle_exit(self, *signal: Any) -> None:
        """End gracefully: a stream would hold its thread, and so the process, for a minute."""
        app: Flask | None = self.wsgi
        if app is not None:
            threading.Thread(target=app.extensions["salesman_live"].stop).start()
        super().handle_exit(*signal)


class Pages(BaseApplication):  # type: ignore[misc]  # as above
    """Our application in gunicorn.

    :param descriptor: the number of a socket that listens.
    """

    def __init__(self, descriptor: int, processes: int, threads: int) -> None:
        self._wanted: dict[str, Any] = {
            "bind": f"fd://{descriptor}",
            "workers": processes,
            "threads": threads,
            "worker_class": PagesWorker,
            "loglevel": "warning",
            "timeout": 120,  # of a process that says nothing at all, also while it starts
            "keepalive": 65,  # longer than a web server in front keeps its connections
            "limit_request_line": 8190,
            "forwarded_allow_ips": "",  # proxies are trusted by our own setting alone
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Say how it runs; what this gunicorn does not know yet, it does not do either."""
        for name, value in self._wanted.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in each process for itself: it holds connections and threads."""
        app = create_app()
        settle()
        return app


if __name__ == "__main__":
    Pages(*map(int, sys.argv[1:])).run()
