"""Activities as a list, and what may be done with many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_calendar import queries
from salesman_calendar.lists import ACTIVITIES, PRIORITY_TITLES
from salesman_calendar.models import KIND
from salesman_calendar.permissions import ASSIGN, BULK_DELETE, EDIT, EXPORT
from salesman_calendar.service import (
    change_activity,
    delete_activity,
    finish_activity,
    reopen_activity,
    restore_activity,
)
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    Column,
    RecordList,
    applied,
    binned,
    reading,
    unbinned,
    undone,
)
from salesman_hookspecs import BulkAction, BulkField

_ = texts.lazy

COLUMNS: Final = (
    Column("subject", _("Activity"), "subject"),
    Column("when", _("When"), "due_at"),
    Column("kind", _("Kind"), "kind_id"),
    Column("client", _("Client")),
    Column("deal", _("Deal")),
    Column("about", _("Record"), usual=False),
    Column("owner", _("Responsible"), "owner_id"),
    Column("priority", _("Priority"), usual=False),
    Column("result", _("Result")),
    Column("done_at", _("Done"), "done_at", usual=False),
    Column("created_at", _("Planned on"), "created_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some activities, for files."""
    about = queries.around(reading(), rows)
    for row in rows:
        result = ": ".join(part for part in (row.result_name, row.result_text) if part)
        yield {
            "subject": row.subject,
            "when": row.starts_at or row.day,
            "kind": row.kind_name,
            "client": about.clients.get(row.client_id, ""),
            "deal": about.deals.get(row.deal_id, ""),
            "about": about.records[row.id].name if row.id in about.records else "",
            "owner": row.owner_name,
            "priority": str(PRIORITY_TITLES[row.priority]),
            "result": result,
            "done_at": row.done_at,
            "created_at": row.created_at,
        }


LISTED: Final = RecordList(
    ACTIVITIES, "calendar.index", _("Activities"), queries.NAMED, COLUMNS, _cells, export=EXPORT
)


def _finish(activity_id: int, _values: Mapping[str, Any], version: int | None) -> bool:
    finish_activity(activity_id, {}, version)
    return True


ACTIONS: Final = (
    BulkAction(
        id="done",
        kind=KIND,
        title=_("Done"),
        permission=EDIT,
        apply=_finish,
        undo=lambda activity_id, _kept: reopen_activity(activity_id),
        icon="check",
        order=5,
    ),
    BulkAction(
        id="move",
        kind=KIND,
        title=_("Move to a day"),
        permission=EDIT,
        apply=applied(KIND, change_activity),
        undo=undone(KIND, change_activity),
        fields=(BulkField("day", _("Day"), "date", required=True),),
        icon="calendar-event",
        order=10,
    ),
    BulkAction(
        id="assign",
        kind=KIND,
        title=_("Give to"),
        permission=ASSIGN,
        apply=applied(KIND, change_activity),
        undo=undone(KIND, change_activity),
        fields=(BulkField("owner_id", _("Responsible"), "user", required=True),),
        icon="user-share",
        order=20,
    ),
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission=BULK_DELETE,
        apply=binned(KIND, delete_activity),
        undo=unbinned(KIND, restore_activity),
        icon="trash",
        order=90,
    ),
)
