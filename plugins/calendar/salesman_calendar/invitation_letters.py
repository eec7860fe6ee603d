"""The letters of invitations, with the file that says the same to calendars (RFC 5546)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar import ical, queries
from salesman_calendar.feed import hash_of
from salesman_calendar.models import ANSWERS, WAITING, Activity, Guest, Series
from salesman_calendar.series.typed import told_in
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    BrokenSealError,
    Enclosure,
    Letter,
    User,
    company,
    current_person,
    link_to,
    now,
    sealed,
    send_letter,
    speaking,
    told_when,
    unsealed,
)

PURPOSE: Final = "calendar.invitation"
FILE_NAME: Final = "invite.ics"
_PARTSTAT: Final = {one: one.upper() for one in ANSWERS} | {WAITING: "NEEDS-ACTION"}
"""What an answer is called in files of calendars (RFC 5545, 3.2.12)."""


def give_key(guest: Guest) -> str:
    """Give a guest the key of a link of their own, which is found by its hash."""
    key = secrets.token_urlsafe(32)
    guest.key_hash, guest.sealed_key = hash_of(key), sealed(key, PURPOSE)
    return key


def write_to_guests(
    session: Session, activity_id: int, guests: Sequence[Guest], *, cancelled: bool = False
) -> None:
    """Write letters to guests of one activity; the file in them says the same to calendars."""
    session.flush()
    rows, series = _meant(session, activity_id, whole=guests[0].whole)
    host, told = _host(session, rows[0].owner_id), _told(rows, series)
    for guest in guests:
        to = (guest.name or guest.email, guest.email)
        sent = ical.Sent(host, to, guest.sequence, cancelled, _PARTSTAT[guest.answer])
        content = ical.calendar_of(rows, series, sent=sent)
        send_letter(_letter(told, guest, host, content, cancelled=cancelled))


def _told(rows: Sequence[AnyRow], series: Mapping[int, Series]) -> dict[str, str]:
    """Give what a letter calls an activity: of a series the next one to come, and its rule."""
    row = next((one for one in rows if one.done_at is None and one.due_at > now()), rows[-1])
    with speaking(company().language):
        when = told_when(row.day, row.starts_at)
        if row.series_id in series:
            when = f"{when}, {told_in(row)}"
    return {"subject": row.subject, "when": when}


def _meant(
    session: Session, activity_id: int, *, whole: bool
) -> tuple[Sequence[AnyRow], dict[int, Series]]:
    """Give the activity to which somebody is invited, or all of its series that is there."""
    one = sa.select(*queries.ACTIVITY).outerjoin(Series, Series.id == Activity.series_id)
    anchor = session.execute(one.where(Activity.id == activity_id)).one()
    if not whole or anchor.series_id is None:
        return [anchor], {}
    live = (Activity.series_id == anchor.series_id, Activity.deleted_at.is_(None))
    rows = session.execute(one.where(*live).order_by(Activity.occurs_on)).all()
    return rows or [anchor], {anchor.series_id: session.get_one(Series, anchor.series_id)}


def _host(session: Session, owner_id: int | None) -> tuple[str, str]:
    """Give who invites: whoever is responsible, else whoever acts."""
    found = session.execute(sa.select(User.name, User.email).where(User.id == owner_id)).first()
    person = current_person()
    return (found.name, found.email) if found is not None else (person.name, person.email)


def _letter(
    told: Mapping[str, str],
    guest: Guest,
    host: tuple[str, str],
    content: bytes,
    *,
    cancelled: bool,
) -> Letter:
    with speaking(company().language):
        subject, text = _words(told, guest, host[0], cancelled=cancelled)
    method = "CANCEL" if cancelled else "REQUEST"
    return Letter(
        to=guest.email,
        subject=subject[:300],
        text=text,
        secrets={} if cancelled else {"{link}": _link(guest)},
        reply_to=host[1],
        enclosures=[Enclosure(FILE_NAME, content, media_type=f"text/calendar; method={method}")],
        automatic=False,
    )


def _words(said: Mapping[str, str], guest: Guest, host: str, *, cancelled: bool) -> tuple[str, str]:
    """Give the subject and the text of a letter."""
    if cancelled:
        text = texts.gettext("%(who)s calls it off: %(subject)s, %(when)s.", who=host, **said)
        return texts.gettext("Called off: %(subject)s, %(when)s", **said), text
    text = texts.gettext("%(who)s invites you: %(subject)s, %(when)s.", who=host, **said)
    whole = f"{text}\n\n{texts.gettext('Say whether you come:')}\n{{link}}"
    if guest.sequence:
        return texts.gettext("Changed: %(subject)s, %(when)s", **said), whole
    return texts.gettext("Invitation: %(subject)s, %(when)s", **said), whole


def _link(guest: Guest) -> str:
    """Give the link of a guest; another one, where the secret key of the CRM is another by now."""
    try:
        key = unsealed(guest.sealed_key, PURPOSE)
    except BrokenSealError:
        key = give_key(guest)
    return link_to(f"/calendar/invitation/{key}")
