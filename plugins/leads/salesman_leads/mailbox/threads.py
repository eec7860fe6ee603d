"""Answers in the thread of a letter that became a lead: they belong to it while it is not closed.

Whoever writes again and again about the same thing is one lead, and no junk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    SYSTEM,
    WritingSession,
    announce,
    audit,
    company,
    contact_data,
    for_change,
    formats,
    notify,
    now,
    person_of,
    speaking,
    visible,
)
from salesman_leads.mailbox.letters import Received
from salesman_leads.mailbox.models import Letter, Mailbox
from salesman_leads.mailbox.quoting import own_words
from salesman_leads.mailbox.wording import lead_in
from salesman_leads.models import CLOSED, FORMER, KIND, Lead
from salesman_leads.permissions import EDIT
from salesman_leads.texts import texts

_LONGEST: Final = 20_000
"""Signs of the text of a lead, as its schema has it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The lead of a thread.

    :param lead_id: the one that is not closed, if there is one; else the latest.
    """

    lead_id: int
    closed: bool


def thread_of(session: Session, received: Received) -> Thread | None:
    """Give the lead of the thread in which a letter answers, None where it is in none of ours."""
    if not received.answers:
        return None
    leads = (
        sa.select(Lead.id, (Lead.status == CLOSED).label("closed"))
        .join(Letter, Letter.lead_id == Lead.id)
        .where(
            Letter.mailbox_id.in_(sa.select(Mailbox.id)),  # by the index of both
            Letter.message_id.in_(received.answers),
            visible(KIND, person=SYSTEM),
        )
        .order_by(sa.case((Lead.status == CLOSED, 1), else_=0), Lead.id.desc())
        .limit(1)
    )
    found = session.execute(leads).one_or_none()
    return None if found is None else Thread(found.id, bool(found.closed))


def add_answer(session: WritingSession, lead_id: int, received: Received, own_address: str) -> bool:
    """Add an answer to what a lead wants; give False where it is closed, or has no room for it.

    That touches nothing: it is they who did something, and whoever is responsible has yet to.
    """
    lead: Lead = for_change(session, KIND, lead_id, EDIT)
    answer = _said(received, own_address)
    whole = "\n\n".join(filter(None, (lead.text, answer)))
    if lead.status == CLOSED or len(whole) > _LONGEST:
        return False
    lead.text = whole
    audit(session, KIND, lead.id, lead.title, "answered", {"text": (None, answer)})
    announce(session, "leads.lead.answered", KIND, lead.id, {"owner_id": lead.owner_id})
    _tell(session, lead)
    return True


def _said(received: Received, own_address: str) -> str:
    """Give an answer as the card shows it: who wrote and when, then their own words."""
    who = received.name or contact_data.masked(received.address)
    text = lead_in(replace(in_own_words(received), subject=""), own_address).get("text", "")
    return f"— {', '.join(filter(None, (who, formats.moment(now()))))}\n{text}".strip()


def _tell(session: WritingSession, lead: Lead) -> None:
    person = None if lead.owner_id is None else person_of(lead.owner_id)
    if person is None:
        return
    with speaking(person.locale or company().language):
        told = texts.gettext("A new letter about your lead: %(title)s", title=lead.title)
        notify(session, lead.owner_id, told, f"/leads/{lead.id}")


def in_own_words(received: Received) -> Received:
    """Give a letter without what it quotes, if that leaves anything."""
    own = own_words(received.text)
    return replace(received, text=own) if own or received.attached else received


def going_on(values: Mapping[str, Any], former_id: int) -> dict[str, Any]:
    """Give the lead of an answer to one that is closed, or has no room: it names the former."""
    heading = texts.gettext("Goes on from lead no. %(number)s.", number=former_id)
    text = f"{heading}\n\n{values.get('text', '')}".strip()
    return {**values, "text": text[:_LONGEST], FORMER: former_id}
