"""How the application logs: a line an event, with the traceback but never with local variables.

The defaults of structlog print the locals of every frame, and with them passwords and letters.
Lines of the standard library, the server's and SQLAlchemy's among them, take the same form.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure_logs() -> None:
    """Log to standard error: readable on a terminal, as JSON elsewhere."""
    stamped: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written = _written()
    structlog.configure(
        processors=[*stamped, *written],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _configure_standard_library(stamped, written)


def _written() -> list[Any]:
    """Give what makes a line out of an event."""
    if sys.stderr.isatty():
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _configure_standard_library(stamped: list[Any], written: list[Any]) -> None:
    root = logging.getLogger()
    for former in [one for one in root.handlers if isinstance(one, StandardError)]:
        root.removeHandler(former)
    handler = StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*stamped, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    root.addHandler(handler)


class StandardError(logging.Handler):
    """Prints to whatever standard error is at that moment: tests and services put others there."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a line."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001  # as the standard library's own handlers do
            self.handleError(record)
