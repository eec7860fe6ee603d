"""What activities show on other pages, and what of it is drawn again when one changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from markupsafe import Markup

from salesman_calendar import choosing, queries
from salesman_calendar.permissions import CREATE
from salesman_core.toolkit import current_person, reading, render

OPEN_SHOWN: Final = 20
DONE_SHOWN: Final = 5
DUE_SHOWN: Final = 12


class Card(Protocol):
    """The context of the slots of whatever card; where it has one, its client, its deal."""

    @property
    def kind(self) -> str: ...

    @property
    def record_id(self) -> int: ...


def of_record(card: Card) -> Markup | None:
    """Give what is planned for a record, and what was done last."""
    if not choosing.may_be_about(card.kind):
        return None
    return record_panel(card.kind, card.record_id, belongs_to(card))


def belongs_to(card: object) -> dict[str, int]:
    """Give the client and the deal of a record, as far as its card names them."""
    named = {name: getattr(card, name, None) for name in ("client_id", "deal_id")}
    return {name: id_ for name, id_ in named.items() if id_ is not None}


def record_panel(kind: str, record_id: int, of: Mapping[str, int]) -> Markup:
    """Give the panel of a record that the person sees.

    :param of: its client and deal, for what is planned there.
    """
    session = reading()
    planned = queries.open_about(session, kind, record_id, OPEN_SHOWN)
    done = queries.last_done_about(session, kind, record_id, DONE_SHOWN)
    may_plan = current_person().may(CREATE)
    return render(
        "calendar/of_record.html",
        kind=kind,
        record_id=record_id,
        of=of,
        begins={**choosing.about(kind, record_id), **of},
        listed=choosing.listed_about(kind, record_id),
        planned=planned,
        done=done,
        around=queries.around(session, [*planned, *done]),
        kinds=choosing.kinds(session, offered=True) if may_plan else [],
    )


def next_step(card: Card) -> Markup | None:
    """Give the next step with a record, for the head of its card."""
    if not choosing.may_be_about(card.kind):
        return None
    return next_step_of(card.kind, card.record_id, belongs_to(card))


def next_step_of(kind: str, record_id: int, of: Mapping[str, int]) -> Markup:
    """Give the next step of a record that the person sees.

    :param of: its client and deal, for what is planned there.
    """
    found = queries.open_about(reading(), kind, record_id, 1)
    return render(
        "calendar/next_step.html",
        kind=kind,
        record_id=record_id,
        of=of,
        begins={**choosing.about(kind, record_id), **of},
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
