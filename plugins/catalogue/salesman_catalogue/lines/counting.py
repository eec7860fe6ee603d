"""What the lines that somebody is typing come to: counted by the server, written nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from salesman_catalogue.lines import queries
from salesman_catalogue.lines.drafting import LineDrafts
from salesman_catalogue.lines.forms import Row, Said, said_by
from salesman_catalogue.lines.schemas import LineSchema
from salesman_catalogue.sums import Sums, together
from salesman_core.toolkit import AnyRow, InvalidError, formats, judge, written

_SCHEMA = LineSchema()


@dataclass(frozen=True, slots=True)
class Counted:
    """What rows come to.

    :param said: what they say; the rows hold their sums, and what is wrong with them.
    :param lines: as :class:`LineSchema` gives them, of the rows that can be read.
    :param total: of the rows with which nothing is wrong.
    """

    said: Said
    lines: Sequence[Mapping[str, Any]]
    total: Sums

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with any row."""
        return not any(row.wrong for row in self.said.rows)


def count_rows(session: Session, deal: AnyRow, rows: Sequence[Row]) -> Counted:
    """Count rows of a form of lines; each gets its sum, and what is wrong with it."""
    held = {one.id: one for one in queries.lines_of(session, deal.id)}
    said = said_by(rows, held)
    judged = [_judged(line, place, said) for place, line in enumerate(said.lines)]
    lines = [one for one in judged if one is not None]
    drafts = LineDrafts(session, deal.currency, held).of(lines)
    sums: list[Sums] = []
    places = [place for place, one in enumerate(judged) if one is not None]
    for place, draft in zip(places, drafts, strict=True):
        row = said.rows[place]
        said.tell({f"lines.{place}.{name}": text for name, text in draft.wrong.items()})
        if not row.cells["price"].strip() and draft.values.get("price") is not None:
            row.cells["price"] = written(draft.values["price"]) or "0"
        if draft.sums is not None and not row.wrong:
            row.amount = formats.money(draft.sums.amount, deal.currency)
            sums.append(draft.sums)
    return Counted(said, lines, together(sums))


def _judged(line: dict[str, Any], place: int, said: Said) -> dict[str, Any] | None:
    """Judge a line by the schema of the API; None where it cannot be counted."""
    try:
        return judge(_SCHEMA, line)
    except InvalidError as error:
        said.tell({f"lines.{place}.{name}": text for name, text in error.fields.items()})
        return None
