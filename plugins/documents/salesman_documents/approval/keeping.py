"""How what happens in an approval is kept: in the history of its document, and as an event."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import Changes, announce, audit, touch
from salesman_documents.models import KIND, Document

ACTIONS: Final = (
    *("approval_begun", "approval_decided", "approval_ended", "approval_void"),
    "approval_withdrawn",
)


def keep(session: Session, document: Document, action: str, changes: Changes) -> None:
    """Keep what was done about the approval of a document."""
    touch(document)
    audit(session, KIND, document.id, document.title, action, changes)
    announce(session, f"documents.document.{action}", KIND, document.id, {})
