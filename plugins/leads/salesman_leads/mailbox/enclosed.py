"""The files that came along with a letter: which are kept, within which bounds.

Strangers send them. So they are few and small, programs are none of them, and what a browser may
show of them is judged by the core, as of any file: nothing is ever run or shown as a page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.errors import CloseBoundaryNotFoundDefect
from email.message import EmailMessage, Message
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from salesman_core.toolkit import (
    KeptFile,
    attach_kept,
    bytes_of_files,
    keep_file,
    reading,
    without_unseen,
)
from salesman_leads.lists import KEPT_APART
from salesman_leads.mailbox.letters import name_of
from salesman_leads.models import KIND

_MB: Final = 1024 * 1024


class Bounds(NamedTuple):
    """How much of what came along with one letter is kept.

    :param files: so many at most.
    :param size: bytes of all of them.
    """

    files: int
    size: int


OF_LETTER: Final = Bounds(10, 10 * _MB)
OF_SUSPECT: Final = Bounds(3, 2 * _MB)
MOST_OF_SUSPECTS: Final = 200 * _MB
"""Bytes of the files of all leads that are kept apart: a flood of junk fills no disk."""

_LONG: Final = 1_000_000
_MOST_LINES: Final = 300_000
_MOST_PARTS: Final = 10
"""Files take many bytes in few lines and parts; else reading them takes long, not the files."""

_RUN: Final = frozenset({
    ".apk", ".app", ".bat", ".cab", ".chm", ".cmd", ".com", ".cpl", ".dll", ".dmg", ".docm",
    ".dotm", ".exe", ".gadget", ".hta", ".htm", ".html", ".img", ".iso", ".jar", ".js", ".jse",
    ".lnk", ".mht", ".mhtml", ".msc", ".msi", ".msp", ".pif", ".pptm", ".ps1", ".py", ".reg",
    ".scr", ".sct", ".sh", ".svg", ".sys", ".url", ".vb", ".vbe", ".vbs", ".vhd", ".ws", ".wsf",
    ".wsh", ".xhtml", ".xll", ".xlsm", ".xltm",
})  # fmt: skip
"""Endings of what runs, or may, when somebody opens it."""
_PROGRAMS: Final = (b"MZ", b"\x7fELF")
"""How programs begin, whatever they are called."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came along with a letter.

    :param content: empty where it did not come whole.
    """

    name: str
    content: bytes = field(repr=False)


class Choice(NamedTuple):
    """Which files are kept, and the names of the others."""

    kept: tuple[Enclosed, ...]
    named: tuple[str, ...]


def as_far_as_read(raw: bytes) -> bytes:
    """Give as much of a letter as is read: of a long one that is no letter with files, a part."""
    if len(raw) <= _LONG:
        return raw
    usual = raw.count(b"\n") <= _MOST_LINES and raw.lower().count(b"boundary=") <= _MOST_PARTS
    return raw if usual else raw[:_LONG]


def enclosed_in(message: EmailMessage) -> list[Enclosed]:
    """Give the files that came along, in their order."""
    leaves = [part for part in message.walk() if not part.is_multipart()]
    cut = any(isinstance(one, CloseBoundaryNotFoundDefect) for one in message.defects)
    whole = leaves[:-1] if cut else leaves
    return [
        Enclosed(name, _content(part) if part in whole else b"")
        for part in leaves
        if (name := name_of(part))
    ]


def _content(part: Message[Any, Any]) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def chosen(files: Sequence[Enclosed], bounds: Bounds) -> Choice:
    """Choose what is kept: the first that fit, and nothing that runs."""
    kept: list[Enclosed] = []
    named: list[str] = []
    left = bounds.size
    for one in files:
        if len(kept) < bounds.files and 0 < len(one.content) <= left and not _runs(one):
            kept.append(one)
            left -= len(one.content)
        else:
            named.append(one.name)
    return Choice(tuple(kept), tuple(named))


def _runs(file: Enclosed) -> bool:
    ending = PurePath(without_unseen(file.name).strip(" .").lower()).suffix
    return ending in _RUN or file.content.startswith(_PROGRAMS)


def bounds_of_suspect() -> Bounds:
    """Give how much is kept of what came along with a letter that may be junk."""
    held = bytes_of_files(reading(), KIND, KEPT_APART)
    return Bounds(OF_SUSPECT.files, min(OF_SUSPECT.size, max(MOST_OF_SUSPECTS - held, 0)))


def keep(files: Sequence[Enclosed]) -> Iterator[KeptFile]:
    """Keep files that a lead is to get: before the transaction in which that is made."""
    for one in files:
        yield keep_file(one.name, io.BytesIO(one.content))


def attach(lead_id: int, files: Sequence[KeptFile]) -> None:
    """Attach files to the lead that was made of their letter."""
    for one in files:
        attach_kept(KIND, lead_id, one)
