"""What promises show on other pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup

from salesman_core.toolkit import AnyRow, current_person, reading, render
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery
from salesman_sample import queries
from salesman_sample.models import Promise


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """The context of the slot ``sample.promise.card.panels``.

    :param id: the promise.
    :param text: what was promised.
    """

    id: int
    text: str

    kind = queries.KIND

    @property
    def record_id(self) -> int:
        """The promise, by the name that panels for every card use."""
        return self.id

    @property
    def slot_key(self) -> str:
        """What names the promise to a panel that comes after the page."""
        return str(self.id)


def load_card(key: str) -> PromiseCard:
    """Build the context anew for whoever may see the promise."""
    row = queries.one_promise(reading(), int(key))
    return PromiseCard(row.id, row.text)


def of_record(context: Any) -> Markup | None:
    """Give the promises of a card's client or deal."""
    rows = queries.of_record(reading(), context.kind, context.record_id)
    return render("sample/list.html", promises=rows) if rows else None


def mark(slot: str) -> Markup:
    """Give a mark that tests find: each slot shows it exactly once."""
    return Markup('<span data-sample="{}"></span>').format(slot)


def waiting() -> Markup:
    """Give what the person has promised and not kept."""
    mine = queries.promises(Promise.owner_id == current_person().id, Promise.kept_at.is_(None))
    return render("sample/list.html", promises=reading().execute(mine).all())


def waiting_count() -> int | None:
    """Count what waits, for the menu."""
    mine = queries.promises(Promise.kept_at.is_(None))
    return len(reading().execute(mine).all()) or None


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the promises about a client or deal as entries of its story."""
    rows = queries.of_record(reading(), query.kind, query.record_id)
    return [
        TimelineEntry(
            at=row.created_at,
            kind="promise",
            text=row.text,
            icon="star",
            url=url_for("sample.card", record_id=row.id),
            id=row.id,
        )
        for row in rows
        if query.before is None or row.created_at <= query.before
    ][: query.limit]


def hit(row: AnyRow, score: float) -> SearchHit:
    """Show a promise that was found."""
    return SearchHit(row.text, url_for("sample.card", record_id=row.id), f"{row.created_at}", score)
