"""What is read of campaigns."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    MissingError,
    User,
    contact_data,
    now,
    reaches,
    visible,
)
from salesman_mailing.campaigns.models import (
    FATES,
    KIND,
    RETURNS,
    SCHEDULED,
    SENDING,
    WAITING,
    Campaign,
    Recipient,
)
from salesman_mailing.consent.consent import may_write
from salesman_mailing.consent.models import LETTER, ONE_CLICK, PAGE, ConsentEntry, Purpose
from salesman_mailing.consent.models import REFUSED as CONSENT_REFUSED
from salesman_mailing.groups import queries as groups
from salesman_mailing.groups.kinds import Kind, kinds
from salesman_mailing.groups.models import KIND as GROUP
from salesman_mailing.groups.models import Group
from salesman_mailing.groups.queries import Counted
from salesman_mailing.readers.queries import who_followed
from salesman_mailing.texts import texts

_ = texts.lazy

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)

CAMPAIGN = tuple(Campaign.__table__.c)
NAMED = (*CAMPAIGN, Group.name.label("group_name"), User.name.label("owner_name"))
SOURCE = sa.join(Campaign, Group, Group.id == Campaign.group_id, isouter=True).outerjoin(
    User, User.id == Campaign.owner_id
)


def one_campaign(session: Session, campaign_id: int) -> AnyRow:
    """Give a campaign that whoever acts may see.

    :raises MissingError: where there is none.
    """
    query = sa.select(*NAMED).select_from(SOURCE).where(Campaign.id == campaign_id, visible(KIND))
    row = session.execute(query).one_or_none()
    if row is None:
        raise MissingError(_("There is no such campaign, or you may not see it."))
    return row


# For the sender


def for_sending(session: Session, campaign_id: int) -> AnyRow | None:
    """Give a campaign that is being sent, with whether its purpose needs consent."""
    query = (
        sa.select(*CAMPAIGN, Group.purpose_id, Purpose.needs_consent)
        .join(Group, Group.id == Campaign.group_id)
        .join(Purpose, Purpose.id == Group.purpose_id)
        .where(Campaign.id == campaign_id, Campaign.state == SENDING)
        .where(Campaign.deleted_at.is_(None))
    )
    return session.execute(query).one_or_none()


def with_purpose(session: Session, campaign: Campaign) -> AnyRow:
    """Give the group of a campaign, and whether its purpose needs consent."""
    query = (
        sa.select(Group.id.label("group_id"), Group.purpose_id, Purpose.needs_consent)
        .join(Purpose, Purpose.id == Group.purpose_id)
        .where(Group.id == campaign.group_id)
    )
    return session.execute(query).one()


def domain_of(address: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[str]:
    """Give the SQL of what stands behind the ``@`` of an address, on every database."""
    other_signs = sa.func.replace(address, "@", "")
    up_to_it = sa.func.length(sa.func.rtrim(address, other_signs))
    return sa.func.substr(address, up_to_it + 1, type_=sa.String())


def address_of(session: Session, user_id: int | None) -> str:
    """Give the address of somebody who works here."""
    return session.scalar(sa.select(User.email).where(User.id == user_id)) or ""


def being_sent(session: Session) -> Sequence[int]:
    """Give the campaigns that are being sent, the oldest first."""
    query = sa.select(Campaign.id).where(Campaign.state == SENDING, Campaign.deleted_at.is_(None))
    return session.scalars(query.order_by(Campaign.started_at, Campaign.id)).all()


def due(session: Session) -> Sequence[AnyRow]:
    """Give the campaigns whose time has come, with in whose name they begin."""
    query = sa.select(Campaign.id, Campaign.started_by_id).where(
        Campaign.state == SCHEDULED, Campaign.scheduled_at <= now(), Campaign.deleted_at.is_(None)
    )
    return session.execute(query.order_by(Campaign.scheduled_at, Campaign.id)).all()


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many letters may go out at this moment.

    :param letters: in all.
    :param left: by domain that has got some within the hour; None where domains have no limit.
    """

    letters: int
    per_domain: int | None = None
    left: Mapping[str, int] = field(default_factory=dict)

    def left_of(self, domain: str) -> int | None:
        """Give how many may go to one domain; None for any number."""
        if self.per_domain is None:
            return None
        return self.left.get(domain, a_minutes_part(self.per_domain))

    @property
    def full_domains(self) -> Collection[str]:
        """The domains to which none may go."""
        return [domain for domain, left in self.left.items() if left <= 0]


