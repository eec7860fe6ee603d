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
    colleagues,
    contact_data,
    on_one_line,
    reading,
    unbinned,
    undone,
)
from salesman_hookspecs import BulkAction, BulkField, Text
from salesman_leads import queries
from salesman_leads.distribution.again import distribute_lead
from salesman_leads.lists import LEADS, RESULT_TITLES, STATUS_TITLES
from salesman_leads.models import KIND, UTM
from salesman_leads.permissions import ASSIGN, BULK_DELETE, EDIT, EXPORT, QUALIFY
from salesman_leads.qualifying import qualify_lead
from salesman_leads.service import (
    bring_back,
    change_lead,
    close_lead,
    delete_lead,
    find_interest,
    keep_apart,
    reopen_lead,
    restore_lead,
    take_lead,
)
from salesman_leads.texts import texts
from salesman_leads.words import FIELDS

_ = texts.lazy

COLUMNS: Final = (
    Column("name", _("Lead"), "title", unmasked=contact_data.CONTACT_DATA),
    Column("status", _("Status"), "status"),
    Column("source", _("Source"), "source"),
    Column("owner", _("Responsible"), "owner_id"),
    Column("created_at", _("Came in"), "created_at"),
    Column("updated_at", _("Changed"), "updated_at", usual=False),
    *(
        Column(name, FIELDS[name].title, name, usual=False)
        for name in ("company", "channel", *UTM, "region", "language", "suspicion")
    ),
    Column("no_mailing", FIELDS["no_mailing"].title, usual=False),
    Column("no_calls", FIELDS["no_calls"].title, usual=False),
)
FOR_FILES: Final = (
    Column("phones", _("Phones"), permission=contact_data.CONTACT_DATA),
    Column("emails", _("Email addresses"), permission=contact_data.CONTACT_DATA),
    Column("text", FIELDS["text"].title),
    Column("products", FIELDS["products"].title),
)
_AS_READ: Final = (
    *("source", "created_at", "updated_at", "company", "channel", *UTM, "region", "language"),
    *("suspicion", "no_mailing", "no_calls", "text"),
)
"""The columns that stand in files as they were read."""


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give what stands in the columns of some leads, for files."""
    hanging = queries.hanging(reading(), [row.id for row in rows])
    for row in rows:
        status: Text = STATUS_TITLES[row.status]
        if row.result is not None:
            status = row.result_name or RESULT_TITLES[row.result]
        yield {
            "name": row.title,
            "status": str(status),
            "owner": row.owner_name,
            "phones": on_one_line(one.typed for one in hanging.phones.get(row.id, [])),
            "emails": on_one_line(one.typed for one in hanging.emails.get(row.id, [])),
            "products": on_one_line(hanging.products.get(row.id, [])),
            **{name: getattr(row, name) for name in _AS_READ},
        }


ASKS: Final = (
    *("status", "result", "result_id", "owner_id", "source", "channel", "utm_campaign"),
    *("region", "language", "company", "external_id", "no_mailing", "no_calls", "kept_apart"),
    *("created_at", "updated_at"),
)


def _options() -> Mapping[str, Any]:
    """Give what the dialog of filters offers to choose from."""
    session = reading()
    return {
        "owner_id": colleagues(),
        "source": queries.sources(session),
        "result_id": [(one.id, one.name) for one in queries.all_results(session)],
    }


LISTED: Final = RecordList(
    LEADS,
    "leads.index",
    _("Leads"),
    queries.NAMED,
    COLUMNS,
    _cells,
    export=EXPORT,
    imported="leads",
    asks=ASKS,
    options=_options,
    for_files=FOR_FILES,
)


def _take(lead_id: int, _values: Mapping[str, Any], version: int | None) -> bool:
    take_lead(lead_id, version)
    return True


def _close(lead_id: int, values: Mapping[str, Any], version: int | None) -> bool:
    close_lead(lead_id, int(values["result_id"]), values.get("comment", ""), version)
    return True


def _processed(lead_id: int, _values: Mapping[str, Any], version: int | None) -> bool:
    return find_interest(lead_id, version)


def _qualify(lead_id: int, values: Mapping[str, Any], version: int | None) -> bool:
    """Make a lead a client: of the one that is known, where there is one alone, or of a new one."""
    session = reading()
    lead = queries.one_lead(session, lead_id)
    known = queries.known_clients(session, lead, queries.hanging(session, [lead_id]))
    client_id = known[0].id if len(known) == 1 else None
    qualify_lead(lead_id, {**values, "client_id": client_id}, version)
    return True


def _bring_back(lead_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
    return bring_back(lead_id, version)


def _distribute(lead_id: int, _values: Mapping[str, Any], version: int | None) -> Any:
    return distribute_lead(lead_id, version)


def _rejections() -> list[tuple[str, Text]]:
    return [(str(one.id), one.name) for one in queries.offered_results(reading())]


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
    BulkAction("processed", KIND, _("Interest found"), EDIT, _processed, icon="bulb", order=15),
    BulkAction(
        id="qualify",
        kind=KIND,
        title=_("Make clients"),
        permission=QUALIFY,
        apply=_qualify,
        fields=(
            BulkField("deal_name", _("Deal of each, if one is to be opened")),
            BulkField("owner_id", FIELDS["owner_id"].title, "user"),
        ),
        icon="user-check",
        order=17,
        bare=True,
    ),
    BulkAction(
        id="bring_back",
        kind=KIND,
        title=_("Bring back"),
        permission=EDIT,
        apply=_bring_back,
        undo=lambda lead_id, kept: keep_apart(lead_id, **kept),
        icon="arrow-back-up",
        order=30,
    ),
    BulkAction(
        id="distribute",
        kind=KIND,
        title=_("Distribute"),
        permission=ASSIGN,
        apply=_distribute,
        undo=undone(KIND, change_lead),
        icon="arrows-split",
        order=15,
    ),
    BulkAction(
        id="close",
        kind=KIND,
        title=_("Close"),
        permission=EDIT,
        apply=_close,
        undo=lambda lead_id, _kept: reopen_lead(lead_id),
        fields=(
            BulkField(
                "result_id", _("What came of it"), "choice", required=True, choices=_rejections
            ),
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
