"""Once what was next with an inquiry is done, its owner is asked what came of the inquiry."""

from __future__ import annotations

from salesman_core.toolkit import company, notify, speaking, writing
from salesman_hookspecs import Event
from salesman_inquiries import queries
from salesman_inquiries.texts import texts


def ask_outcome(event: Event) -> None:
    """Ask for the outcome of the inquiry that was waiting for an activity, if one was."""
    with writing() as session:
        for inquiry in queries.waiting_for(session, event.record_id):
            with speaking(inquiry.locale or company().language):
                told = texts.gettext(
                    "“%(step)s” is done. What came of the inquiry?", step=inquiry.next_step
                )
            notify(session, inquiry.owner_id, told, f"/inquiries/{inquiry.id}")
