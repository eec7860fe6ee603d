"""What the list of discussions can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    Column,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    RecordList,
    User,
    reaches,
    reading,
    seen_records,
)
from salesman_discussions import queries, ties
from salesman_discussions.models import KIND, Thread, ThreadParticipant, ThreadTie
from salesman_discussions.permissions import EXPORT
from salesman_discussions.texts import texts

_ = texts.lazy


def _flag(condition: Any) -> Any:
    def where(_operator: str, value: Any) -> sa.ColumnElement[bool]:
        found: sa.ColumnElement[bool] = condition()
        return found if value else sa.not_(found)

    return where


def _closed() -> sa.ColumnElement[bool]:
    return Thread.closed_at.is_not(None)


def _by_key(kind: str) -> Any:
    """Give the condition of what the cards of clients or deals show, of those that one sees."""

    def where(operator: str, value: Any) -> sa.ColumnElement[bool]:
        wanted = value if operator == "in" else (value,)
        seen = [id_ for id_ in wanted if reaches(kind, id_)]
        shown = sa.or_(sa.false(), *(ties.shown_with(kind, id_) for id_ in seen))
        return Thread.id.in_(sa.select(ThreadTie.record_id).where(shown))

    return where


def _about(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of what is about a record, written as ``leads.lead:12``, that one sees."""
    record = ties.record_written(str(value))
    if record is None or not ties.may_be_about(record[0]) or not reaches(*record):
        return sa.false()
    return Thread.id.in_(sa.select(ThreadTie.record_id).where(ties.to_record(*record)))


def _name_of_record(value: Any) -> str:
    record = ties.record_written(str(value))
    if record is None:
        return str(value)
    found = seen_records(reading(), [record]).get(record)
    return str(value) if found is None else found.name


def _name_of(kind: str) -> Any:
    def show(value: Any) -> str:
        found = seen_records(reading(), [(kind, int(value))])
        return found[kind, int(value)].name if found else str(value)

    return show


def _with(operator: str, value: Any) -> sa.ColumnElement[bool]:
    wanted = value if operator == "in" else (value,)
    part = sa.select(ThreadParticipant.record_id).where(ThreadParticipant.user_id.in_(wanted))
    return Thread.id.in_(part)


THREADS: Final = ListSpec(
    kind=KIND,
    id=Thread.id,
    source=sa.outerjoin(Thread, User, User.id == Thread.owner_id),
    search=Thread.search_subject,
    default_sort="-said_at",
    fields=(
        ListField(
            "subject", _("Discussion"), Thread.subject, FieldKind.TEXT, norm=Thread.search_subject
        ),
        ListField(
            "owner_id",
            _("Opened by"),
            Thread.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("said_at", _("Last message"), Thread.said_at, FieldKind.MOMENT),
        ListField("closed_at", _("Closed on"), Thread.closed_at, FieldKind.MOMENT, empty_high=True),
        ListField("created_at", _("Opened on"), Thread.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Thread.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter(
            "mine", _("I take part"), FieldKind.FLAG, _flag(queries.is_ones_own), operators=("eq",)
        ),
        ListFilter(
            "unread", _("Unread"), FieldKind.FLAG, _flag(queries.is_unread), operators=("eq",)
        ),
        ListFilter(
            "waiting",
            _("Waiting for me"),
            FieldKind.FLAG,
            _flag(queries.is_waiting),
            operators=("eq",),
        ),
        ListFilter("closed", _("Closed"), FieldKind.FLAG, _flag(_closed), operators=("eq",)),
        ListFilter("participant_id", _("Participant"), FieldKind.USER, _with),
        ListFilter(
            "client_id", _("Client"), FieldKind.REF, _by_key("client"), show=_name_of("client")
        ),
        ListFilter("deal_id", _("Deal"), FieldKind.REF, _by_key("deal"), show=_name_of("deal")),
        ListFilter(
            "about",
            _("Record"),
            FieldKind.TEXT,
            _about,
            operators=("eq",),
            show=_name_of_record,
        ),
    ),
)

COLUMNS: Final = (
    Column("subject", _("Discussion"), "subject"),
    Column("about", _("About")),
    Column("owner", _("Opened by"), "owner_id"),
    Column("messages", _("Messages"), numeric=True),
    Column("said_at", _("Last message"), "said_at"),
    Column("decision", _("Decision"), usual=False),
    Column("created_at", _("Opened on"), "created_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some discussions, for files."""
    about = ties.ties_of(reading(), [row.id for row in rows])
    for row in rows:
        yield {
            "subject": row.subject,
            "about": "; ".join(one.record.name for one in about.get(row.id, [])),
            "owner": row.owner_name,
            "messages": row.last_number,
            "said_at": row.said_at,
            "decision": row.decision,
            "created_at": row.created_at,
        }


LISTED: Final = RecordList(
    THREADS, "discussions.index", _("Discussions"), queries.NAMED, COLUMNS, _cells, export=EXPORT
)
