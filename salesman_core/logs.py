"""How the application logs: a line an event, with the traceback but never with local variables.

The defaults of structlog print the locals of every frame, and with them passwords and letters.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def configure_logs() -> None:
    """Log to standard error: readable on a terminal, as JSON elsewhere."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if sys.stderr.isatty():
        plain = structlog.dev.plain_traceback
        processors[-1:] = [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    else:
        processors.append(structlog.processors.JSONRenderer())
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
