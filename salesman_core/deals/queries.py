"""Every read of deals, through access."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.clients.models import Client, Contact
from salesman_core.db import AnyRow, Money, UtcDateTime, one_of, rows_of, table_of
from salesman_core.deals import needs
from salesman_core.deals.models import (
    CloseReason,
    Deal,
    DealContact,
    DealExternalId,
    DealParticipant,
    Pipeline,
    Stage,
)
from salesman_core.deals.steps import OFFERED
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.owner_team import TEAM_NAME

_ = texts.lazy

_DEAL: Final = table_of(Deal).c
_STAGE: Final = table_of(Stage).c
_CLIENT: Final = table_of(Client).c
_USER: Final = table_of(User).c
_REASON: Final = table_of(CloseReason).c

DEAL: Final = (
    _DEAL.id,
    _DEAL.name,
    _DEAL.client_id,
    _DEAL.pipeline_id,
    _DEAL.stage_id,
    _STAGE.percent.label("progress"),
    _DEAL.outcome,
    _DEAL.reason_id,
    _DEAL.amount,
    _DEAL.cost,
    _DEAL.currency,
    _DEAL.owner_id,
    _DEAL.opened_on,
    _DEAL.expected_on,
    _DEAL.closed_on,
    _DEAL.frozen_until,
    _DEAL.freeze_reason,
    _DEAL.stage_since,
    _DEAL.plan_since,
    _DEAL.created_at,
    _DEAL.updated_at,
    _DEAL.version,
    _DEAL.custom,
    _DEAL.imported,
    _DEAL.rate,
    _DEAL.rate_currency,
    _DEAL.amount_source,
)
"""What a deal is, in the JSON API."""

NAMES: Final = (
    _CLIENT.name.label("client_name"),
    _STAGE.name.label("stage_name"),
    _STAGE.planned_days,
    _USER.name.label("owner_name"),
    _REASON.name.label("reason_name"),
)
"""What a page shows beside it. A deal's client is named to everybody who sees the deal."""

_WITH_STAGE: Final = table_of(Deal).join(table_of(Stage), _STAGE.id == _DEAL.stage_id)

WITH_NAMES: Final = (
    _WITH_STAGE.outerjoin(table_of(Client), _CLIENT.id == _DEAL.client_id)
    .outerjoin(table_of(User), _USER.id == _DEAL.owner_id)
    .outerjoin(table_of(CloseReason), _REASON.id == _DEAL.reason_id)
)
"""Where the columns of a list of deals come from: a deal and the names of what it refers to."""

_PERSON, _KEY, _CONTACT = range(3)
"""What may hang on a deal."""


