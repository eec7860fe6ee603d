"""Whether the company lets documents be approved: else no change of a deal is looked at."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import WritingSession, bump, kept, reading
from salesman_documents.approval.models import Approval

SUBJECT: Final = "documents.approval"
_BEGUN: Final = "begun"


def is_used() -> bool:
    """Tell whether any document was ever to be approved."""
    held = kept(SUBJECT)
    if _BEGUN not in held:
        held[_BEGUN] = bool(reading().scalar(sa.select(sa.exists(sa.select(Approval.id)))))
    return bool(held[_BEGUN])


def note_approval(session: WritingSession) -> None:
    """Say, in the transaction of an approval, that there is one now."""
    if not is_used():
        bump(session, SUBJECT)
