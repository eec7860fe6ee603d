"""Leads as a list, and what may be done with many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_core.toolkit import (
    AnyRow,
    Column,
    RecordList,
    applied,
    binned,
    contact_data,
    unbinned,
    undone,
)
from salesman_hookspecs import BulkAction, BulkField, Text
from salesman_leads import queries
from salesman_leads.lists import LEADS, RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import CONVERTED, KIND
from salesman_leads.permissions import ASSIGN, BULK_DELETE, EDIT, EXPORT
from salesman_leads.service import (
    change_lead,
    close_lead,
    delete_lead,
    reopen_lead,
    restore_lead,
    take_lead,
)
from salesman_leads.texts import texts

_ = texts.lazy

COLUMNS: Final = (
    Column("name", _("Lead"), "title", unmasked=contact_data.CONTACT_DATA),
    Column("status", _("Status"), "status"),
    Column("source", _("Source"), "source"),
    Column("owner", _("Responsible"), "owner_id"),
    Column("created_at", _("Came in"), "created_at"),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some leads, for files."""
    for row in rows:
        status: Text = STATUS_TITLES[row.status]
        if row.result is not None:
            status = RESULT_TITLES[row.result]
        yield {
            "name": row.title,
            "status": str(status),
            "source": row.source,
            "owner": row.owner_name,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }


LISTED: Final = RecordList(
    LEADS, "leads.index", _("Leads"), queries.NAMED, COLUMNS, _cells, export=EXPORT
)


def _take(lead_id: int, _values: Mapping[str, Any], version: int | None) -> bool:
    take_lead(lead_id, version)
    return True


def _close(lead_id: int, values: Mapping[str, Any], version: int | None) -> bool:
    close_lead(lead_id, values["result"], values.get("comment", ""), version)
    return True


def _rejections() -> list[tuple[str, Text]]:
    return [(key, title) for key, title in RESULT_TITLES.items() if key != CONVERTED]


ACTIONS: Final = (
    BulkAction("take", KIND, _("Take"), EDIT, _take, icon="hand-grab", order=5),
    BulkAction(
        id="assign",
        kind=KIND,
        title=_("Give to"),
        permission=ASSIGN,
        apply=applied(KIND, change_lead),
        undo=undone(KIND, change_lead),
        fields=(BulkField("owner_id", _("Responsible"), "user", required=True),),
        icon="user-share",
        order=10,
    ),
    BulkAction(
        id="close",
        kind=KIND,
        title=_("Close"),
        permission=EDIT,
        apply=_close,
        undo=lambda lead_id, _kept: reopen_lead(lead_id),
        fields=(
            BulkField("result", _("What came of it"), "choice", required=True, choices=_rejections),
            BulkField("comment", _("Comment")),
        ),
        icon="circle-x",
        order=20,
    ),
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission=BULK_DELETE,
        apply=binned(KIND, delete_lead),
        undo=unbinned(KIND, restore_lead),
        icon="trash",
        order=90,
    ),
)