def deals(
    columns: Sequence[Any] = DEAL, permission: str | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the deals that the person reaches, not yet filtered or sorted."""
    return sa.select(*columns).select_from(_WITH_STAGE).where(visible("deal", permission))


def named_deals(columns: Sequence[Any] = (*DEAL, *NAMES)) -> sa.Select[*tuple[Any, ...]]:
    """Give the same with the names of what they refer to."""
    return sa.select(*columns).select_from(WITH_NAMES).where(visible("deal"))


def one_deal(session: Session, deal_id: int) -> AnyRow:
    """Give a deal with names.

    :raises MissingError: where there is none that the person may see.
    """
    return _only(rows_of(session, _one_named(visible("deal")), {"deal_id": deal_id}))


def deal_itself(session: Session, deal_id: int) -> AnyRow:
    """Give a deal without the names of what it refers to.

    :raises MissingError: where there is none that the person may see.
    """
    return _only(rows_of(session, _one(visible("deal")), {"deal_id": deal_id}))


def _only(rows: Sequence[AnyRow]) -> AnyRow:
    if not rows:
        raise MissingError(_("There is no such deal, or you may not see it."))
    return rows[0]


@functools.lru_cache(maxsize=512)
def _one_named(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    one = sa.select(*DEAL, *NAMES, TEAM_NAME).select_from(WITH_NAMES)
    return one.where(_DEAL.id == sa.bindparam("deal_id"), condition)


@functools.lru_cache(maxsize=512)
def _one(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    one = sa.select(*DEAL).select_from(_WITH_STAGE)
    return one.where(_DEAL.id == sa.bindparam("deal_id"), condition)


@dataclass(frozen=True, slots=True)
class Around:
    """What hangs on some deals, each by deal id."""

    participants: dict[int, list[dict[str, Any]]]
    external_ids: dict[int, dict[str, str]]
    contact_ids: dict[int, list[int]]


def around(session: Session, deal_ids: Sequence[int]) -> Around:
    """Give what hangs on some deals, in one statement for one as for two hundred."""
    found = Around({}, {}, {})
    for what, deal_id, moment, number, text, more in _hanging(session, deal_ids):
        if what == _PERSON:
            person = {"user_id": number, "name": more, "part": text, "since": moment}
            found.participants.setdefault(deal_id, []).append(person)
        elif what == _KEY:
            found.external_ids.setdefault(deal_id, {})[text] = more
        else:
            found.contact_ids.setdefault(deal_id, []).append(number)
    return found


def _hanging(session: Session, deal_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Give all that hangs on some deals; a list of ids is written into the statement each time."""
    if len(deal_ids) == 1:
        return rows_of(session, _HANGING_ON_ONE, {"deal_id": deal_ids[0]})
    return rows_of(session, _HANGING, {"deal_ids": deal_ids})


def _all_that_hangs(chosen: Callable[[Any], sa.ColumnElement[bool]]) -> sa.CompoundSelect[Any]:
    """Ask for it at once: columns that one kind lacks are empty.

    :param chosen: says of a column of deal ids which are asked for.
    """
    part, key, named = (
        table_of(model).c for model in (DealParticipant, DealExternalId, DealContact)
    )
    number = sa.cast(sa.null(), sa.BigInteger)
    text, moment = sa.cast(sa.null(), sa.Text), sa.cast(sa.null(), UtcDateTime)
    people = (
        sa.select(_kind(_PERSON), part.record_id, part.since, part.user_id, part.part, _USER.name)
        .join(table_of(User), _USER.id == part.user_id)
        .where(chosen(part.record_id))
    )
    keys = sa.select(_kind(_KEY), key.record_id, moment, number, key.source, key.key)
    contacts = sa.select(_kind(_CONTACT), named.deal_id, moment, named.contact_id, text, text)
    return sa.union_all(
        people, keys.where(chosen(key.record_id)), contacts.where(chosen(named.deal_id))
    ).order_by(*map(sa.literal_column, "123456"))


def _kind(what: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(what), sa.Integer)


_HANGING: Final = _all_that_hangs(lambda id_: one_of(id_, "deal_ids"))
_HANGING_ON_ONE: Final = _all_that_hangs(lambda id_: id_ == sa.bindparam("deal_id"))


def contacts_of(session: Session, deal_id: int) -> Sequence[AnyRow]:
    """Give the contacts named in a deal, by name and position: whoever sees the deal sees them.

    ``seen`` tells of which they see the rest, too.
    """
    seen = visible("contact").label("seen")
    return session.execute(
        sa.select(Contact.id, Contact.name, Contact.position, Contact.client_id, seen)
        .join(DealContact, DealContact.contact_id == Contact.id)
        .where(DealContact.deal_id == deal_id, Contact.deleted_at.is_(None))
        .order_by(Contact.search_name)
    ).all()


def pipelines(session: Session) -> list[dict[str, Any]]:
    """Give the pipelines with their stages in the order of progress."""
    stages: dict[int, list[dict[str, Any]]] = {}
    for stage in session.execute(
        sa.select(
            Stage.id,
            Stage.pipeline_id,
            Stage.name,
            Stage.percent,
            Stage.planned_days,
            Stage.required,
        ).order_by(Stage.percent, Stage.id)
    ):
        stages.setdefault(stage.pipeline_id, []).append(
            {
                "id": stage.id,
                "name": stage.name,
                "percent": stage.percent,
                "planned_days": stage.planned_days,
                "required": needs.in_use(stage.required),
            }
        )
    rows = session.execute(
        sa.select(Pipeline.id, Pipeline.name).order_by(Pipeline.position, Pipeline.id)
    )
    return [{"id": row.id, "name": row.name, "stages": stages.get(row.id, [])} for row in rows]


def number_of_pipelines(session: Session) -> int:
    """Count the pipelines."""
    return session.scalar(sa.select(sa.func.count(Pipeline.id))) or 0


def close_reasons(session: Session) -> Sequence[AnyRow]:
    """Give the reasons from which a person may choose."""
    return session.execute(
        sa.select(CloseReason.id, CloseReason.name)
        .where(*OFFERED)
        .order_by(CloseReason.position, CloseReason.id)
    ).all()


def margin_of(amount: Decimal, cost: Decimal) -> Decimal:
    """Give what is left of a deal's amount after its cost (glossary: margin)."""
    return amount - cost


MARGIN: Final = sa.type_coerce(
    sa.type_coerce(_DEAL.amount, sa.BigInteger) - sa.type_coerce(_DEAL.cost, sa.BigInteger), Money()
)
"""The same in SQL, where deals are sorted, filtered and summed by it."""
