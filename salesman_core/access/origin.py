"""From where something is done: by which way in, and from which network address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from flask import g, has_app_context, has_request_context, request

PAGE: Final = "page"
TOKEN: Final = "token"  # noqa: S105  # the word for it, no secret
COMMAND: Final = "command"
IMPORT: Final = "import"

_LONGEST: Final = 300
_LONGEST_ADDRESS: Final = 64


class Origin(NamedTuple):
    """Where something comes from.

    :param way: ``page``, ``token NAME``, ``import NUMBER`` or ``command``; empty where the system
        does it by itself.
    :param address: the network address; empty where there is none.
    """

    way: str = ""
    address: str = ""

    @classmethod
    def by(cls, way: str, name: object = "", address: str = "") -> Origin:
        """Give an origin by its way in, and by what this is called."""
        return cls(f"{way} {name}".strip()[:_LONGEST], address[:_LONGEST_ADDRESS])


def of_import(number: int, begun: Sequence[str] | None = None) -> Origin:
    """Give the origin of what a file brought in.

    :param begun: from where the import was begun; from where whoever acts does so if not given.
    """
    return Origin.by(IMPORT, number, Origin(*(begun or current_origin())).address)


_ITSELF: Final = Origin()


def current_origin() -> Origin:
    """Give from where whoever acts does so."""
    if not has_app_context():
        return _ITSELF
    told: Origin | None = g.get("salesman_origin")
    if told is not None:
        return told
    if not has_request_context():
        return _ITSELF
    return Origin.by(PAGE, address=request.remote_addr or "")


def come_from(origin: Origin | None) -> None:
    """Say for the rest of a request or command from where it comes; None for what is usual."""
    g.salesman_origin = origin


@contextmanager
def coming_from(origin: Sequence[str] | None) -> Iterator[None]:
    """Let what is done inside the block come from *origin*.

    :param origin: as :func:`current_origin` gave it when a job was begun: with the job's arguments
        it has become a list. None for a job that was begun before they held one.
    """
    before = g.get("salesman_origin")
    g.salesman_origin = _ITSELF if origin is None else Origin(*origin)
    try:
        yield
    finally:
        g.salesman_origin = before
