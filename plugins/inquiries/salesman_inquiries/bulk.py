"""Inquiries as a list, and what may be done with many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Column,
    RecordList,
    applied,
    binned,
    contact_data,
    reading,
    unbinned,
    undone,
    writing,
)
from salesman_hookspecs import BulkAction, BulkField, Text
from salesman_inquiries import choosing, queries
from salesman_inquiries.lists import BECAME_TITLES, DIRECTION_TITLES, INQUIRIES, STATUS_TITLES
from salesman_inquiries.models import KIND, Inquiry
from salesman_inquiries.permissions import ASSIGN, BULK_DELETE, EDIT, EXPORT
from salesman_inquiries.service import (
    cancel_inquiry,
    change_inquiry,
    delete_inquiry,
    process_inquiry,
    reopen_inquiry,
    restore_inquiry,
)
from salesman_inquiries.texts import texts

_ = texts.lazy

COLUMNS: Final = (
    Column("title", _("Inquiry"), "title", unmasked=contact_data.CONTACT_DATA),
    Column("who", _("Who it was")),
    Column("happened_at", _("When"), "happened_at"),
    Column("channel", _("Channel"), "channel_id"),
    Column("result", _("Result"), "result_id"),
    Column("status", _("Status"), "status"),
    Column("next_step", _("What is next")),
    Column("deadline_at", _("Until"), "deadline_at"),
    Column("owner", _("Responsible"), "owner_id"),
    Column("taker", _("Who took it"), "taken_by_id", usual=False),
    Column("direction", _("Direction"), "direction", usual=False),
    Column("source", _("Source"), "source", usual=False),
    Column("became", _("Became"), usual=False),
    Column("created_at", _("Noted"), "created_at", usual=False),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some inquiries, for files."""
    about = queries.around(reading(), rows)
    for row in rows:
        yield {
            "title": row.title,
            "who": ", ".join(who(row, about)),
            "happened_at": row.happened_at,
            "channel": row.channel_name,
            "result": row.result_name or "",
            "status": str(STATUS_TITLES[row.status]),
            "next_step": row.next_step,
            "deadline_at": row.deadline_at,
            "owner": row.owner_name,
            "taker": row.taker_name,
            "direction": str(DIRECTION_TITLES[row.direction]),
            "source": row.source,
            "became": str(BECAME_TITLES.get(row.became_kind, "")),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }


def who(row: AnyRow, about: queries.Around) -> list[str]:
    """Give who it was, as far as the person may see it: the person, and the client or company."""
    names = (
        about.contacts.get(row.contact_id) or row.name,
        about.clients.get(row.client_id) or row.company,
    )
    return [name for name in names if name]


LISTED: Final = RecordList(
    INQUIRIES, "inquiries.index", _("Inquiries"), queries.NAMED, COLUMNS, _cells, export=EXPORT
)


def _process(inquiry_id: int, values: Mapping[str, Any], version: int | None) -> Any:
    result_id = values.get("result_id")
    with writing() as session:
        process_inquiry(inquiry_id, int(result_id) if result_id else None, version)
        return _as_left(session, inquiry_id)


def _cancel(inquiry_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
    with writing() as session:
        cancel_inquiry(inquiry_id, version)
        return _as_left(session, inquiry_id)


def _as_left(session: Session, inquiry_id: int) -> Any:
    return {"version": session.get_one(Inquiry, inquiry_id).version}


def _reopen(inquiry_id: int, kept: Any) -> None:
    """Take an inquiry up again; what was changed since is left alone."""
    reopen_inquiry(inquiry_id, kept["version"])


def _results() -> list[tuple[str, Text]]:
    return [(str(one.id), one.name) for one in choosing.results(reading(), offered=True)]


ACTIONS: Final = (
    BulkAction(
        id="process",
        kind=KIND,
        title=_("Processed"),
        permission=EDIT,
        apply=_process,
        undo=_reopen,
        fields=(BulkField("result_id", _("Result"), "choice", choices=_results),),
        icon="check",
        order=5,
        bare=True,
    ),
    BulkAction(
        id="assign",
        kind=KIND,
        title=_("Give to"),
        permission=ASSIGN,
        apply=applied(KIND, change_inquiry),
        undo=undone(KIND, change_inquiry),
        fields=(BulkField("owner_id", _("Responsible"), "user", required=True),),
        icon="user-share",
        order=10,
    ),
    BulkAction(
        id="cancel",
        kind=KIND,
        title=_("Cancel"),
        permission=EDIT,
        apply=_cancel,
        undo=_reopen,
        icon="circle-x",
        order=20,
    ),
    BulkAction(
        id="delete",
        kind=KIND,
        title=_("Into the bin"),
        permission=BULK_DELETE,
        apply=binned(KIND, delete_inquiry),
        undo=unbinned(KIND, restore_inquiry),
        icon="trash",
        order=90,
    ),
)
