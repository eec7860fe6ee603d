"""What came after the letters of a campaign: new records with its addresses, deals, turnover.

Nobody knows whether they came because of a letter. What is counted is what came after it, from
those who got it, until some days after the last one, as far as whoever reads may see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Deal,
    MissingError,
    current_person,
    plugin_settings,
    record_type,
    visible,
    worth_columns,
    worth_of,
)
from salesman_mailing.campaigns.models import Recipient
from salesman_mailing.groups.kinds import Kind, kinds
from salesman_mailing.texts import texts

_ = texts.lazy

DEALS, WON = "deals", "won"
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Turnover:
    """What the deals came to that followed.

    :param amount: of those that were won, in the company's currency.
    :param lacking: how many of those that were won have no rate, and are not in the amount.
    """

    deals: int
    won: int
    amount: Decimal
    lacking: int


@dataclass(frozen=True, slots=True)
class Followed:
    """What came after the letters of a campaign.

    :param days: how long after the last letter it still counts.
    :param until: when that is over; None where no letter has gone out, so that nothing came.
    :param records: how many new records have an address that got a letter, by kind.
    :param turnover: None for whoever may see no deals, and where no letter has gone out.
    """

    days: int
    until: datetime | None
    records: Sequence[tuple[Kind, int]]
    turnover: Turnover | None


def followed(session: Session, campaign_id: int) -> Followed:
    """Give what came after the letters of a campaign."""
    until = _until(session, campaign_id)
    if until is None:
        return Followed(_days(), None, (), None)
    deals = _turnover(session, campaign_id, until) if _sees_deals() else None
    return Followed(_days(), until, _records(session, campaign_id, until), deals)


@dataclass(frozen=True, slots=True)
class Followers:
    """Some of the records behind a figure, the newest first.

    :param rows: with ``id``, ``name`` and ``created_at``; deals with ``client``, ``outcome``,
        ``amount`` and ``currency`` as well.
    :param more: behind which there are more; None where these are the last.
    """

    rows: Sequence[AnyRow]
    more: int | None


def followers(session: Session, campaign_id: int, what: str, before: int | None) -> Followers:
    """Give the records that a figure counts.

    :param what: ``deals``, ``won``, or a kind of record.
    :param before: the last record that was shown.
    :raises MissingError: where nothing of the kind is counted.
    """
    until = _until(session, campaign_id)
    if until is None:
        return Followers((), None)
    id_, query = _counted(campaign_id, what, until)
    if before is not None:
        query = query.where(id_ < before)
    rows = session.execute(query.order_by(id_.desc()).limit(AT_ONCE + 1)).all()
    return Followers(rows[:AT_ONCE], rows[AT_ONCE - 1].id if len(rows) > AT_ONCE else None)


def _counted(campaign_id: int, what: str, until: datetime) -> tuple[Any, sa.Select[Any]]:
    if what in {DEALS, WON} and _sees_deals():
        told = (Deal.id, Deal.name, Deal.created_at, Deal.outcome, Deal.amount, Deal.currency)
        query = _deals((*told, Client.name.label("client")), campaign_id, until)
        return Deal.id, query.where(Deal.outcome == "won") if what == WON else query
    kind = next((one for one in _dated() if one.name == what), None)
    if kind is None:
        raise MissingError(_("Nothing of the kind %(kind)s is counted here.", kind=what))
    columns = (kind.id, kind.label.label("name"), kind.type.model.created_at)
    return kind.id, sa.select(*columns).where(kind.id.in_(_new_of(kind, campaign_id, until)))


def _until(session: Session, campaign_id: int) -> datetime | None:
    """Give when the last day is over that counts; None where no letter has gone out."""
    last = sa.select(sa.func.max(Recipient.sent_at)).where(Recipient.campaign_id == campaign_id)
    moment = session.scalar(last)
    return moment + timedelta(days=_days()) if moment is not None else None


def _days() -> int:
    return int(plugin_settings("mailing")["followed_days"])


def _sees_deals() -> bool:
    return current_person().may(record_type("deal").view_permission)


def _got(campaign_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Give the SQL of those who got the letter, as far as is known."""
    mine = Recipient
    return (
        mine.campaign_id == campaign_id,
        mine.sent_at.is_not(None),
        mine.bounced_at.is_(None),
    )


# New records with an address that got a letter


def _dated() -> Iterator[Kind]:
    """Give the kinds that can be written to whose records say since when they are there."""
    return (one for one in kinds() if hasattr(one.type.model, "created_at"))


def _new_of(kind: Kind, campaign_id: int, until: datetime) -> sa.Select[Any]:
    created_at = kind.type.model.created_at
    return (
        sa.select(kind.id)
        .join(kind.emails, kind.of_email == kind.id)
        .join(Recipient, Recipient.address == kind.emails.normalised)
        .where(*_got(campaign_id), created_at > Recipient.sent_at, created_at <= until)
        .where(visible(kind.name))
    )


def _records(session: Session, campaign_id: int, until: datetime) -> list[tuple[Kind, int]]:
    by_name = {one.name: one for one in _dated()}
    if not by_name:
        return []
    numbers = sa.union_all(*(_number(one, campaign_id, until) for one in by_name.values()))
    counts = {name: int(count) for name, count in session.execute(numbers)}
    return [(one, counts[name]) for name, one in by_name.items()]


def _number(kind: Kind, campaign_id: int, until: datetime) -> sa.Select[*tuple[Any, ...]]:
    new = _new_of(kind, campaign_id, until).distinct().subquery()
    return sa.select(sa.literal(kind.name), sa.func.count()).select_from(new)


# Deals of clients that got a letter


def _deals(
    columns: Sequence[Any], campaign_id: int, until: datetime
) -> sa.Select[*tuple[Any, ...]]:
    since = _clients_written_to(campaign_id).subquery()
    return (
        sa.select(*columns)
        .select_from(Deal)
        .join(since, since.c.client_id == Deal.client_id)
        .join(Client, Client.id == Deal.client_id)
        .where(Deal.created_at > since.c.at, Deal.created_at <= until, visible("deal"))
    )


def _clients_written_to(campaign_id: int) -> sa.Select[Any]:
    """Give the clients that got a letter, with when they got the first.

    Those are the clients that were written to, and those whose address it is by now, themselves
    or by a person there: so a deal counts, too, whose client was a lead when it was written to.
    """
    got = _got(campaign_id)
    ways = [sa.select(Recipient.client_id.label("client_id"), Recipient.sent_at).where(*got)]
    ways += [
        sa.select(one.client_id.label("client_id"), Recipient.sent_at)
        .join(one.emails, one.of_email == one.id)
        .join(Recipient, Recipient.address == one.emails.normalised)
        .where(*got, visible(one.name))
        for one in kinds()
        if one.is_clients
    ]
    every = sa.union_all(*ways).subquery()
    first = sa.func.min(every.c.sent_at).label("at")
    return sa.select(every.c.client_id, first).group_by(every.c.client_id)


def _turnover(session: Session, campaign_id: int, until: datetime) -> Turnover:
    query = _deals((Deal.outcome, *worth_columns()), campaign_id, until).group_by(Deal.outcome)
    by_outcome = {row.outcome: worth_of(row) for row in session.execute(query)}
    number = sum(one.count for one in by_outcome.values())
    won = by_outcome.get("won")
    if won is None:
        return Turnover(number, 0, Decimal(0), 0)
    return Turnover(number, won.count, won.amount, won.lacking)
