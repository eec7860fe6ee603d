"""What the list of inquiries can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salesman_core.toolkit import (
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    User,
    company,
    current_person,
    holders,
    now,
    reading,
    service,
    team_filter,
    today,
)
from salesman_hookspecs import Scope
from salesman_inquiries.models import (
    CANCELLED,
    KIND,
    LEAD,
    NEW,
    Channel,
    Inquiry,
    Result,
)
from salesman_inquiries.permissions import COUNTED, FIGURES
from salesman_inquiries.texts import texts
from salesman_inquiries.toolkit import Leads

_ = texts.lazy

Condition = sa.ColumnElement[bool]

Taker: Final = aliased(User)
"""Who took an inquiry, beside who works on it."""

STATUS_TITLES: Final = {
    "new": _("new"),
    "processed": _("processed"),
    "cancelled": _("cancelled"),
}
DIRECTION_TITLES: Final = {"incoming": _("incoming"), "outgoing": _("outgoing")}
BECAME_TITLES: Final = {
    "lead": _("a lead"),
    "deal": _("a deal"),
    "client": _("a client"),
}


def is_late() -> Condition:
    """Give the condition of what is new past its deadline."""
    return sa.and_(Inquiry.status == NEW, Inquiry.deadline_at <= now())


def is_due_today() -> Condition:
    """Give the condition of what is new and to be done until the end of today, or late."""
    zone = company().tz
    tomorrow = datetime.combine(today(zone) + timedelta(days=1), time.min, zone)
    return sa.and_(Inquiry.status == NEW, Inquiry.deadline_at < tomorrow)


def found_interest() -> Condition:
    """Give the condition of where an interest was found: by its result, or by what came of it."""
    return sa.or_(sa.func.coalesce(Result.interest, sa.false()), Inquiry.became_kind.is_not(None))


def was_conversation() -> Condition:
    """Give the condition of the calls in which somebody was spoken to."""
    return sa.and_(Channel.call, sa.func.coalesce(Result.reached, sa.false()))


def became_client() -> Condition:
    """Give the condition of what became a lead that became a client since.

    Only leads know; where they are not active, of none.
    """
    leads: Leads | None = service("leads")
    if leads is None:
        return sa.false()
    return sa.and_(Inquiry.became_kind == LEAD, Inquiry.became_id.in_(leads.converted()))


def is_counted() -> Condition:
    """Give the condition of what the figures count, for whoever reads them.

    Of people whose calls are counted, and as far as the person may see their figures: a seller's
    calls are nobody's figure (``product.md``, rule 3).
    """
    return sa.and_(
        whose_figures(Inquiry.taken_by_id),
        Inquiry.taken_by_id.in_(holders(COUNTED)),
        Inquiry.status != CANCELLED,
    )


def is_counted_call() -> Condition:
    """Give the condition of the calls that the figures count."""
    return sa.and_(Channel.call, is_counted())


def is_counted_conversation() -> Condition:
    """Give the condition of the conversations that the figures count."""
    return sa.and_(was_conversation(), is_counted())


def is_counted_interest() -> Condition:
    """Give the condition of where an interest was found that the figures count."""
    return sa.and_(found_interest(), is_counted())


def sees_others_figures() -> bool:
    """Tell whether whoever reads may see more figures than their own."""
    return current_person().scope(FIGURES) > Scope.OWN


def whose_figures(user_id: sa.SQLColumnExpression[int | None]) -> Condition:
    """Give the condition of those whose figures the person may see."""
    person = current_person()
    scope = person.scope(FIGURES)
    if scope is Scope.ALL:
        return sa.true()
    if scope is Scope.NONE:
        return sa.false()
    own = user_id == person.id
    if scope is Scope.OWN:
        return own
    team = sa.select(User.id).where(User.team_id.in_(person.team_ids))
    return sa.or_(own, user_id.in_(team))


def _flag(condition: Callable[[], Condition]) -> Callable[[str, Any], Condition]:
    """Give the condition of a flag; where nothing tells, as of whom nobody took, it is not so."""

    def where(_operator: str, value: Any) -> Condition:
        holds = sa.func.coalesce(condition(), sa.false())
        return condition() if value else sa.not_(holds)

    return where


def _name_of(model: type[Channel | Result]) -> Callable[[Any], str]:
    def show(id_: Any) -> str:
        return str(reading().scalar(sa.select(model.name).where(model.id == id_)) or id_)

    return show


INQUIRIES: Final = ListSpec(
    kind=KIND,
    id=Inquiry.id,
    source=sa.join(Inquiry, Channel, Channel.id == Inquiry.channel_id)
    .outerjoin(Result, Result.id == Inquiry.result_id)
    .outerjoin(User, User.id == Inquiry.owner_id)
    .outerjoin(Taker, Taker.id == Inquiry.taken_by_id),
    search=Inquiry.search_title,
    default_sort="-happened_at",
    fields=(
        ListField("title", _("Inquiry"), Inquiry.title, FieldKind.TEXT, norm=Inquiry.search_title),
        ListField("status", _("Status"), Inquiry.status, FieldKind.CHOICE, choices=STATUS_TITLES),
        ListField(
            "direction",
            _("Direction"),
            Inquiry.direction,
            FieldKind.CHOICE,
            choices=DIRECTION_TITLES,
        ),
        ListField(
            "channel_id",
            _("Channel"),
            Inquiry.channel_id,
            FieldKind.REF,
            sort_column=Channel.position,
            show=_name_of(Channel),
        ),
        ListField(
            "result_id",
            _("Result"),
            Inquiry.result_id,
            FieldKind.REF,
            sort_column=Result.position,
            show=_name_of(Result),
        ),
        ListField("source", _("Source"), Inquiry.source, FieldKind.TEXT),
        ListField(
            "taken_by_id",
            _("Who took it"),
            Inquiry.taken_by_id,
            FieldKind.USER,
            sort_column=Taker.search_name,
        ),
        ListField(
            "owner_id",
            _("Responsible"),
            Inquiry.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("client_id", _("Client"), Inquiry.client_id, FieldKind.REF, sortable=False),
        ListField("deal_id", _("Deal"), Inquiry.deal_id, FieldKind.REF, sortable=False),
        ListField(
            "became_kind",
            _("Became"),
            Inquiry.became_kind,
            FieldKind.CHOICE,
            sortable=False,
            choices=BECAME_TITLES,
        ),
        ListField("day", _("Day"), Inquiry.day, FieldKind.DATE),
        ListField("happened_at", _("When"), Inquiry.happened_at, FieldKind.MOMENT),
        ListField(
            "deadline_at", _("Until"), Inquiry.deadline_at, FieldKind.MOMENT, empty_high=True
        ),
        ListField("created_at", _("Noted"), Inquiry.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Inquiry.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        replace(
            team_filter(Inquiry.taken_by_id, _("Team of who took it")), name="taken_by_team_id"
        ),
        ListFilter("late", _("Late"), FieldKind.FLAG, _flag(is_late), operators=("eq",)),
        ListFilter(
            "due_today",
            _("To do by tonight"),
            FieldKind.FLAG,
            _flag(is_due_today),
            operators=("eq",),
        ),
        ListFilter(
            "call",
            _("Calls"),
            FieldKind.FLAG,
            _flag(is_counted_call),
            operators=("eq",),
            permission=FIGURES,
        ),
        ListFilter(
            "conversation",
            _("Conversations"),
            FieldKind.FLAG,
            _flag(is_counted_conversation),
            operators=("eq",),
            permission=FIGURES,
        ),
        ListFilter(
            "interest",
            _("Interests found"),
            FieldKind.FLAG,
            _flag(is_counted_interest),
            operators=("eq",),
            permission=FIGURES,
        ),
        ListFilter(
            "became_client",
            _("Leads that became clients"),
            FieldKind.FLAG,
            _flag(became_client),
            operators=("eq",),
        ),
        ListFilter(
            "counted",
            _("In the figures"),
            FieldKind.FLAG,
            _flag(is_counted),
            operators=("eq",),
            permission=FIGURES,
        ),
    ),
)
