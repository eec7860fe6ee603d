"""Every read of inquiries, through access."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Contact,
    Deal,
    ListQuery,
    MissingError,
    User,
    contact_data,
    current_person,
    now,
    totals,
    visible,
)
from salesman_inquiries.lists import (
    INQUIRIES,
    Taker,
    found_interest,
    is_due_today,
    is_late,
    whose_figures,
)
from salesman_inquiries.models import (
    CANCELLED,
    KIND,
    NEW,
    Channel,
    Inquiry,
    InquiryEmail,
    InquiryPhone,
    InquiryProduct,
    Result,
)
from salesman_inquiries.texts import texts

_ = texts.lazy


def _first(model: type[InquiryPhone | InquiryEmail]) -> sa.ScalarSelect[str]:
    ways = sa.select(model.typed).where(model.inquiry_id == Inquiry.id)
    return ways.order_by(model.position).limit(1).scalar_subquery()


TITLE: Final = sa.case(
    (
        sa.and_(
            sa.bindparam("sees", callable_=contact_data.sees_contact_data, type_=sa.Boolean),
            Inquiry.subject == "",
            Inquiry.name == "",
            Inquiry.company == "",
        ),
        sa.func.coalesce(_first(InquiryPhone), _first(InquiryEmail), Inquiry.title),
    ),
    else_=Inquiry.title,
).label("title")
"""What an inquiry is called, for whoever reads it: where nothing but a phone or email is known,
that way whole or masked."""

INQUIRY: Final = (
    Inquiry.id,
    TITLE,
    Inquiry.direction,
    Inquiry.channel_id,
    Inquiry.happened_at,
    Inquiry.day,
    Inquiry.subject,
    Inquiry.text,
    Inquiry.source,
    Inquiry.taken_by_id,
    Inquiry.owner_id,
    Inquiry.client_id,
    Inquiry.contact_id,
    Inquiry.deal_id,
    Inquiry.name,
    Inquiry.company,
    Inquiry.result_id,
    Inquiry.next_step,
    Inquiry.deadline_at,
    Inquiry.status,
    Inquiry.became_kind,
    Inquiry.became_id,
    Inquiry.activity_id,
    Inquiry.created_at,
    Inquiry.updated_at,
    Inquiry.version,
)
"""What an inquiry is, in the JSON API."""

NAMED: Final = (
    *INQUIRY,
    Channel.name.label("channel_name"),
    Result.name.label("result_name"),
    User.name.label("owner_name"),
    Taker.name.label("taker_name"),
)
"""The same with what a page shows beside it."""


def inquiries() -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the inquiries that the person reaches."""
    return (
        sa.select(*NAMED)
        .select_from(Inquiry)
        .join(Channel, Channel.id == Inquiry.channel_id)
        .outerjoin(Result, Result.id == Inquiry.result_id)
        .outerjoin(User, User.id == Inquiry.owner_id)
        .outerjoin(Taker, Taker.id == Inquiry.taken_by_id)
        .where(visible(KIND))
    )


