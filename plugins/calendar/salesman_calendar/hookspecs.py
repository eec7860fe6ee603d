"""What the calendar asks of other plugins."""

# A specification is a signature with its documentation; it has no body to judge.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesman_hookspecs import Phase, Policy, hookspec


@hookspec(policy=Policy.COLLECT, phase=Phase.BOOT, since="0.1")
def salesman_calendar_entries() -> Iterable[Mapping[str, Any]]:
    """Give what stands in the calendar beside activities, as the days on which invoices are due.

    Asked once at start. A source is a mapping of plain values, so that a plugin need not import
    anything of this one; ``salesman_calendar.entries`` says which.

    Example::

        @hookimpl(optionalhook=True)
        def salesman_calendar_entries():
            return [{
                "id": "notes.due", "title": "Notes", "icon": "note", "kind": "notes.note",
                "permission": "notes.note.view", "entries": due_notes,
            }]
    """