_MANY: Final = 1_000_000


def a_minutes_part(per_hour: int) -> int:
    """Give how many of an hour's letters may go out within a minute: they are spread evenly."""
    return math.ceil(per_hour / 60)


def allowance(session: Session, campaign: AnyRow, moment: datetime) -> Allowance:
    """Give how many letters of a campaign may go out.

    All letters of all campaigns count: it is one mail server that they go through.
    """
    recent = Recipient.handed_at > moment - HOUR
    in_minute = sa.func.sum(sa.case((Recipient.handed_at > moment - MINUTE, 1), else_=0))
    counts = (sa.func.count().label("hour"), sa.func.coalesce(in_minute, 0).label("minute"))
    letters = _MANY
    if campaign.per_hour is not None:
        row = session.execute(sa.select(*counts).where(recent)).one()
        letters = _left(campaign.per_hour, row)
    if campaign.per_domain is None or letters <= 0:
        return Allowance(letters)
    by_domain = sa.select(Recipient.domain, *counts).where(recent).group_by(Recipient.domain)
    left = {row.domain: _left(campaign.per_domain, row) for row in session.execute(by_domain)}
    return Allowance(letters, campaign.per_domain, left)


def _left(per_hour: int, row: AnyRow) -> int:
    return min(per_hour - int(row.hour), a_minutes_part(per_hour) - int(row.minute))


def waiting(
    session: Session,
    campaign: AnyRow,
    moment: datetime,
    most: int,
    full_domains: Collection[str] = (),
) -> Sequence[AnyRow]:
    """Give those whose turn it is, with what a letter says of them."""
    query = (
        with_whom(sa.select(Recipient.domain, Recipient.attempts))
        .where(Recipient.campaign_id == campaign.id, Recipient.fate == WAITING)
        .where(sa.or_(Recipient.not_before.is_(None), Recipient.not_before <= moment))
        .order_by(Recipient.id)
        .limit(most)
    )
    if full_domains:
        query = query.where(Recipient.domain.not_in(list(full_domains)))
    return session.execute(query).all()