def one_inquiry(session: Session, inquiry_id: int) -> AnyRow:
    """Give an inquiry.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(inquiries().where(Inquiry.id == inquiry_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such inquiry, or you may not see it."))
    return row


def late_among(rows: Sequence[AnyRow]) -> set[int]:
    """Give the ids of those of some inquiries that are new and past their deadline."""
    moment = now()
    return {row.id for row in rows if _is_late(row.status, row.deadline_at, moment)}


def _is_late(status: str, deadline_at: datetime | None, moment: datetime) -> bool:
    return status == NEW and deadline_at is not None and deadline_at <= moment


@dataclass(frozen=True, slots=True)
class Way:
    """A phone or email of an inquiry, masked for those who may not read it.

    :param normalised: what it means, or None where it does not validate or is masked.
    :param banned: why it may not be called or written to, or None where it may.
    """

    typed: str
    normalised: str | None
    masked: bool
    banned: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product that was asked about: how many and at what price, each None where unknown."""

    name: str
    quantity: Decimal | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on some inquiries, by inquiry."""

    phones: Mapping[int, list[Way]]
    emails: Mapping[int, list[Way]]
    products: Mapping[int, list[Product]]


def hanging(session: Session, inquiry_ids: Sequence[int]) -> Hanging:
    """Give what hangs on some inquiries, in three statements however many they are."""
    return Hanging(
        phones=_ways(session, InquiryPhone, inquiry_ids),
        emails=_ways(session, InquiryEmail, inquiry_ids),
        products=_products(session, inquiry_ids),
    )


def _ways(
    session: Session, model: type[InquiryPhone | InquiryEmail], inquiry_ids: Sequence[int]
) -> dict[int, list[Way]]:
    found: dict[int, list[Way]] = {}
    for row in session.execute(
        sa.select(model.inquiry_id, model.typed, model.normalised)
        .where(model.inquiry_id.in_(inquiry_ids))
        .order_by(model.inquiry_id, model.position)
    ):
        way = contact_data.readable({"typed": row.typed, "normalised": row.normalised})
        found.setdefault(row.inquiry_id, []).append(Way(**way))
    return found


def _products(session: Session, inquiry_ids: Sequence[int]) -> dict[int, list[Product]]:
    found: dict[int, list[Product]] = {}
    model = InquiryProduct
    for row in session.execute(
        sa.select(model.inquiry_id, model.name, model.quantity, model.price)
        .where(model.inquiry_id.in_(inquiry_ids))
        .order_by(model.inquiry_id, model.position)
    ):
        product = Product(row.name, row.quantity, row.price)
        found.setdefault(row.inquiry_id, []).append(product)
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """Whom some inquiries concern, as far as the person may see it: names by id."""

    clients: Mapping[int, str]
    contacts: Mapping[int, str]
    deals: Mapping[int, str]


def around(session: Session, rows: Sequence[AnyRow]) -> Around:
    """Give whom some inquiries concern, in three statements at most."""
    return Around(
        clients=_names(session, "client", Client, {row.client_id for row in rows}),
        contacts=_names(session, "contact", Contact, {row.contact_id for row in rows}),
        deals=_names(session, "deal", Deal, {row.deal_id for row in rows}),
    )


def _names(
    session: Session, kind: str, model: type[Client | Contact | Deal], ids: Collection[int | None]
) -> dict[int, str]:
    known = {id_ for id_ in ids if id_ is not None}
    if not known:
        return {}
    named = sa.select(model.id, model.name).where(model.id.in_(known), visible(kind))
    return {row.id: row.name for row in session.execute(named)}


def count_by_status(session: Session, query: ListQuery) -> dict[str, int]:
    """Count the inquiries of all pages of a list by their status."""
    counted = sa.func.count(Inquiry.id).label("inquiries")
    rows = totals(session, [counted], INQUIRIES, query, visible(KIND), by=[Inquiry.status])
    return {row.status: row.inquiries for row in rows}


def sources(session: Session) -> list[tuple[str, str]]:
    """Give the sources of the inquiries that the person reaches, as a choice."""
    named = sa.select(Inquiry.source).where(visible(KIND), Inquiry.source != "")
    ordered = named.distinct().order_by(Inquiry.source)
    return [(source, source) for source in session.scalars(ordered)]


def due_count(session: Session) -> int:
    """Count one's own inquiries that are to be done by tonight, or late."""
    due = sa.and_(visible(KIND), Inquiry.owner_id == current_person().id, is_due_today())
    return session.scalar(sa.select(sa.func.count(Inquiry.id)).where(due)) or 0


def own_due(session: Session, limit: int) -> Sequence[AnyRow]:
    """Give one's own inquiries that are new, the first due first."""
    return session.execute(
        inquiries()
        .where(Inquiry.owner_id == current_person().id, Inquiry.status == NEW)
        .order_by(Inquiry.deadline_at, Inquiry.id)
        .limit(limit)
    ).all()


def late_by_owner(session: Session, limit: int) -> Sequence[AnyRow]:
    """Give who is late, and with how many inquiries, of those whose figures the person may see."""
    late = sa.func.count(Inquiry.id).label("late")
    return session.execute(
        sa.select(User.id, User.name, late)
        .join(Inquiry, Inquiry.owner_id == User.id)
        .where(visible(KIND), is_late(), whose_figures(Inquiry.owner_id))
        .group_by(User.id, User.name)
        .order_by(late.desc(), User.name)
        .limit(limit)
    ).all()


def waiting_for(session: Session, activity_id: int) -> Sequence[AnyRow]:
    """Give the inquiry that is new and whose next step is an activity, with its owner's locale."""
    waiting = sa.select(Inquiry.id, Inquiry.next_step, Inquiry.owner_id, User.locale)
    return session.execute(
        waiting.join(User, User.id == Inquiry.owner_id).where(
            visible(KIND), Inquiry.activity_id == activity_id, Inquiry.status == NEW
        )
    ).all()


def about(session: Session, kind: str, record_id: int | None, limit: int) -> Sequence[AnyRow]:
    """Give the inquiries of a client or deal, the latest first."""
    column = {"client": Inquiry.client_id, "deal": Inquiry.deal_id}[kind]
    return session.execute(
        inquiries()
        .where(column == record_id)
        .order_by(Inquiry.happened_at.desc(), Inquiry.id.desc())
        .limit(limit)
    ).all()


def with_interest(session: Session, client_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Give the inquiries of clients in which an interest was found, whoever may see them."""
    interested = (
        sa.select(Inquiry.id, Inquiry.client_id, Inquiry.happened_at, Inquiry.day)
        .add_columns(Inquiry.deal_id, Inquiry.became_kind, Inquiry.became_id)
        .outerjoin(Result, Result.id == Inquiry.result_id)
        .where(
            Inquiry.client_id.in_(client_ids),
            Inquiry.deleted_at.is_(None),
            Inquiry.status != CANCELLED,
            found_interest(),
        )
    )
    return session.execute(interested.order_by(Inquiry.happened_at, Inquiry.id)).all()
