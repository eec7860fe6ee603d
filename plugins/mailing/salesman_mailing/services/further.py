"""Fields that a list gets beside the usual ones: which of ours go to which of the service.

Ours are what files may have of whoever can be written to: the company's own fields and those of
plugins among them. Whoever looks up members sends what they may see whole, and what nobody can tell
any more, as a field that is out of use, stays as it is at the service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    current_person,
    formats,
    further_fields,
    further_in_files,
    visible,
)
from salesman_hookspecs import Text
from salesman_mailing.groups import queries as groups
from salesman_mailing.groups.kinds import Kind, kinds
from salesman_mailing.services.contract import LONGEST_VALUE

MOST: Final = 30
"""So many go to a list at most."""
_AT_ONCE: Final = 500

Cells = Iterator[tuple[int, Mapping[str, Any]]]
"""What stands in some fields of records, by their ids."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A field of ours that can go to a list, as ``custom.budget`` of clients."""

    kind: Kind
    name: str
    title: Text

    @property
    def key(self) -> tuple[str, str]:
        """By what it is known: the kind of record, and its name among their fields."""
        return self.kind.name, self.name

    @property
    def control(self) -> str:
        """Its name in forms, and where errors stand."""
        return ":".join(self.key)

    @property
    def suggested(self) -> str:
        """What a field of the service is called that is made for it."""
        own = re.sub(r"^(custom|extensions)\.", "", self.name)
        kind = self.kind.name.rpartition(".")[2]
        whole = own if kind == "client" else f"{kind}_{own}"
        return re.sub(r"[^A-Za-z0-9]+", "_", whole).strip("_")


def offered() -> list[Offered]:
    """Give the fields of all that can be written to, as far as whoever acts may see them whole."""
    return [Offered(kind, *one) for kind in kinds() for one in _fields(kind)]


def _fields(kind: Kind) -> Iterator[tuple[str, Text]]:
    """Give the names and titles of a kind's fields, but for the one that names its records."""
    if kind.listed is None:
        yield from ((one.name, one.label) for one in further_fields(kind.name))
        return
    person, naming = current_person(), kind.listed.columns[0].name
    for one in kind.listed.file_columns():
        whole = one.unmasked is None or person.may(one.unmasked)
        if whole and one.name != naming:
            yield one.name, one.title


def chosen(link: AnyRow) -> list[tuple[Offered, str]]:
    """Give the fields that go to the list of a link, each with the service's name for it."""
    if not link.further:
        return []
    known = {one.key: one for one in offered()}
    found = ((known.get((one["kind"], one["name"])), one["field"]) for one in link.further)
    return [(ours, theirs) for ours, theirs in found if ours is not None]


class FurtherTexts:
    """What the members of a group say in the fields that go to its list."""

    def __init__(self, session: Session, link: AnyRow) -> None:
        some = chosen(link)
        self._names = tuple(dict.fromkeys(theirs for _ours, theirs in some))
        self._texts = dict(_texts_by_record(session, link.group_id, some))

    def of(self, kind: str, record_id: int, client_id: int | None) -> dict[str, str]:
        """Give what goes out of a member: what is said of them before that of their client."""
        own = self._texts.get((kind, record_id), {})
        client = self._texts.get(("client", client_id), {})
        return {name: own.get(name) or client.get(name) or "" for name in self._names}


def _texts_by_record(
    session: Session, group_id: int, some: Sequence[tuple[Offered, str]]
) -> Iterator[tuple[tuple[str, int | None], Mapping[str, str]]]:
    for kind in {ours.kind.name: ours.kind for ours, _theirs in some}.values():
        theirs_of = {ours.name: theirs for ours, theirs in some if ours.kind.name == kind.name}
        for id_, cells in _cells(session, group_id, kind, list(theirs_of)):
            told = {theirs: _text(cells.get(ours)) for ours, theirs in theirs_of.items()}
            yield (kind.name, id_), told


def _cells(session: Session, group_id: int, kind: Kind, names: Sequence[str]) -> Cells:
    """Give what the records of a kind in a group say, the clients of its people among them."""
    found = groups.members(session, group_id).subquery()
    ids: Any = sa.select(found.c.record_id).where(found.c.kind == kind.name)
    if kind.name == "client":
        ids = sa.union(ids, sa.select(found.c.client_id).where(found.c.client_id.is_not(None)))
    condition = sa.and_(kind.id.in_(ids), visible(kind.name))
    if kind.listed is not None:
        yield from kind.listed.cells_where(session, names, condition)
        return
    fields = [one for one in further_fields(kind.name) if one.name in names]
    query = sa.select(kind.id.label("id"), kind.type.model.custom).where(condition)
    rows = session.execute(query).all()
    for first in range(0, len(rows), _AT_ONCE):
        piece = rows[first : first + _AT_ONCE]
        yield from further_in_files(kind.name, piece, fields).items()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return formats.moment(value)
    return formats.day(value) if isinstance(value, date) else str(value)[:LONGEST_VALUE]
