"""What mailboxes tell of how they are."""

from __future__ import annotations

from collections.abc import Iterator

from salesman_core.toolkit import mailboxes, reading
from salesman_hookspecs import HealthCheck
from salesman_leads.mailbox import queries


def checks() -> Iterator[HealthCheck]:
    """Say of each active mailbox whether it could be read the last time."""
    for one in queries.troubled(reading()):
        detail = str(mailboxes.PROBLEMS[one.problem]) if one.problem else ""
        yield HealthCheck(f"{one.user}, {one.folder}", ok=not one.problem, detail=detail)
