"""Leads that are alike and come in the same moment are judged one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import WritingSession
from salesman_leads.junk.queries import SHORT, ways_of

_OURS: Final = b"leads.junk"
"""Keeps our locks apart from those of others."""


def keep_alike_waiting(session: Session, values: Mapping[str, Any]) -> None:
    """Let what has a phone, an email or the text of a lead wait until this change is committed.

    Else a form that is sent twice in a moment is two leads, none of which knew of the other. All
    who wait take the locks in one order, before any other of this plugin's. SQLite has one writer
    at a time as it is, and whoever only reads keeps nobody waiting.
    """
    if not isinstance(session, WritingSession) or session.passing:
        return
    if session.get_bind().dialect.name != "postgresql":
        return
    locks = sorted({_number(key) for key in _keys(values)})
    if locks:
        session.execute(sa.select(*map(sa.func.pg_advisory_xact_lock, locks)))


def _keys(values: Mapping[str, Any]) -> Iterator[str]:
    phones, emails = ways_of(values)
    yield from (*phones, *emails)
    text = str(values.get("text") or "").strip()
    if len(text) >= SHORT:
        yield text


def _number(key: str) -> int:
    """Give the number of a lock: of 64 bits with a sign, so that two keys hardly share one."""
    digest = blake2b(key.encode("utf-8", "replace"), digest_size=8, person=_OURS).digest()
    return int.from_bytes(digest, "big", signed=True)
