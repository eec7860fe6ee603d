"""What the conveyor shows on other pages."""

from __future__ import annotations

from markupsafe import Markup

from salesman_conveyor import queries
from salesman_conveyor.lists import STATE_TITLES
from salesman_conveyor.permissions import GIVE
from salesman_core.toolkit import ClientCard, DealCard, reaches, reading, render

ON_DESK: int = 8


def of_record(card: ClientCard | DealCard) -> Markup:
    """Give the way so far of a client or deal."""
    return record_panel(card.kind, card.record_id)


def record_panel(kind: str, record_id: int) -> Markup:
    """Give the panel of a client or deal that the person sees."""
    way = queries.way_of(reading(), kind, record_id)
    way = [row for row in way if row.state != "withdrawn"]
    return render(
        "conveyor/of_record.html",
        kind=kind,
        record_id=record_id,
        way=way,
        times=queries.times_of(way),
        late_ids=queries.late_among(way),
        states=STATE_TITLES,
        may_give=reaches(kind, record_id, GIVE),
    )


def on_desk() -> Markup:
    """Give what waits for whoever reads, what is late first."""
    found = queries.desk(reading())
    waiting = [*found.back, *found.waiting]
    return render(
        "conveyor/widget.html",
        waiting=waiting[:ON_DESK],
        more=len(waiting) > ON_DESK,
        work=len(found.work),
        late_ids=found.late_ids,
    )
