"""Which records a thread is about: each is judged before a thread is tied to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Deal,
    InvalidError,
    RecordList,
    SeenRecord,
    kinds_meant,
    one_of,
    reaches,
    record_type,
    seen_records,
    visible,
)
from salesman_discussions.models import KIND, ThreadTie
from salesman_discussions.texts import texts

_ = texts.lazy

Record = tuple[str, int]
"""A record by its kind and number."""

MOST: Final = 50
"""So many records may one thread be about."""

FOUND: Final = 5
"""So many records of each kind are offered for what was typed."""
_LONGEST_ID: Final = 18
NAMES: Final = ("client_id", "deal_id", "about_kind", "about_id")


def may_be_about(kind: str) -> bool:
    """Tell whether threads may be about records of a kind."""
    return kind in ThreadTie.BY_KEY or kind in kinds_meant(record_type(KIND))


def named_records(values: Mapping[str, Any]) -> Iterator[tuple[str, Record]]:
    """Give the records that values name, each with the field that names it.

    :raises InvalidError: where a kind is said without a number, or the other way round.
    """
    for kind, name in ThreadTie.BY_KEY.items():
        if values.get(name) is not None:
            yield name, (kind, int(values[name]))
    about_kind, about_id = values.get("about_kind") or None, values.get("about_id")
    if (about_kind is None) != (about_id is None):
        _refuse("about_id", _("Give both, the kind of the record and its number."))
    if about_kind is not None and about_id is not None:
        yield "about_id", (about_kind, int(about_id))


def judged(session: Session, values: Mapping[str, Any]) -> list[Record]:
    """Give the records that values name, once it is sure that the person sees each of them.

    :raises InvalidError: by field, for what there is not, or they may not see.
    """
    found = []
    for field, (kind, id_) in named_records(values):
        told_by_key = field == "about_id" and kind in ThreadTie.BY_KEY
        if told_by_key or not may_be_about(kind) or not reaches(kind, id_, session=session):
            _refuse(field, _("There is no such record, or you may not see it."))
        found.append((kind, id_))
    return found


def judged_records(session: Session, records: Iterable[Record]) -> list[Record]:
    """Give records, each once, when it is sure that whoever acts sees each of them.

    :raises InvalidError: for the field ``records``.
    """
    found = list(dict.fromkeys((kind, int(id_)) for kind, id_ in records))
    for kind, id_ in found:
        if not may_be_about(kind) or not reaches(kind, id_, session=session):
            _refuse("records", _("There is no such record, or you may not see it."))
    if len(found) > MOST:
        _refuse("records", _("A discussion is about at most %(most)s records.", most=MOST))
    return found


def _refuse(field: str, message: Any) -> None:
    raise InvalidError(message, {field: message})


def named_like(session: Session, typed: str) -> list[tuple[Record, SeenRecord]]:
    """Give records of every kind that lists find by what was typed, for whoever chooses one."""
    kinds = (*ThreadTie.BY_KEY, *kinds_meant(record_type(KIND)))
    found = [(kind, id_) for kind in kinds for id_ in _found(session, kind, typed)]
    seen = seen_records(session, found)
    return [(record, seen[record]) for record in found if record in seen]


def _found(session: Session, kind: str, typed: str) -> Sequence[int]:
    listed = record_type(kind).listed
    if not isinstance(listed, RecordList) or listed.spec.search is None:
        return []
    spec = listed.spec
    ids: sa.Select[Any] = sa.select(spec.id)
    ids = ids if spec.source is None else ids.select_from(spec.source)
    like = ids.where(visible(kind), spec.search_condition(typed))
    return session.scalars(like.order_by(spec.id.desc()).limit(FOUND)).all()


def record_written(written: str) -> Record | None:
    """Read a record as :func:`written_record` writes it; None for anything else."""
    kind, _colon, number = written.rpartition(":")
    short = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_ID
    return (kind, int(number)) if kind and short else None


def written_record(record: Record) -> str:
    """Write a record in one word, as ``leads.lead:12``."""
    return f"{record[0]}:{record[1]}"


def columns_of(record: Record) -> dict[str, Any]:
    """Give the columns of a tie to a record, with what they hold."""
    kind, id_ = record
    nowhere: dict[str, Any] = dict.fromkeys(NAMES)
    if kind in ThreadTie.BY_KEY:
        return nowhere | {ThreadTie.BY_KEY[kind]: id_}
    return nowhere | {"about_kind": kind, "about_id": id_}


def record_of(tie: ThreadTie | AnyRow) -> Record:
    """Give the record of a tie."""
    for kind, name in ThreadTie.BY_KEY.items():
        if (id_ := getattr(tie, name)) is not None:
            return kind, int(id_)
    return str(tie.about_kind), int(tie.about_id or 0)


def to_record(kind: str, record_id: int) -> sa.ColumnElement[bool]:
    """Give the SQL of the ties to a record."""
    if kind in ThreadTie.BY_KEY:
        column: sa.ColumnElement[bool] = getattr(ThreadTie, ThreadTie.BY_KEY[kind]) == record_id
        return column
    return sa.and_(ThreadTie.about_kind == kind, ThreadTie.about_id == record_id)


def shown_with(kind: str, record_id: int) -> sa.ColumnElement[bool]:
    """Give the SQL of the ties that a record's card shows: a client's has its deals', too."""
    own = to_record(kind, record_id)
    if kind != "client":
        return own
    deals = sa.select(Deal.id).where(Deal.client_id == record_id, visible("deal"))
    return sa.or_(own, ThreadTie.deal_id.in_(deals))


@dataclass(frozen=True, slots=True)
class ShownTie:
    """A record that a thread is about, which the person sees.

    :param id: of the tie.
    """

    id: int
    kind: str
    record: SeenRecord


def ties_of(session: Session, thread_ids: Sequence[int]) -> dict[int, list[ShownTie]]:
    """Give what some threads are about, as far as the person sees it, each record once."""
    rows = _rows(session, thread_ids)
    seen = seen_records(session, [record_of(row) for row in rows])
    found: dict[int, dict[Record, ShownTie]] = {}
    for row in rows:
        record = record_of(row)
        if record in seen:
            shown = ShownTie(row.id, record[0], seen[record])
            found.setdefault(row.record_id, {}).setdefault(record, shown)
    return {thread_id: list(ties.values()) for thread_id, ties in found.items()}


def _rows(session: Session, thread_ids: Iterable[int]) -> Sequence[AnyRow]:
    columns = (ThreadTie.id, ThreadTie.record_id, *(getattr(ThreadTie, name) for name in NAMES))
    among = one_of(ThreadTie.record_id, sorted(thread_ids))
    return session.execute(sa.select(*columns).where(among).order_by(ThreadTie.id)).all()
