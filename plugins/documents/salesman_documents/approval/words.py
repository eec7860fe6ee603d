"""What states and decisions of approvals are called."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import formats
from salesman_documents.approval.models import (
    APPROVED,
    ASKED,
    REFUSED,
    REMARKS,
    RUNNING,
    SKIPPED,
    VOID,
    WAITING,
    WITHDRAWN,
    ApprovalStep,
)
from salesman_documents.texts import texts

_ = texts.lazy

STATES: Final = {
    RUNNING: _("being approved"),
    APPROVED: _("approved"),
    REFUSED: _("refused"),
    VOID: _("void"),
    WITHDRAWN: _("withdrawn"),
}
STEPS: Final = {
    WAITING: _("its turn will come"),
    ASKED: _("is asked"),
    APPROVED: _("approved"),
    REMARKS: _("approved with remarks"),
    REFUSED: _("refused"),
    SKIPPED: _("not needed any more"),
}
COLORS: Final = {
    RUNNING: "blue",
    ASKED: "blue",
    APPROVED: "green",
    REMARKS: "green",
    REFUSED: "red",
    VOID: "yellow",
    WITHDRAWN: "secondary",
    WAITING: "secondary",
    SKIPPED: "secondary",
}
LABELS: Final = {
    "steps": _("Who must approve"),
    "note": _("A word to those who decide"),
    "comment": _("Remarks, or the reason of a refusal"),
    "verdict": _("Decision"),
    "required": _("Sent and signed only once approved"),
}


def due_words(step: ApprovalStep) -> str:
    """Give by when a step is to be decided; an empty text where there is no hurry."""
    if step.due_on is None:
        return ""
    return texts.gettext("Decide by %(day)s", day=formats.day(step.due_on))
