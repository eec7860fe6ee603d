"""Browsers in words that people recognise their own by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from salesman_core.access.sign_in import Device
from salesman_core.i18n import texts

_ = texts.lazy

_PROGRAMS: Final = {
    "YaBrowser/": "Yandex Browser",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""What a browser calls itself by; those that also call themselves something else come first."""

_SYSTEMS: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """A browser in which somebody is signed in."""

    id: int
    name: str
    address: str
    created_at: datetime
    seen_at: datetime
    current: bool


def shown(device: Device) -> ShownDevice:
    """Give a device as its owner recognises it."""
    return ShownDevice(
        id=device.id,
        name=name_of(device.agent),
        address=device.address,
        created_at=device.created_at,
        seen_at=device.seen_at,
        current=device.current,
    )


def name_of(agent: str) -> str:
    """Give ``Firefox, Linux`` for what a browser calls itself."""
    program = _first(_PROGRAMS, agent)
    system = _first(_SYSTEMS, agent)
    return ", ".join(part for part in (program, system) if part) or str(_("Unknown browser"))


def _first(names: dict[str, str], agent: str) -> str:
    return next((name for mark, name in names.items() if mark in agent), "")
