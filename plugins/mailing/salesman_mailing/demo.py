"""The groups and campaigns of the demo company, and what its people were told about letters."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    bans,
    company,
    is_banned_for_any,
    reading,
    writing,
)
from salesman_hookspecs import Demo, Person
from salesman_mailing.campaigns import demo as campaigns
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import BY_HAND, FORM, GIVEN, ONE_CLICK, REFUSED, Purpose
from salesman_mailing.groups import service
from salesman_mailing.groups.kinds import kind_named
from salesman_mailing.groups.models import ITS_CONTACTS, ITS_PRIMARY

NAMED: Final = 12
FOUNDED, SENT = 84, 75
"""Days ago: since the first campaign some deals have come to their end."""
EVERY_AGREED, EVERY_REFUSED = 3, 40
"""Of so many addresses one agreed to news, and one refused them."""

_FRIDAY: Final = 4
_WORDS: Final = {
    "ru": (
        "Новости: люди у клиентов",
        "Всем контактным лицам клиентов, которые согласились",
        "Приглашение на день открытых дверей",
        "Главные контактные лица давних клиентов",
        "Попросил по телефону",
    ),
    "en": (
        "News: people at clients",
        "Everybody at clients who agreed to it",
        "Invitation to the open day",
        "The first people at clients of old",
        "Asked on the phone",
    ),
}


def tell(demo: Demo) -> None:
    """Make two groups, note who agreed to news and who did not, and write to them."""
    marketer = demo.people.get("marketer")
    purposes = list(reading().scalars(sa.select(Purpose.id).order_by(Purpose.position).limit(2)))
    if marketer is None or not purposes:
        return
    news, *others = purposes
    name, about, invitation, about_it, reason = _WORDS[demo.language]
    with demo.at(_moment(demo, FOUNDED), marketer):
        news_group = service.create_group({"name": name, "description": about, "purpose_id": news})
        service.follow(news_group, "client", "kind=company", ITS_CONTACTS)
        _hear(news, reason)
    with demo.at(_moment(demo, 21), marketer):
        values = {"name": invitation, "description": about_it, "purpose_id": (others or [news])[0]}
        group_id = service.create_group(values)
        service.add_records(group_id, "client", list(demo.client_ids[:NAMED]))
        service.follow(group_id, "client", "created_at__lte=90_days_ago", ITS_PRIMARY)
        if demo.client_ids:
            service.keep_out(group_id, "client", demo.client_ids[0], reason)
    groups = (news_group, group_id)
    campaigns.tell(demo, marketer, groups, _moment(demo, SENT), _moment(demo, 3))
    _leave(demo, marketer, news)


def _hear(purpose_id: int, reason: str) -> None:
    """Note what the people at clients said about news, in some forms and on the phone."""
    email = kind_named("contact").emails.normalised
    known = sa.select(email).where(email.is_not(None)).distinct().order_by(email)
    addresses = reading().scalars(known.where(~is_banned_for_any(bans.MAILING, email))).all()
    about = About(purpose_id=purpose_id)
    with writing() as session:
        form = Proof(FORM, details={"form_version": "2", "ip": "192.0.2.10"})
        record(session, addresses[::EVERY_AGREED], about, GIVEN, form)
        record(session, addresses[1::EVERY_REFUSED], about, REFUSED, Proof(BY_HAND, reason))


def _leave(demo: Demo, marketer: Person, purpose_id: int) -> None:
    """Let one of those who agreed press the button of their mail program."""
    with demo.at(_moment(demo, 2), marketer), writing() as session:
        email = kind_named("contact").emails.normalised
        first = sa.select(email).where(email.is_not(None)).order_by(email).limit(1)
        address = session.scalar(first)
        if address is not None:
            proof = Proof(ONE_CLICK, details={"ip": "192.0.2.11"})
            record(session, [address], About(purpose_id=purpose_id), REFUSED, proof)


def _moment(demo: Demo, days_ago: int) -> datetime:
    day = demo.today - timedelta(days=days_ago)
    day -= timedelta(days=max(0, day.weekday() - _FRIDAY))
    return datetime.combine(day, time(11), company().tz).astimezone(UTC)
