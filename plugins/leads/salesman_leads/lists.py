"""What the list of leads can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    User,
    contains,
    either,
    reading,
    team_filter,
)
from salesman_leads.models import (
    CLOSED,
    KIND,
    UTM,
    Lead,
    LeadExternalId,
    Result,
)
from salesman_leads.texts import texts

_ = texts.lazy

STATUS_TITLES: Final = {
    "open": _("open"),
    "in_work": _("in work"),
    "processed": _("processed"),
    "closed": _("closed"),
}
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


KEPT_APART: Final = Lead.suspicion != ""
"""The leads that may be junk: nobody meets them who does not ask for them."""


def _kept_apart(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return KEPT_APART if value else sa.not_(KEPT_APART)


def _external_id(operator: str, value: Any) -> sa.ColumnElement[bool]:
    keys = value if operator == "in" else (value,)
    return Lead.id.in_(sa.select(LeadExternalId.record_id).where(LeadExternalId.key.in_(keys)))


def search_leads(typed: str) -> sa.ColumnElement[bool]:
    """Give the SQL of the search box of the list: a name, a company, or a key in another system."""
    keyed = sa.select(LeadExternalId.record_id).where(LeadExternalId.key == typed.strip())
    return either(Lead.id, contains(Lead.search_title, typed), keyed)


def _result_name(id_: Any) -> str:
    return str(reading().scalar(sa.select(Result.name).where(Result.id == id_)) or id_)


LEADS: Final = ListSpec(
    kind=KIND,
    id=Lead.id,
    source=sa.outerjoin(Lead, User, User.id == Lead.owner_id).outerjoin(
        Result, Result.id == Lead.result_id
    ),
    search=search_leads,
    default_sort="-created_at",
    fields=(
        ListField("title", _("Lead"), Lead.title, FieldKind.TEXT, norm=Lead.search_title),
        ListField("status", _("Status"), Lead.status, FieldKind.CHOICE, choices=STATUS_TITLES),
        ListField("result", _("Result"), Lead.result, FieldKind.CHOICE, choices=RESULT_TITLES),
        ListField(
            "result_id",
            _("What came of it"),
            Lead.result_id,
            FieldKind.REF,
            sort_column=Result.position,
            show=_result_name,
        ),
        ListField("source", _("Source"), Lead.source, FieldKind.TEXT),
        ListField("channel", _("Channel"), Lead.channel, FieldKind.TEXT),
        *(ListField(tag, tag, getattr(Lead, tag), FieldKind.TEXT) for tag in UTM),
        ListField("region", _("Region"), Lead.region, FieldKind.TEXT),
        ListField("language", _("Language"), Lead.language, FieldKind.TEXT),
        ListField("company", _("Company"), Lead.company, FieldKind.TEXT),
        ListField("suspicion", _("Why apart"), Lead.suspicion, FieldKind.TEXT),
        ListField(
            "no_mailing", _("Wants no mailing"), Lead.no_mailing, FieldKind.FLAG, sortable=False
        ),
        ListField("no_calls", _("Wants no calls"), Lead.no_calls, FieldKind.FLAG, sortable=False),
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
        team_filter(Lead.owner_id),
        ListFilter("kept_apart", _("Kept apart"), FieldKind.FLAG, _kept_apart, operators=("eq",)),
        ListFilter("external_id", _("Key in another system"), FieldKind.TEXT, _external_id),
    ),
    unless_asked={"kept_apart": sa.not_(KEPT_APART)},
)
