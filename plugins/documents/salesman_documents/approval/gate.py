"""The gate: what may leave the house where a type demands approval, and what voids an approval.

That something is approved is never believed by its state alone. Each time it counts, the gate looks
whether the newest version is the one that was approved, by its hash, and whether the deal still
comes to what it came to then (ADR 89).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, ConflictError, WritingSession, now
from salesman_documents.approval import facts, queries, telling, threads
from salesman_documents.approval.keeping import keep
from salesman_documents.approval.models import (
    APPROVED,
    ASKED,
    RUNNING,
    SKIPPED,
    VOID,
    WAITING,
    Approval,
)
from salesman_documents.approval.routes import is_required
from salesman_documents.models import SIGNED, Document, Version
from salesman_documents.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy


class NotApprovedError(ConflictError):
    """A document is to leave the house whose type demands approval, and that is not approved."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document stands now.

    :param required: whether its type demands approval.
    :param approval: the newest one; None where there was none.
    :param state: of that, as it is now: void also where nobody has written that down yet.
    :param changed: what made it void.
    """

    required: bool
    approval: AnyRow | None = None
    state: str = ""
    changed: Sequence[facts.Change] = ()

    @property
    def may_leave(self) -> bool:
        """Whether the newest version may be sent and signed."""
        return not self.required or self.state == APPROVED


def standing(session: Session, document: Document | AnyRow) -> Standing:
    """Tell how a document stands now; the caller has judged that it is seen."""
    return standing_of(session, document, queries.last_approval(session, document.id))


def standing_of(session: Session, document: Document | AnyRow, approval: AnyRow | None) -> Standing:
    """Tell the same of a document whose newest approval is known."""
    required = is_required(session, document.type_id)
    if approval is None:
        return Standing(required)
    if approval.state not in {RUNNING, APPROVED}:
        return Standing(required, approval, approval.state, approval.changed)
    changed = changes_since(session, document, approval)
    return Standing(required, approval, VOID if changed else approval.state, changed)


def changes_since(
    session: Session, document: Document | AnyRow, approval: Approval | AnyRow
) -> list[facts.Change]:
    """Give what has changed since an approval began: the version, and what the deal comes to."""
    last = queries.last_version(session, document.id)
    changed: list[facts.Change] = []
    if last is None or (last.id, last.hash) != (approval.version_id, approval.hash):
        number = None if last is None else last.number
        changed.append({"what": "version", "before": approval.number, "after": number})
    return changed + facts.differences_of(approval.facts, facts.facts_of(session, document))


def demand_approved(session: Session, document_id: int, number: int | None = None) -> None:
    """Let a version go only if it may leave the house.

    :param number: of the version; the newest where not given, scans left out.
    :raises NotApprovedError: where its type demands approval and it is not the approved one.
    """
    document = session.get_one(Document, document_id)
    stands = standing(session, document)
    if not stands.required:
        return
    if stands.state != APPROVED or stands.approval is None:
        raise NotApprovedError(reason(stands))
    if number is None:
        return
    asked = sa.select(Version.id, Version.hash).where(Version.document_id == document_id)
    version = session.execute(asked.where(Version.number == number)).one_or_none()
    approved = stands.approval.version_id, stands.approval.hash
    if version is None or (version.id, version.hash) != approved:
        message = _("Only version %(number)s is approved.", number=stands.approval.number)
        raise NotApprovedError(message)


def reason(stands: Standing) -> Text:
    """Give why a document may not leave, in words."""
    words = {
        "": _("Documents of this type are sent and signed once they are approved."),
        RUNNING: _("The document is being approved: it may be sent and signed afterwards."),
        VOID: _("What was approved has changed: the document is to be approved anew."),
    }
    refused = _("The document was not approved: it may be sent and signed once it is.")
    return words.get(stands.state, refused)


def note_version(session: WritingSession, document: Document, origin: str) -> None:
    """Let a new version void the approval of the one before, in its transaction.

    The scan of a signed document voids nothing: it shows that what was approved is signed.
    """
    if origin != SIGNED:
        review(session, document)


def review(session: WritingSession, document: Document) -> bool:
    """Make the approval of a document void where what it is about has changed; tell whether."""
    held = sa.select(Approval).where(
        Approval.document_id == document.id, Approval.state.in_((RUNNING, APPROVED))
    )
    void = False
    for approval in session.scalars(held.with_for_update()):
        changed = changes_since(session, document, approval)
        if changed:
            make_void(session, document, approval, changed)
            void = True
    return void


def make_void(
    session: WritingSession, document: Document, approval: Approval, changed: Sequence[facts.Change]
) -> None:
    """Make an approval void, and tell whoever began it and whoever had a word in it."""
    before = approval.state
    approval.state, approval.changed, approval.ended_at = VOID, list(changed), now()
    skip_rest(approval)
    session.flush()
    keep(session, document, "approval_void", {"approval": (before, VOID)})
    threads.end(approval)
    telling.tell_void(session, document, approval)


def skip_rest(approval: Approval) -> None:
    """Let nobody be asked in an approval any more."""
    for step in approval.steps:
        if step.state in {WAITING, ASKED}:
            step.state = SKIPPED


def void_of_deal(session: WritingSession, deal_id: int) -> int:
    """Look at the documents of a deal that changed; give how many approvals became void."""
    held = sa.select(Approval.document_id).where(Approval.state.in_((RUNNING, APPROVED)))
    asked = sa.select(Document).where(Document.deal_id == deal_id, Document.id.in_(held))
    documents = session.scalars(asked.order_by(Document.id).with_for_update()).all()
    return sum(review(session, one) for one in documents)
