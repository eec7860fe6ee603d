"""Which reports a person has pinned: those stand first on the page of reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from salesman_analytics.declared import DeclaredReport, seen_report
from salesman_core.toolkit import preference, remember

_KEPT: Final = "analytics.pinned"


def pinned() -> Sequence[str]:
    """Give the ids of what whoever acts has pinned, the latest last."""
    return list(preference(_KEPT) or ())


def pin(id_: str) -> None:
    """Let a report stand first for whoever acts, behind what they pinned before.

    :raises MissingError: where there is none, or not for them.
    """
    seen_report(id_)
    remember(_KEPT, [*(one for one in pinned() if one != id_), id_])


def unpin(id_: str) -> None:
    """Let a report stand among the others again for whoever acts.

    :raises MissingError: where there is none, or not for them.
    """
    seen_report(id_)
    remember(_KEPT, [one for one in pinned() if one != id_])


def first_pinned(every: Sequence[DeclaredReport], ids: Sequence[str]) -> list[DeclaredReport]:
    """Give the pinned ones of some reports, in the order in which they were pinned."""
    by_id = {one.id: one for one in every}
    return [by_id[one] for one in ids if one in by_id]
