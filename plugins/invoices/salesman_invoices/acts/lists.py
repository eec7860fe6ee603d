"""What the list of acts can be filtered and sorted by, and what its columns are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Column,
    Deal,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    RecordList,
    User,
    contains,
    either,
    reading,
    visible,
)
from salesman_invoices.acts.service import named
from salesman_invoices.acts.words import FIELDS, KIND_TITLES, STATE_TITLES
from salesman_invoices.lists import of_seen, seen_name
from salesman_invoices.models import ACT, KIND, Act, Invoice
from salesman_invoices.permissions import SEE_ACTS
from salesman_invoices.texts import texts

_ = texts.lazy


def search_acts(typed: str) -> sa.ColumnElement[bool]:
    """Give the SQL of the search box of the list: number or client."""
    return either(Act.id, contains(Act.search_text, typed))


def _invoice_number(id_: Any) -> str:
    asked = sa.select(Invoice.label).where(Invoice.id == id_, visible(KIND))
    return str(reading().scalar(asked) or id_)


SOURCE: Final = (
    sa.outerjoin(Act, Client, Client.id == Act.client_id)
    .outerjoin(User, User.id == Act.owner_id)
    .outerjoin(Invoice, Invoice.id == Act.invoice_id)
)
"""Acts beside their clients, owners and invoices."""

_REFERENCE: Final = ("eq", "in", "isnull")

ACTS: Final = ListSpec(
    kind=ACT,
    id=Act.id,
    source=SOURCE,
    search=search_acts,
    default_sort="-created_at",
    fields=(
        ListField("number", FIELDS["number"].title, Act.number, FieldKind.TEXT),
        ListField("day", FIELDS["day"].title, Act.day, FieldKind.DATE),
        ListField(
            "kind",
            FIELDS["kind"].title,
            Act.kind,
            FieldKind.CHOICE,
            sortable=False,
            choices=KIND_TITLES,
        ),
        ListField("state", _("State"), Act.state, FieldKind.CHOICE, choices=STATE_TITLES),
        ListField("amount", FIELDS["amount"].title, Act.amount, FieldKind.MONEY),
        ListField("currency", FIELDS["currency"].title, Act.currency, FieldKind.TEXT),
        ListField(
            "owner_id",
            FIELDS["owner_id"].title,
            Act.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("created_at", _("Made"), Act.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Act.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter(
            "client_id",
            FIELDS["client_id"].title,
            FieldKind.REF,
            of_seen(Act.client_id, "client", Client),
            _REFERENCE,
            show=seen_name("client", Client),
        ),
        ListFilter(
            "deal_id",
            FIELDS["deal_id"].title,
            FieldKind.REF,
            of_seen(Act.deal_id, "deal", Deal),
            _REFERENCE,
            show=seen_name("deal", Deal),
        ),
        ListFilter(
            "invoice_id",
            FIELDS["invoice_id"].title,
            FieldKind.REF,
            of_seen(Act.invoice_id, KIND, Invoice),
            _REFERENCE,
            show=_invoice_number,
        ),
    ),
)

ACT_COLUMNS: Final = (
    Act.id,
    Act.number,
    Act.kind,
    Act.state,
    Act.day,
    Act.invoice_id,
    Act.deal_id,
    Act.client_id,
    Act.owner_id,
    Act.company_id,
    Act.signer_id,
    Act.currency,
    Act.net,
    Act.vat,
    Act.amount,
    Act.language,
    Act.comment,
    Act.cancelled_at,
    Act.cancel_reason,
    Act.created_at,
    Act.updated_at,
    Act.version,
)
"""What an act is in the JSON API."""

NAMED: Final = (
    *ACT_COLUMNS,
    Client.name.label("client_name"),
    User.name.label("owner_name"),
    Invoice.number.label("invoice_number"),
)
"""The same with what a list shows beside it."""

COLUMNS: Final = (
    Column("number", FIELDS["number"].title, "number"),
    Column("client", FIELDS["client_id"].title),
    Column("state", _("State"), "state"),
    Column("amount", FIELDS["amount"].title, "amount", numeric=True),
    Column("day", FIELDS["day"].title, "day"),
    Column("invoice", FIELDS["invoice_id"].title),
    Column("kind", FIELDS["kind"].title, usual=False),
    Column("owner", FIELDS["owner_id"].title, "owner_id", usual=False),
    Column("currency", FIELDS["currency"].title, "currency", usual=False),
    Column("created_at", _("Made"), "created_at", usual=False),
)


def _cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    for row in rows:
        yield {
            **{name: getattr(row, name) for name in ("amount", "day", "currency", "created_at")},
            "number": named(row),
            "client": row.client_name or "",
            "state": str(STATE_TITLES[row.state]),
            "kind": str(KIND_TITLES[row.kind]),
            "invoice": row.invoice_number or "",
            "owner": row.owner_name or "",
        }


LISTED: Final = RecordList(
    ACTS,
    "invoices.acts",
    _("Acts"),
    NAMED,
    COLUMNS,
    _cells,
    export=SEE_ACTS,
    along=("currency",),
)
