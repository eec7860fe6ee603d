"""Documents as a list, and what may be done with many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from salesman_core.toolkit import AnyRow, Column, RecordList, binned, unbinned
from salesman_documents import queries
from salesman_documents.lists import DOCUMENTS
from salesman_documents.models import KIND
from salesman_documents.permissions import BULK_DELETE, EXPORT
from salesman_documents.service import delete_document, restore_document
from salesman_documents.texts import texts
from salesman_hookspecs import BulkAction

_ = texts.lazy

COLUMNS: Final = (
    Column("title", _("Document"), "title"),
    Column("status", _("Status"), "status_id"),
    Column("client_name", _("Client’s name"), "client_name"),
    Column("day", _("Date"), "day"),
    Column("owner", _("Responsible"), "owner_id"),
    Column("ends_on", _("In force until"), "ends_on", usual=False),
    Column("signed_on", _("Signed on"), "signed_on", usual=False),
    Column("type", _("Type"), "type_id", usual=False),
    Column("number", _("Number"), "number", usual=False),
    Column("created_at", _("Made"), "created_at", usual=False),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
)
_AS_READ: Final = (
    *("title", "client_name", "day", "ends_on", "signed_on", "number"),
    *("created_at", "updated_at"),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some documents, for files."""
    for row in rows:
        yield {
            **{name: getattr(row, name) for name in _AS_READ},
            "status": row.status_name,
            "type": row.type_name,
            "owner": row.owner_name,
        }


LISTED: Final = RecordList(
    DOCUMENTS,
    "documents.index",
    _("Documents"),
    queries.NAMED,
    COLUMNS,
    _cells,
    export=EXPORT,
)


ACTIONS: Final = (
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission=BULK_DELETE,
        apply=binned(KIND, delete_document),
        undo=unbinned(KIND, restore_document),
        icon="trash",
        order=90,
    ),
)
"""What may be done with many documents at once."""
