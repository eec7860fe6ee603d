"""Taking in what came back: once, and only what is about a letter of ours counts.

A letter of ours is known by its mark, which nobody can make up: so nobody can have an address
struck off by a report of their own making.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import WritingSession, insert_into, now
from salesman_mailing.bounces.bearing import BOUNCES, unbearable
from salesman_mailing.bounces.judging import Kind, Verdict, judge_letter
from salesman_mailing.bounces.models import BadAddress, Returned
from salesman_mailing.campaigns.marks import recipients_in
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import LETTER, REFUSED
from salesman_mailing.texts import texts

_WORDS: Final = 500


def take_in(session: WritingSession, raw: bytes, message_id: str) -> Kind | None:
    """Judge a letter that came in and let follow what follows; give what it is.

    :param message_id: its own, by which it is known again.
    :returns: None where it was taken in before.
    """
    known = sa.exists().where(Returned.message_id == message_id)
    if session.scalar(sa.select(known)):
        return None
    verdict = judge_letter(raw)
    recipient = _ours(session, verdict)
    if recipient is None and verdict.kind is Kind.OTHER:
        return Kind.OTHER  # somebody's letter that has nothing to do with us is not kept
    session.add(
        Returned(
            message_id=message_id,
            kind=verdict.kind,
            recipient_id=recipient.id if recipient else None,
            address=recipient.address if recipient else (*verdict.addresses, "")[0][:254],
            status=verdict.status[:20],
            words=verdict.words[:_WORDS],
            at=now(),
        )
    )
    session.flush()
    if recipient is not None:
        _follow(session, recipient, verdict)
    return verdict.kind


def _ours(session: Session, verdict: Verdict) -> Recipient | None:
    ids = next(iter(recipients_in(verdict.letter_ids)), None)
    return session.get(Recipient, ids) if ids is not None else None


def _follow(session: WritingSession, recipient: Recipient, verdict: Verdict) -> None:
    moment = now()
    if verdict.kind in BOUNCES:
        recipient.bounced_at, recipient.bounce = moment, verdict.kind
        if unbearable(session, [recipient.address]):
            strike_off(session, recipient.address, verdict.words)
    elif verdict.kind is Kind.COMPLAINT:
        recipient.complained_at = moment
        proof = Proof(
            LETTER, texts.gettext("Called the letter spam."), {"letter": str(recipient.id)}
        )
        record(session, [recipient.address], About(), REFUSED, proof)
    elif verdict.kind is Kind.OTHER:
        recipient.answered_at = recipient.answered_at or moment


def strike_off(session: WritingSession, address: str, words: str) -> None:
    """Let nothing be sent to an address any more, until somebody says that it works again."""
    strike_off_all(session, [address], words)


def strike_off_all(session: WritingSession, addresses: Collection[str], words: str) -> None:
    """Let nothing be sent to some addresses any more, by one statement."""
    rows = [{"address": one, "words": words[:_WORDS], "at": now()} for one in addresses]
    if rows:
        insert = insert_into(session, BadAddress)
        told = {"words": insert.excluded.words, "at": insert.excluded.at}
        upsert = insert.on_conflict_do_update(index_elements=["address"], set_=told)
        session.execute(upsert, rows)
