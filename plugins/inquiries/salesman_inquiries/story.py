"""Inquiries in the stories of clients and deals, as evidence, and in the search box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, Findable, User, reading, visible
from salesman_hookspecs import Evidence, SearchHit, TimelineEntry, TimelineQuery
from salesman_inquiries import queries
from salesman_inquiries.models import (
    KIND,
    NEW,
    Channel,
    Inquiry,
    InquiryEmail,
    InquiryPhone,
    Result,
)
from salesman_inquiries.texts import texts

_ = texts.lazy


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the inquiries of a client or deal when they happened."""
    column = {"client": Inquiry.client_id, "deal": Inquiry.deal_id}.get(query.kind)
    if column is None:
        return []
    happened = (
        sa.select(Inquiry.id, queries.TITLE, Inquiry.happened_at, Inquiry.direction)
        .add_columns(Channel.name.label("channel_name"), Result.name.label("result_name"))
        .add_columns(User.name.label("owner_name"))
        .join(Channel, Channel.id == Inquiry.channel_id)
        .outerjoin(Result, Result.id == Inquiry.result_id)
        .outerjoin(User, User.id == Inquiry.owner_id)
        .where(visible(KIND, person=query.person), column == query.record_id)
    )
    if query.before is not None:
        happened = happened.where(Inquiry.happened_at <= query.before)
    rows = reading().execute(happened.order_by(Inquiry.happened_at.desc()).limit(query.limit))
    return [
        TimelineEntry(
            at=row.happened_at,
            kind="inquiry",
            text=told(row),
            icon="headset",
            url=url_for("inquiries.card", record_id=row.id),
            id=row.id,
        )
        for row in rows
    ]


def told(row: AnyRow) -> str:
    """Give an inquiry in a line: which way, by which channel, about what, what came of it."""
    result = f": {row.result_name}" if row.result_name else ""
    if row.direction == "incoming":
        return texts.gettext(
            "Got in touch (%(channel)s), “%(title)s”%(result)s",
            channel=row.channel_name,
            title=row.title,
            result=result,
        )
    return texts.gettext(
        "We got in touch (%(channel)s), “%(title)s”%(result)s",
        channel=row.channel_name,
        title=row.title,
        result=result,
    )


def evidence(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Say of clients that an interest of theirs was found (``product.md``, rule 2).

    An inquiry tells of the same sale as the deal that it is about, or as what it became does, so
    all of them count as one; of several inquiries about one deal the first one tells of it.
    """
    told: dict[tuple[int, str], Evidence] = {}
    for row in queries.with_interest(reading(), client_ids):
        evidence = Evidence(
            client_id=row.client_id,
            weight="interest",
            sale=_sale(row),
            at=row.happened_at,
            text=_("an interest was found on %(day)s", day=row.day),
            record=(KIND, row.id),
        )
        told.setdefault((evidence.client_id, evidence.sale), evidence)
    return told.values()


def _sale(row: AnyRow) -> str:
    if row.deal_id is not None:
        return f"deal:{row.deal_id}"
    if row.became_kind is not None:
        return f"{row.became_kind}:{row.became_id}"
    return f"inquiry:{row.id}"


def _found(row: AnyRow, score: float) -> SearchHit:
    return SearchHit(
        row.title, url_for("inquiries.card", record_id=row.id), row.channel_name, score
    )


FOUND: Final = Findable(
    kind=KIND,
    id=Inquiry.id,
    name=Inquiry.search_title,
    read=sa.select(Inquiry.id, queries.TITLE, Channel.name.label("channel_name")).join(
        Channel, Channel.id == Inquiry.channel_id
    ),
    hit=_found,
    phones=InquiryPhone.inquiry_id,
    emails=InquiryEmail.inquiry_id,
    behind=Inquiry.status != NEW,
)
"""How the search box finds inquiries, a typo forgiven."""
