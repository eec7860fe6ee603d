"""What inquiries show on other pages, and what of it is drawn again when one changes."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from salesman_core.toolkit import ClientCard, DealCard, current_person, reading, render
from salesman_inquiries import queries
from salesman_inquiries.lists import STATUS_TITLES, sees_others_figures
from salesman_inquiries.permissions import CREATE

SHOWN: Final = 5
DUE_SHOWN: Final = 8


def of_record(card: ClientCard | DealCard) -> Markup:
    """Give the last inquiries of a client or deal."""
    return record_panel(card.kind, card.record_id)


def record_panel(kind: str, record_id: int) -> Markup:
    """Give the panel of a client or deal that the person sees."""
    session = reading()
    found = queries.about(session, kind, record_id, SHOWN + 1)
    return render(
        "inquiries/of_record.html",
        kind=kind,
        record_id=record_id,
        inquiries=found[:SHOWN],
        more=len(found) > SHOWN,
        late_ids=queries.late_among(found),
        statuses=STATUS_TITLES,
        may_note=current_person().may(CREATE),
    )


def to_process() -> Markup:
    """Give one's own new inquiries, and who is late, for whoever sees the others' figures."""
    session = reading()
    due = queries.own_due(session, DUE_SHOWN)
    return render(
        "inquiries/to_process.html",
        due=due,
        around=queries.around(session, due),
        late_ids=queries.late_among(due),
        late=queries.late_by_owner(session, DUE_SHOWN) if sees_others_figures() else [],
    )
