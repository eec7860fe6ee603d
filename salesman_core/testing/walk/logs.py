"""What the application logs during a walk.

A line may say what happened, when, of which plugin, at which route, to which ids, from which
network address, under which reference. It holds no name, no contact data, nothing that somebody
wrote, and no secret: whoever runs the server reads it, and so does whoever keeps it.
"""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, Self

import structlog

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class Overheard:
    """Hears what is logged inside a block, as a server would print it, and passes it on.

    Lines of structlog come as the application configures it. Those of the standard library come
    from warnings on, as where nothing is configured.
    """

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._secrets: set[str] = set()
        self._ear = _Ear(self._heard)
        self._handler = logging.StreamHandler(self._ear)
        self._handler.setLevel(logging.WARNING)
        self._before: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Begin."""
        self._before = structlog.get_config()
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(self._ear))
        logging.getLogger().addHandler(self._handler)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Let things be as before."""
        logging.getLogger().removeHandler(self._handler)
        structlog.configure(**self._before)

    def keep_secret(self, secrets: Iterable[str]) -> None:
        """Note what no line may hold."""
        self._secrets |= {one for one in secrets if one}

    def taken(self) -> str:
        """Give what was said since the last time."""
        said = "".join(self._heard)
        self._heard.clear()
        return said

    def told(self, line: str) -> list[str]:
        """Give what a line tells of contact data and secrets, without repeating a secret."""
        emails = [f"the address {one}" for one in sorted(set(_EMAIL.findall(line)))]
        return [*emails, *("a secret" for one in self._secrets if one in line)][:3]


class _Ear(io.StringIO):
    """A stream that keeps what is written to it, and writes it to standard error too."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def write(self, text: str) -> int:
        self._heard.append(text)
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
