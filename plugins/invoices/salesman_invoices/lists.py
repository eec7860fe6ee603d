"""What the list of invoices can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    Client,
    Deal,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    Pipeline,
    User,
    contains,
    either,
    name_of,
    reading,
    team_filter,
    visible,
)
from salesman_invoices import plans_filters
from salesman_invoices.ages import TITLES as AGE_TITLES
from salesman_invoices.ages import of_age
from salesman_invoices.models import KIND, Invoice, InvoiceExternalId
from salesman_invoices.permissions import COSTS
from salesman_invoices.standing import STANDING, TITLES
from salesman_invoices.texts import texts
from salesman_invoices.words import FIELDS, LANGUAGE_TITLES

_ = texts.lazy


def _standing(operator: str, value: Any) -> sa.ColumnElement[bool]:
    if operator == "ne":
        return STANDING.not_in(value if isinstance(value, tuple) else (value,))
    return STANDING.in_(value if operator == "in" else (value,))


def _external_id(operator: str, value: Any) -> sa.ColumnElement[bool]:
    keys = value if operator == "in" else (value,)
    keyed = sa.select(InvoiceExternalId.record_id).where(InvoiceExternalId.key.in_(keys))
    return Invoice.id.in_(keyed)


def of_seen(column: Any, kind: str, model: type[Any]) -> Any:
    """Give the filter by a client or deal that whoever asks may see."""

    def where(operator: str, value: Any) -> sa.ColumnElement[bool]:
        if operator == "isnull":
            empty: sa.ColumnElement[bool] = column.is_(None)
            return empty if value else sa.not_(empty)
        wanted = value if operator == "in" else (value,)
        seen = sa.select(model.id).where(model.id.in_(wanted), visible(kind))
        within: sa.ColumnElement[bool] = column.in_(seen)
        return within

    return where


def seen_name(kind: str, model: type[Any]) -> Any:
    """Give what names a record of a filter to whoever may see it."""

    def show(id_: Any) -> str:
        named = sa.select(model.name).where(model.id == id_, visible(kind))
        return str(reading().scalar(named) or id_)

    return show


def of_pipeline(pipeline_id: int) -> sa.ColumnElement[bool]:
    """Give the condition of the invoices of deals of a pipeline, as far as one sees these."""
    seen = sa.select(Deal.id).where(visible("deal"), Deal.pipeline_id == pipeline_id)
    return Invoice.deal_id.in_(seen)


def of_source(source: str) -> sa.ColumnElement[bool]:
    """Give the condition of the invoices of clients that came from a source.

    An empty one stands for invoices of which that is not said: of no client, or none that one sees.
    """
    known = sa.select(Client.id).where(visible("client"))
    if source:
        return Invoice.client_id.in_(known.where(Client.source == source))
    said = known.where(Client.source != "")
    return sa.or_(Invoice.client_id.is_(None), Invoice.client_id.not_in(said))


def _like_any(condition: Callable[[Any], sa.ColumnElement[bool]]) -> Any:
    def where(operator: str, value: Any) -> sa.ColumnElement[bool]:
        wanted = value if operator == "in" else (value,)
        return sa.or_(sa.false(), *(condition(one) for one in wanted))

    return where


def search_invoices(typed: str) -> sa.ColumnElement[bool]:
    """Give the SQL of the search box of the list: number, client, purpose, or another key."""
    keyed = sa.select(InvoiceExternalId.record_id).where(InvoiceExternalId.key == typed.strip())
    return either(Invoice.id, contains(Invoice.search_text, typed), keyed)


SOURCE: Final = (
    sa.outerjoin(Invoice, Client, Client.id == Invoice.client_id)
    .outerjoin(User, User.id == Invoice.owner_id)
    .outerjoin(Deal, Deal.id == Invoice.deal_id)
)
"""Invoices beside their clients, deals and owners."""

_REFERENCE: Final = ("eq", "in", "isnull")

INVOICES: Final = ListSpec(
    kind=KIND,
    id=Invoice.id,
    source=SOURCE,
    search=search_invoices,
    default_sort="-created_at",
    fields=(
        ListField("number", FIELDS["number"].title, Invoice.number, FieldKind.TEXT),
        ListField("issued_on", FIELDS["issued_on"].title, Invoice.issued_on, FieldKind.DATE),
        ListField(
            "due_on",
            FIELDS["due_on"].title,
            Invoice.due_on,
            FieldKind.DATE,
            empty_high=True,
        ),
        ListField("paid_on", FIELDS["paid_on"].title, Invoice.paid_on, FieldKind.DATE),
        ListField("amount", FIELDS["amount"].title, Invoice.amount, FieldKind.MONEY),
        ListField("paid", FIELDS["paid"].title, Invoice.paid, FieldKind.MONEY),
        ListField("cost", FIELDS["cost"].title, Invoice.cost, FieldKind.MONEY, permission=COSTS),
        ListField("currency", FIELDS["currency"].title, Invoice.currency, FieldKind.TEXT),
        ListField(
            "owner_id",
            FIELDS["owner_id"].title,
            Invoice.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField(
            "language",
            FIELDS["language"].title,
            Invoice.language,
            FieldKind.CHOICE,
            sortable=False,
            choices=LANGUAGE_TITLES,
        ),
        ListField("created_at", _("Made"), Invoice.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Invoice.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter(
            "standing",
            _("Standing"),
            FieldKind.CHOICE,
            _standing,
            ("eq", "ne", "in"),
            choices=TITLES,
        ),
        ListFilter("age", _("Overdue for"), FieldKind.CHOICE, of_age, choices=AGE_TITLES),
        team_filter(Invoice.owner_id),
        ListFilter(
            "client_id",
            FIELDS["client_id"].title,
            FieldKind.REF,
            of_seen(Invoice.client_id, "client", Client),
            _REFERENCE,
            show=seen_name("client", Client),
        ),
        ListFilter(
            "deal_id",
            FIELDS["deal_id"].title,
            FieldKind.REF,
            of_seen(Invoice.deal_id, "deal", Deal),
            _REFERENCE,
            show=seen_name("deal", Deal),
        ),
        ListFilter(
            "pipeline_id",
            _("Pipeline of the deal"),
            FieldKind.REF,
            _like_any(of_pipeline),
            show=name_of(Pipeline),
        ),
        ListFilter("source", _("Source of the client"), FieldKind.TEXT, _like_any(of_source)),
        ListFilter("external_id", _("Key in another system"), FieldKind.TEXT, _external_id),
        *plans_filters.FILTERS,
    ),
)
