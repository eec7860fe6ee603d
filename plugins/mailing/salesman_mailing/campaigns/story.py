"""Letters of campaigns in the stories of those whom they went to.

Whoever sees a record reads which letters went to it and what came back: its owner must know what
a client was told, also where campaigns are none of theirs. What a campaign is called, and the way
to it, are for those who see campaigns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.toolkit import AnyRow, InvalidError, User, contact_data, reading, visible
from salesman_hookspecs import RecordType, Text, TimelineEntry, TimelineQuery, TimelineSource
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.letters import Sender, values_of
from salesman_mailing.campaigns.models import (
    FAILED,
    INTERRUPTED,
    KIND,
    REFUSED,
    SENT,
    Campaign,
    Recipient,
)
from salesman_mailing.campaigns.places import filled
from salesman_mailing.groups.kinds import Kind, kind_named, kinds
from salesman_mailing.readers.models import Click, LetterLink
from salesman_mailing.readers.service import MOST_LINKS
from salesman_mailing.texts import texts

_ = texts.lazy

ANSWERED, COMPLAINED, BOUNCED = "answered", "complained", "bounced"
OPENED, CLICKED = "opened", "clicked"

_WORDS: Final[Mapping[str, tuple[Text, str]]] = {
    SENT: (_("The letter “%(subject)s” went to %(address)s"), "mail-forward"),
    REFUSED: (_("The mail server refused the letter “%(subject)s” to %(address)s"), "mail-off"),
    FAILED: (_("The mail server did not take the letter “%(subject)s” to %(address)s"), "mail-off"),
    INTERRUPTED: (
        _("Nobody knows whether the letter “%(subject)s” went to %(address)s"),
        "alert-circle",
    ),
    BOUNCED: (_("The letter “%(subject)s” to %(address)s came back"), "mail-off"),
    COMPLAINED: (_("The letter “%(subject)s” was called spam at %(address)s"), "mail-off"),
    ANSWERED: (_("The letter “%(subject)s” to %(address)s was answered"), "mail-check"),
    OPENED: (_("The letter “%(subject)s” to %(address)s was opened"), "mail-opened"),
    CLICKED: (
        _("A link of the letter “%(subject)s” to %(address)s was followed: %(link)s"),
        "click",
    ),
}
"""What is told, and its drawing."""

_ORDER: Final = tuple(_WORDS)
_MOST: Final = len(_ORDER) + MOST_LINKS
"""So much is told of one letter at most."""


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give which letters went to a record, and what came of them, the newest first."""
    try:
        kind = kind_named(query.kind)
    except InvalidError:
        return ()
    return [_entry(row) for row in reading().execute(_happened(kind, query))]


def _happened(kind: Kind, query: TimelineQuery) -> sa.Select[Any]:
    """Give the SQL of what happened to the letters of a record, one row for each thing."""
    happened = sa.union_all(*_moments(_letters_of(kind, query.record_id), query)).subquery()
    starter = sa.select(User.name).where(User.id == Campaign.started_by_id).scalar_subquery()
    told = (Campaign.subject, Campaign.sender_name, Campaign.reply_to, Campaign.group_id)
    about = (Campaign.id.label("campaign_id"), starter.label("starter"))
    seen = visible(KIND, person=query.person).label("seen")
    link = (LetterLink.target, LetterLink.position)
    return (
        queries.with_whom(sa.select(happened.c.what, happened.c.at, seen, *link, *told, *about))
        .join(happened, happened.c.id == Recipient.id)
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .outerjoin(LetterLink, LetterLink.id == happened.c.link_id)
        .order_by(happened.c.at.desc(), Recipient.id.desc(), LetterLink.position.desc())
        .limit(query.limit)
    )


def _letters_of(kind: Kind, record_id: int) -> sa.ColumnElement[bool]:
    """Give the SQL of the letters of a record: to it, and to the addresses that are its own now.

    So letters to a lead are told at the client that it became. Those to people at a client are its
    own, too. Each way is a query of its own, so that each goes by its index.
    """
    mine = Recipient
    ways = [sa.and_(mine.kind == kind.name, mine.record_id == record_id)]
    if kind.name == "client":
        ways.append(sa.and_(mine.client_id == record_id))
    ways += [sa.and_(mine.address.in_(one)) for one in addresses_of(kind, record_id)]
    return mine.id.in_(sa.union(*(sa.select(mine.id).where(way) for way in ways)))


def addresses_of(kind: Kind, record_id: int) -> Iterator[sa.Select[Any]]:
    """Give the addresses of a record, and of those that are reached through it, by their kinds."""
    for one in kinds():
        if kind.name in {one.name, *(one.type.through or ())[:1]}:
            whose = sa.select(one.id).where(one.belonging_to(kind.name, record_id))
            yield sa.select(one.emails.normalised).where(one.of_email.in_(whose))


def _moments(
    letters: sa.ColumnElement[bool], query: TimelineQuery
) -> Iterator[sa.Select[*tuple[Any, ...]]]:
    mine = Recipient
    stuck = mine.fate.in_([REFUSED, FAILED, INTERRUPTED])
    clicks = sa.select(mine.id, _said(CLICKED), Click.first_at.label("at"), Click.link_id)
    yield _until(clicks.join(mine, mine.id == Click.recipient_id).where(letters), query)
    ways: tuple[tuple[Any, Any, Any], ...] = (
        (sa.literal(SENT), mine.sent_at, mine.fate == SENT),
        (mine.fate, mine.handed_at, stuck),
        (sa.literal(BOUNCED), mine.bounced_at, sa.true()),
        (sa.literal(COMPLAINED), mine.complained_at, sa.true()),
        (sa.literal(ANSWERED), mine.answered_at, sa.true()),
        (sa.literal(OPENED), mine.opened_at, sa.true()),
    )
    none = sa.null().label("link_id")
    for what, at, which in ways:
        found = sa.select(mine.id, _said(what), at.label("at"), none)
        yield _until(found.where(letters, which, at.is_not(None)), query)


def _said(what: Any) -> sa.ColumnElement[str]:
    return sa.cast(what, sa.String(12)).label("what")


def _until(
    happened: sa.Select[*tuple[Any, ...]], query: TimelineQuery
) -> sa.Select[*tuple[Any, ...]]:
    before = query.before
    return happened if before is None else happened.where(happened.selected_columns.at <= before)


def _entry(row: AnyRow) -> TimelineEntry:
    words, drawing = _WORDS[row.what]
    values = values_of(row, Sender.of(row, ""), "")
    values["email"] = contact_data.shown(row.address)
    subject = filled(row.subject, values)
    return TimelineEntry(
        at=row.at,
        kind="letter",
        text=str(words) % {"subject": subject, "address": values["email"], "link": row.target},
        icon=drawing,
        actor=(row.starter or "") if row.what == SENT else "",
        url=url_for("mailing.campaign", record_id=row.campaign_id) if row.seen else None,
        id=row.id * _MOST + _ORDER.index(row.what) + (row.position or 0),
    )


def can_be_written_to(type_: RecordType) -> bool:
    """Tell whether records of a kind have addresses."""
    return type_.emails is not None


SOURCE: Final = TimelineSource(
    "campaigns", _("Letters of campaigns"), entries, kinds=(), fits=can_be_written_to
)
