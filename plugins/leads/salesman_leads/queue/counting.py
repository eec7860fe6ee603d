"""Calls that are counted: an inquiry of whoever called, where inquiries are active (ADR 0043)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

from salesman_core.toolkit import link_to, service
from salesman_leads.known import told_of
from salesman_leads.models import Lead
from salesman_leads.queue.models import CALL_BACK, INTEREST, NO_INTEREST, Attempt, CallResult

REACHED: Final = frozenset({CALL_BACK, NO_INTEREST, INTEREST})
"""With which results somebody was spoken to."""


class Inquiries(Protocol):
    """What leads ask of inquiries; `salesman_inquiries.toolkit` says what each gives."""

    def note_call(
        self,
        values: Mapping[str, Any],
        result: str,
        *,
        reached: bool,
        interest: bool,
        lead_id: int | None = None,
    ) -> int | None: ...

    def take_back(self, inquiry_id: int) -> None: ...


def note_call(lead: Lead, attempt: Attempt, result: CallResult) -> int | None:
    """Note a call to a lead; give the inquiry's id, None where nobody counts calls."""
    inquiries = _inquiries()
    if inquiries is None:
        return None
    who = told_of(lead)
    if not any(who.values()):
        who["name"] = lead.title  # nothing but a key in another system
    text = "\n".join(filter(None, (attempt.comment, link_to(f"/leads/{lead.id}"))))
    interest = result.base == INTEREST
    return inquiries.note_call(
        {**who, "direction": "outgoing", "source": lead.source, "text": text},
        result.name,
        reached=result.base in REACHED,
        interest=interest,
        lead_id=lead.id if interest else None,
    )


def take_back(inquiry_id: int | None) -> None:
    """Let a call count no more that was undone."""
    inquiries = _inquiries()
    if inquiries is not None and inquiry_id is not None:
        inquiries.take_back(inquiry_id)


def _inquiries() -> Inquiries | None:
    return cast("Inquiries | None", service("inquiries"))
