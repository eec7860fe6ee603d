"""What the list of leads can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import FieldKind, ListField, ListFilter, ListSpec, User
from salesman_leads.models import CLOSED, KIND, Lead
from salesman_leads.texts import texts

_ = texts.lazy

STATUS_TITLES: Final = {"open": _("open"), "in_work": _("in work"), "closed": _("closed")}
RESULT_TITLES: Final = {
    "converted": _("became a client"),
    "spam": _("spam"),
    "duplicate": _("duplicate"),
    "not_our_customer": _("not our customer"),
    "other": _("other"),
}


def _unfinished(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return Lead.status != CLOSED if value else Lead.status == CLOSED


def _nobodys(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return Lead.owner_id.is_(None) if value else Lead.owner_id.is_not(None)


LEADS: Final = ListSpec(
    kind=KIND,
    id=Lead.id,
    source=sa.outerjoin(Lead, User, User.id == Lead.owner_id),
    search=Lead.search_title,
    default_sort="-created_at",
    fields=(
        ListField("title", _("Lead"), Lead.title, FieldKind.TEXT, norm=Lead.search_title),
        ListField("status", _("Status"), Lead.status, FieldKind.CHOICE, choices=STATUS_TITLES),
        ListField("result", _("Result"), Lead.result, FieldKind.CHOICE, choices=RESULT_TITLES),
        ListField("source", _("Source"), Lead.source, FieldKind.TEXT),
        ListField(
            "owner_id",
            _("Responsible"),
            Lead.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("client_id", _("Client"), Lead.client_id, FieldKind.REF, sortable=False),
        ListField("created_at", _("Came in"), Lead.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Lead.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter("unfinished", _("Unfinished"), FieldKind.FLAG, _unfinished, operators=("eq",)),
        ListFilter("nobodys", _("Nobody's"), FieldKind.FLAG, _nobodys, operators=("eq",)),
    ),
)
