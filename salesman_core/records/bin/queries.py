"""What lies in the bin: only what one sees, and might put there and take out oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import Bin, record_types, visible
from salesman_core.db import AnyRow, reading, table_of
from salesman_core.db.types import UtcDateTime, normalised
from salesman_core.i18n import texts
from salesman_core.records.lists import FieldKind, ListField, ListQuery, ListSpec, select_page
from salesman_core.records.models import Audit
from salesman_hookspecs import RecordType, Text

_ = texts.lazy

DELETED: Final = "deleted"
"""What the audit says of a record that was put into the bin."""


@dataclass(frozen=True, slots=True)
class Binned:
    """A record that lies in the bin.

    :param title: what people call its kind.
    :param by: who put it there; an empty string for the system, or where nothing says so.
    """

    kind: str
    record_id: int
    title: str
    label: str
    deleted_at: datetime
    by_id: int | None
    by: str


def kinds_in_bin() -> list[RecordType]:
    """Give the kinds whose records whoever acts may take out of the bin."""
    person = current_person()
    return [
        one
        for one in record_types()
        if one.bin is not None
        and one.deleted is not None
        and person.may(one.view_permission)
        and person.may(one.bin.permission)
    ]


def kind_titles() -> dict[str, Text]:
    """Give what people call these kinds."""
    return {one.kind: one.title for one in kinds_in_bin()}


def _kind_shown(kind: str) -> str:
    return str(kind_titles().get(kind, kind))


def _list_over(rows: sa.FromClause) -> ListSpec:
    """Give the list over some rows as :func:`_lying` has them."""
    c = rows.c
    kind = ListField("kind", _("Kind"), c.kind, FieldKind.TEXT, sortable=False, show=_kind_shown)
    by = ListField("deleted_by_id", _("Who"), c.deleted_by_id, FieldKind.USER, sortable=False)
    at = ListField(
        "deleted_at", _("In the bin since"), c.deleted_at, FieldKind.MOMENT, nullable=False
    )

    def found(typed: str) -> sa.ColumnElement[bool]:
        words = normalised(typed).split()
        return sa.and_(*(c.searched.contains(word, autoescape=True) for word in words))

    return ListSpec(
        kind="bin",
        id=c.key,
        fields=(kind, by, at),
        search=found,
        default_sort="-deleted_at",
        source=rows,
    )


BIN: Final = _list_over(
    sa.table(
        "bin",
        sa.column("key", sa.Text()),
        sa.column("kind", sa.Text()),
        sa.column("deleted_by_id", sa.BigInteger()),
        sa.column("deleted_at", UtcDateTime()),
        sa.column("searched", sa.Text()),
    )
)
"""How the bin is filtered and sorted; what lies in it is asked anew for each reader."""


def in_bin(query: ListQuery) -> tuple[list[Binned], str | None]:
    """Give a page of the bin, and where the next one begins."""
    kinds = kinds_in_bin()
    if not kinds:
        return [], None
    rows = sa.union_all(*map(_lying, kinds)).subquery("bin")
    columns = (rows.c.kind, rows.c.record_id, rows.c.label, rows.c.deleted_at)
    page = select_page(reading(), columns, _list_over(rows), query, sa.true())
    return _told(reading(), page.rows), page.next_cursor


def is_any() -> bool:
    """Tell whether anything lies in the bin that whoever acts may take out."""
    return any(reading().scalar(sa.select(_of(one).exists())) for one in kinds_in_bin())


def lies_there(session: Session, type_: RecordType, record_id: int) -> bool:
    """Tell whether a record lies in the bin that whoever acts may see there."""
    one = _of(type_).where(table_of(type_.model).c.id == record_id)
    return bool(session.scalar(sa.select(one.exists())))


def _of(type_: RecordType) -> sa.Select[Any]:
    return sa.select(table_of(type_.model).c.id).where(_reached(type_))


def _reached(type_: RecordType) -> sa.ColumnElement[bool]:
    """Give the condition of what lies in the bin within reach: seen, and to be taken out."""
    kept = type_.bin
    if kept is None:
        return sa.false()
    seen = visible(type_.kind, bin=Bin.ALONE)
    return sa.and_(seen, visible(type_.kind, kept.permission, bin=Bin.ALONE))


def _lying(type_: RecordType) -> sa.Select[Any]:
    """Give the records of a kind that lie in the bin, as rows of the list."""
    columns, model = table_of(type_.model).c, type_.model
    label: Any = getattr(model, type_.label)
    kind = sa.cast(sa.literal(type_.kind), sa.Text())
    by = sa.select(Audit.actor_id).where(
        Audit.kind == type_.kind, Audit.record_id == columns.id, Audit.action == DELETED
    )
    return sa.select(
        (kind + ":" + sa.cast(columns.id, sa.Text())).label("key"),
        kind.label("kind"),
        columns.id.label("record_id"),
        sa.cast(label, sa.Text()).label("label"),
        sa.cast(getattr(model, f"search_{type_.label}", label), sa.Text()).label("searched"),
        columns[str(type_.deleted)].label("deleted_at"),
        by.order_by(Audit.id.desc()).limit(1).scalar_subquery().label("deleted_by_id"),
    ).where(_reached(type_))


def _told(session: Session, rows: Sequence[AnyRow]) -> list[Binned]:
    """Give rows with who put each of them there: one statement for all."""
    who = _who(session, rows) if rows else {}
    titles = kind_titles()
    found = []
    for row in rows:
        by = who.get((row.kind, row.record_id))
        one = Binned(
            kind=row.kind,
            record_id=row.record_id,
            title=str(titles[row.kind]),
            label=row.label,
            deleted_at=row.deleted_at,
            by_id=by.actor_id if by else None,
            by=by.actor_name if by else "",
        )
        found.append(one)
    return found


def _who(session: Session, rows: Sequence[AnyRow]) -> dict[tuple[str, int], AnyRow]:
    ids: dict[str, list[int]] = {}
    for row in rows:
        ids.setdefault(row.kind, []).append(row.record_id)
    named = sa.or_(
        *(sa.and_(Audit.kind == kind, Audit.record_id.in_(those)) for kind, those in ids.items())
    )
    latest = (
        sa.select(sa.func.max(Audit.id))
        .where(Audit.action == DELETED, named)
        .group_by(Audit.kind, Audit.record_id)
    )
    columns = (Audit.kind, Audit.record_id, Audit.actor_id, Audit.actor_name)
    told = session.execute(sa.select(*columns).where(Audit.id.in_(latest)))
    return {(row.kind, row.record_id): row for row in told}
