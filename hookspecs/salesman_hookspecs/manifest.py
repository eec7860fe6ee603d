"""What a plugin says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

RESERVED_IDS: Final = frozenset(
    {
        "admin", "api", "assets", "audit", "bin", "clients", "contacts", "core", "deals", "desk",
        "events", "files", "fragments", "healthz", "holidays", "jobs", "lists", "live", "me",
        "people", "pipelines", "profile", "rates", "readyz", "records", "reports", "roles", "rungs",
        "search", "sign", "static", "teams", "tokens", "users", "welcome",
    }
)  # fmt: skip
"""Ids that no plugin may have, because the core answers or stores under these names."""

_ID = re.compile(r"[a-z][a-z0-9]{1,30}")


class ManifestError(ValueError):
    """A plugin's manifest says something that the host cannot accept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin's manifest: the object called ``plugin`` in the module of the entry point.

    :param id: the plugin's name in tables, addresses, permissions and settings;
        ``[a-z][a-z0-9]{1,30}``, equal to the entry point's name. It has no underscore, so that no
        plugin's table prefix can be the beginning of another's.
    :param title: what people read, in English; translated through the plugin's own catalogue.
    :param api: the versions of the hook API that it works with, as a version specifier
        (``">=0.1,<1"``).
    :param requires: ids of plugins without which it cannot work. It may import their ``toolkit``.
    :param after: ids of plugins that, where present, are loaded before it.
    :param settings: a marshmallow ``Schema`` class with the plugin's settings, or None.
    :param summary: one sentence for the administration page, in English.
    """

    id: str
    title: str
    api: str
    requires: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    settings: type[Any] | None = field(default=None)
    summary: str = ""

    def __post_init__(self) -> None:
        """Refuse ids that could not stand in a table name, an address or beside the core's own."""
        if not _ID.fullmatch(self.id):
            message = f"plugin id {self.id!r} must match [a-z][a-z0-9]{{1,30}}"
            raise ManifestError(message)
        if self.id in RESERVED_IDS:
            message = f"plugin id {self.id!r} is reserved by the core: choose another one"
            raise ManifestError(message)