def with_whom(query: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """Let a query of recipients give what a letter says of each, too."""
    owner = sa.select(User.name).where(User.id == Client.owner_id).scalar_subquery()
    is_person = sa.or_(Recipient.kind != "client", Client.kind == "person")
    return query.add_columns(
        Recipient.id,
        Recipient.address,
        Recipient.name,
        is_person.label("is_person"),
        Client.name.label("client"),
        owner.label("owner"),
    ).outerjoin_from(Recipient, Client, Client.id == Recipient.client_id)


@dataclass(frozen=True, slots=True)
class _Purpose:
    id: int
    needs_consent: bool


def may_be_written(
    address: sa.SQLColumnExpression[Any], campaign: AnyRow, *, few: bool = False
) -> sa.ColumnElement[bool]:
    """Give the SQL of the addresses that a campaign may be sent to.

    :param campaign: with ``group_id``, ``purpose_id`` and ``needs_consent``.
    :param few: whether some addresses are judged, not thousands.
    """
    purpose = _Purpose(campaign.purpose_id, campaign.needs_consent)
    return may_write(address, purpose, campaign.group_id, few=few)


# For people


def fates(session: Session, campaign_id: int) -> Mapping[str, int]:
    """Give how many letters of a campaign have which fate."""
    query = sa.select(Recipient.fate, sa.func.count().label("letters")).group_by(Recipient.fate)
    rows = session.execute(query.where(Recipient.campaign_id == campaign_id))
    found = {row.fate: int(row.letters) for row in rows}
    return {fate: found.get(fate, 0) for fate in FATES}


def report(session: Session, campaign_id: int) -> dict[str, int]:
    """Give what came of a campaign, in letters: their fates, and what was heard of them."""
    entry, mine = ConsentEntry, Recipient
    left = sa.exists().where(
        entry.address == mine.address,
        entry.state == CONSENT_REFUSED,
        entry.source.in_([PAGE, ONE_CLICK, LETTER]),
        entry.proof["letter"].as_string() == sa.cast(mine.id, sa.String),
    )
    query = sa.select(
        (sa.func.count(mine.opened_at) + _of_campaign("opened_forgotten", campaign_id)).label(
            "opened"
        ),
        (sa.func.count(mine.clicked_at) + _of_campaign("clicked_forgotten", campaign_id)).label(
            "clicked"
        ),
        sa.func.count(mine.bounced_at).label("bounced"),
        sa.func.count(mine.complained_at).label("complained"),
        sa.func.coalesce(sa.func.sum(sa.case((left, 1), else_=0)), 0).label("unsubscribed"),
        sa.func.count(mine.answered_at).label("answered"),
    )
    row = session.execute(query.where(mine.campaign_id == campaign_id)).one()
    returned = {name: int(value) for name, value in row._mapping.items()}  # noqa: SLF001  # its API
    return {**fates(session, campaign_id), **returned}


def _of_campaign(name: str, campaign_id: int) -> sa.ColumnElement[int]:
    """Give the SQL of a figure that a campaign keeps itself."""
    kept = sa.select(Campaign.__table__.c[name]).where(Campaign.id == campaign_id)
    return sa.func.coalesce(kept.scalar_subquery(), 0)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Some of those whom a campaign goes to.

    :param rows: the columns of :class:`Recipient`, addresses as whoever reads may read them.
    :param more: behind whom there are more; None where these are the last.
    """

    rows: Sequence[Mapping[str, Any]]
    more: int | None


AT_ONCE: Final = 50


def recipients(
    session: Session,
    campaign_id: int,
    fate: str = "",
    after: int = 0,
    most: int = AT_ONCE,
    *,
    link_id: int | None = None,
) -> Recipients:
    """Give whom a campaign goes to, as far as whoever reads may see these records.

    :param fate: one of ``FATES`` or ``RETURNS``; empty for all.
    :param link_id: only those who followed this link.
    """
    mine = Recipient
    query = sa.select(*mine.__table__.c).where(mine.campaign_id == campaign_id, mine.id > after)
    if fate in RETURNS:
        query = query.where(mine.__table__.c[f"{fate}_at"].is_not(None))
    elif fate:
        query = query.where(mine.fate == fate)
    if link_id is not None:
        query = query.where(mine.id.in_(who_followed(link_id)))
    seen = [sa.and_(mine.kind == kind.name, mine.record_id.in_(_seen(kind))) for kind in kinds()]
    query = query.where(sa.or_(sa.false(), *seen)).order_by(mine.id).limit(most + 1)
    rows = session.execute(query).all()
    more = rows[most - 1].id if len(rows) > most else None
    return Recipients([_readable(row) for row in rows[:most]], more)


def _readable(row: AnyRow) -> Mapping[str, Any]:
    """Give a row without what tells an address to those who may not read any."""
    error = row.error if contact_data.sees_contact_data() else ""  # servers repeat the address
    told = {"address": contact_data.shown(row.address), "error": error}
    return {**row._mapping, **told}  # noqa: SLF001  # its API


def _seen(kind: Kind) -> sa.Select[Any]:
    return sa.select(kind.id).where(visible(kind.name))


_MOST_GROUPS: Final = 500


def groups_offered(session: Session) -> list[tuple[int, str]]:
    """Give the groups that a campaign may go to."""
    query = sa.select(Group.id, Group.name).where(visible(GROUP)).order_by(Group.search_name)
    return [(row.id, row.name) for row in session.execute(query.limit(_MOST_GROUPS))]


def counted(session: Session, campaign: AnyRow) -> Counted | None:
    """Count who is in the group of a campaign; None where whoever reads does not see it."""
    if campaign.group_id is None or not reaches(GROUP, campaign.group_id):
        return None
    return groups.counted(session, campaign.group_id)


def reader(session: Session, campaign: AnyRow, place: int) -> AnyRow | None:
    """Give somebody of the group of a campaign, as the sender knows them.

    :param place: from 1, by address.
    """
    if campaign.group_id is None or not reaches(GROUP, campaign.group_id):
        return None
    found = groups.members(session, campaign.group_id).subquery()
    owner = sa.select(User.name).where(User.id == Client.owner_id).scalar_subquery()
    query = sa.select(
        sa.literal(0).label("id"),
        found.c.address,
        found.c.name,
        sa.or_(found.c.kind != "client", Client.kind == "person").label("is_person"),
        Client.name.label("client"),
        owner.label("owner"),
    ).outerjoin(Client, Client.id == found.c.client_id)
    return session.execute(query.order_by(found.c.address).offset(place - 1).limit(1)).first()
