"""What an administrator may set: for tests alone."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields

API: Final = "https://api.unisender.com/ru/api"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_safe(url: str) -> bool:
    """Tell whether a key may be sent to an address: encrypted, or to this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _demand_safe(url: str) -> None:
    if not is_safe(url):
        raise ValidationError("It has to begin with https://.")


class UnisenderSettings(Schema):
    """The section ``[plugins.unisender]`` of ``salesman.toml``."""

    api_url = fields.String(
        load_default=API,
        validate=_demand_safe,
        metadata={"description": "Where UniSender's API answers; another one only for tests."},
    )
