"""What activities show on other pages, and what of it is drawn again when one changes."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from salesman_calendar import choosing, queries
from salesman_calendar.permissions import CREATE
from salesman_core.toolkit import ClientCard, DealCard, current_person, reading, render

OPEN_SHOWN: Final = 20
DONE_SHOWN: Final = 5
DUE_SHOWN: Final = 12


def of_record(card: ClientCard | DealCard) -> Markup:
    """Give what is planned with a client or for a deal, and what was done last."""
    return record_panel(card.kind, card.record_id)


def record_panel(kind: str, record_id: int) -> Markup:
    """Give the panel of a client or deal that the person sees."""
    session = reading()
    planned = queries.open_about(session, kind, record_id, OPEN_SHOWN)
    done = queries.last_done_about(session, kind, record_id, DONE_SHOWN)
    may_plan = current_person().may(CREATE)
    return render(
        "calendar/of_record.html",
        kind=kind,
        record_id=record_id,
        planned=planned,
        done=done,
        around=queries.around(session, [*planned, *done]),
        kinds=choosing.kinds(session, offered=True) if may_plan else [],
    )


def next_step(card: ClientCard | DealCard) -> Markup:
    """Give the next step with a client or for a deal, for the head of its card."""
    return next_step_of(card.kind, card.record_id)


def next_step_of(kind: str, record_id: int) -> Markup:
    """Give the next step of a client or deal that the person sees."""
    found = queries.open_about(reading(), kind, record_id, 1)
    return render(
        "calendar/next_step.html",
        kind=kind,
        record_id=record_id,
        activity=found[0] if found else None,
        may_plan=current_person().may(CREATE),
    )


def my_day() -> Markup:
    """Give one's own activities that are overdue or of today."""
    session = reading()
    due = queries.own_due(session, DUE_SHOWN)
    return render(
        "calendar/my_day.html",
        due=due,
        around=queries.around(session, due),
        more=max(0, queries.due_count(session) - len(due)),
    )
