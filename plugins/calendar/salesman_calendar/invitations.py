"""Invitations: who is invited to an activity by a letter, and what they answer (RFC 5546)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from salesman_calendar.feed import hash_of
from salesman_calendar.invitation_letters import give_key, write_to_guests
from salesman_calendar.models import (
    ANSWERS,
    KIND,
    WAITING,
    Activity,
    ActivityContact,
    Guest,
    Series,
)
from salesman_calendar.permissions import EDIT, VIEW
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    SYSTEM,
    AnyRow,
    Contact,
    InvalidError,
    MissingError,
    User,
    WritingSession,
    acting_as,
    announce,
    audit,
    checked_address,
    company,
    demand,
    notify,
    now,
    person_of,
    reading,
    speaking,
    told_when,
    visible,
    writing,
)
from salesman_hookspecs import Text

_ = texts.lazy

MOST_GUESTS: Final = 50
ANSWER_TITLES: Final[dict[str, Text]] = {
    "waiting": _("no answer yet"),
    "accepted": _("is coming"),
    "tentative": _("may be coming"),
    "declined": _("is not coming"),
}
ANOTHER_TIME: Final = frozenset({"day", "starts_at", "recurrence"})
TOLD_OF: Final = ANOTHER_TIME | {"minutes", "subject", "text"}
"""Of a change of these guests get another letter."""
_PLACE: Final = aliased(Activity)
"""On which guests of a whole series may hang."""


def invite(
    activity_id: int, email: str, *, name: str = "", contact_id: int | None = None, whole: bool
) -> int:
    """Invite somebody by a letter; give the number of the guest.

    :param email: where the letter goes.
    :param contact_id: who that is, where they are among those whom the activity is with.
    :param whole: whether they are invited to the whole series.
    :raises InvalidError: by field: for what is no address, whoever is invited already, and an
        activity that is done.
    """
    with writing() as session:
        activity = _open(session, activity_id)
        address = checked_address(email, "email").lower()
        known = _known(session, activity)
        if address in known:
            raise _wrong("email", _("%(email)s is invited already.", email=address))
        if len(known) >= MOST_GUESTS:
            raise _wrong("email", _("At most %(most)s people can be invited.", most=MOST_GUESTS))
        guest = Guest(
            activity_id=activity.id,
            contact_id=_contact(session, contact_id),
            name=name.strip()[:300],
            email=address,
            whole=whole and activity.series_id is not None,
            answer=WAITING,
            sequence=0,
            invited_at=now(),
        )
        give_key(guest)
        session.add(guest)
        session.flush()
        _note(session, activity, "invited", guest)
        write_to_guests(session, activity.id, [guest])
        return guest.id


def uninvite(activity_id: int, guest_id: int) -> None:
    """Tell a guest that they are not expected any more, and forget them.

    :raises MissingError: where the activity has no such guest.
    """
    with writing() as session:
        demand(KIND, activity_id, EDIT, session=session)
        activity = session.get_one(Activity, activity_id)
        guest = next((one for one in _guests(session, activity_id) if one.id == guest_id), None)
        if guest is None:
            raise MissingError(_("There is no such guest."))
        guest.sequence += 1
        write_to_guests(session, activity_id, [guest], cancelled=True)
        _note(session, activity, "uninvited", guest)
        session.delete(guest)


def tell_guests(
    session: Session,
    activity_ids: Collection[int],
    *,
    cancelled: bool = False,
    another_time: bool = False,
    alone: Collection[int] | None = None,
    series_too: bool = True,
) -> None:
    """Write to the guests of some activities that something is otherwise now, or called off.

    Whoever was invited to a whole series gets one letter, however many of it changed.

    :param another_time: whether they are at another time: what was answered was meant for the one
        of before, and is asked anew. Of a series it is, where more than one of it moves.
    :param alone: those of them whose own guests get a letter; all, where nothing is said.
    :param series_too: whether those who were invited to a whole series get a letter, too.
    """
    ids = [*activity_ids]
    if cancelled:
        _stay_with_series(session, ids)
    of_these = sa.select(Activity.series_id).where(
        Activity.id.in_(ids), Activity.series_id.is_not(None)
    )
    anchors = sa.select(Activity.id).where(Activity.series_id.in_(of_these))
    concerned = sa.and_(
        Guest.activity_id.in_(ids if alone is None else alone), sa.not_(Guest.whole)
    )
    if series_too:
        hanging = sa.or_(Guest.activity_id.in_(ids), Guest.activity_id.in_(anchors))
        concerned = sa.or_(concerned, sa.and_(Guest.whole, hanging))
    guests = session.scalars(sa.select(Guest).where(concerned).order_by(Guest.id)).all()
    invited_to: dict[tuple[int, bool], list[Guest]] = {}
    for guest in guests:
        guest.sequence += 1
        if another_time and (len(ids) > 1 or not guest.whole):
            guest.answer, guest.answered_at = WAITING, None
        invited_to.setdefault((guest.activity_id, guest.whole), []).append(guest)
    session.flush()
    for (activity_id, whole), ones in invited_to.items():
        gone = cancelled and not (whole and _has_open(session, activity_id))
        write_to_guests(session, activity_id, ones, cancelled=gone)


def go_along(session: Session, whence: int, whither: Activity) -> None:
    """Invite the guests of a whole series to the one by which it goes on.

    That the old one ends is told here; the new one as the change that it comes with.

    :param whence: the series of before, which has its activities up to *whither*.
    """
    anchors = sa.select(Activity.id).where(Activity.series_id == whence)
    guests = session.scalars(
        sa.select(Guest).where(Guest.whole, Guest.activity_id.in_(anchors)).order_by(Guest.id)
    ).all()
    known = {one.email for one in _guests(session, whither.id)}
    session.add_all(_copied(one, whither.id) for one in guests if one.email not in known)
    for guest in guests:
        guest.sequence += 1
    if guests:
        write_to_guests(session, guests[0].activity_id, guests)


def stay_behind(session: Session, series_id: int, day: date) -> None:
    """Let the guests of a whole series hang on what stands before a day, where it is parted."""
    parted = sa.select(Activity.id).where(
        Activity.series_id == series_id, Activity.occurs_on >= day
    )
    live_first = _PLACE.deleted_at.is_not(None)
    _hang_elsewhere(session, parted, _PLACE.occurs_on < day, live_first, _PLACE.occurs_on.desc())


def _stay_with_series(session: Session, gone: Collection[int]) -> None:
    """Let the guests of a whole series hang on what is open of it, where theirs is in the bin."""
    binned = sa.select(Activity.id).where(Activity.id.in_(gone))
    is_open = sa.and_(_PLACE.deleted_at.is_(None), _PLACE.done_at.is_(None))
    _hang_elsewhere(session, binned, is_open, _PLACE.occurs_on)


def _hang_elsewhere(
    session: Session,
    whence: sa.Select[int],
    whither: sa.ColumnElement[bool],
    *order: sa.SQLColumnExpression[Any],
) -> None:
    """Let the guests of a whole series hang on another activity of it, where there is one.

    :param whither: the condition of the activity, as :data:`_PLACE`.
    :param order: the first one is taken at which nobody is invited by the same address.
    """
    other = aliased(Guest)
    known = sa.exists().where(other.activity_id == _PLACE.id, other.email == Guest.email)
    place = (
        sa.select(_PLACE.id)
        .where(_of_same_series(), whither, ~known.correlate(Guest, _PLACE))
        .order_by(*order)
        .limit(1)
        .correlate(Guest)
        .scalar_subquery()
    )
    session.execute(
        sa.update(Guest)
        .where(Guest.whole, Guest.activity_id.in_(whence))
        .values(activity_id=sa.func.coalesce(place, Guest.activity_id))
        .execution_options(synchronize_session="fetch")
    )


def _of_same_series() -> sa.ColumnElement[bool]:
    """Give the condition of a place that is of the series on which a guest hangs."""
    anchor = aliased(Activity)
    series = sa.select(anchor.series_id).where(anchor.id == Guest.activity_id).correlate(Guest)
    return _PLACE.series_id == series.scalar_subquery()


def _copied(guest: Guest, activity_id: int) -> Guest:
    copy = Guest(
        activity_id=activity_id,
        contact_id=guest.contact_id,
        name=guest.name,
        email=guest.email,
        whole=True,
        answer=WAITING,
        sequence=-1,  # the letter of the change is their first
        invited_at=now(),
    )
    give_key(copy)
    return copy


def _has_open(session: Session, activity_id: int) -> bool:
    """Tell whether anything of the series of an activity is still to come."""
    series = sa.select(Activity.series_id).where(Activity.id == activity_id).scalar_subquery()
    to_come = sa.exists().where(
        Activity.series_id == series, Activity.deleted_at.is_(None), Activity.done_at.is_(None)
    )
    return bool(session.scalar(sa.select(to_come)))


def guests_of(session: Session, activity: AnyRow) -> Sequence[AnyRow]:
    """Give who is invited to an activity that the person sees: by itself, or with its series."""
    series = Activity.id == activity.id
    if activity.series_id is not None:
        series = sa.or_(series, sa.and_(Activity.series_id == activity.series_id, Guest.whole))
    return session.execute(
        sa.select(
            Guest.id,
            Guest.activity_id,
            Guest.name,
            Guest.email,
            Guest.answer,
            Guest.answered_at,
            Guest.whole,
        )
        .join(Activity, Activity.id == Guest.activity_id)
        .where(series, visible(KIND, VIEW))
        .order_by(Guest.invited_at, Guest.id)
    ).all()


def addresses_of(session: Session, activity_id: int) -> list[tuple[int, str, str]]:
    """Give whom an activity is with and who has an address: number, name, address of each."""
    people = sa.select(ActivityContact.contact_id).where(ActivityContact.activity_id == activity_id)
    contacts = session.scalars(
        sa.select(Contact)
        .where(Contact.id.in_(people), visible("contact"))
        .order_by(Contact.name, Contact.id)
        .options(selectinload(Contact.emails))
    ).all()
    reached = ((one, [email.normalised for email in one.emails]) for one in contacts)
    return [
        (one.id, one.name, first)
        for one, emails in reached
        if (first := next(filter(None, emails), None))
    ]


def invitation(key: str) -> AnyRow:
    """Give what whoever has the link of a letter may know of the activity, of a series the next.

    :raises MissingError: where it leads nowhere, or no more.
    """
    found = (
        reading()
        .execute(
            sa.select(
                Guest.id,
                Guest.name,
                Guest.answer,
                Guest.whole,
                Activity.id.label("activity_id"),
                Activity.subject,
                Activity.day,
                Activity.starts_at,
                Activity.minutes,
                User.name.label("owner_name"),
                Series.rule.label("series_rule"),
                Series.until.label("series_until"),
                Series.count.label("series_count"),
            )
            .select_from(Guest)
            .join(Activity, Activity.id == sa.func.coalesce(_next_to_come(), Guest.activity_id))
            .outerjoin(User, User.id == Activity.owner_id)
            .outerjoin(Series, sa.and_(Guest.whole, Series.id == Activity.series_id))
            .where(Guest.key_hash == hash_of(key), Activity.deleted_at.is_(None))
        )
        .one_or_none()
    )
    if found is None:
        raise MissingError(_("This invitation does not stand any more."))
    return found


def _next_to_come() -> sa.ScalarSelect[int]:
    """Give which activity is next of the series to which a guest is invited as a whole."""
    is_open = sa.and_(_PLACE.deleted_at.is_(None), _PLACE.done_at.is_(None))
    return (
        sa.select(_PLACE.id)
        .where(Guest.whole, _of_same_series(), is_open, _PLACE.due_at > now())
        .order_by(_PLACE.due_at)
        .limit(1)
        .correlate(Guest)
        .scalar_subquery()
    )


def take_answer(key: str, answer: str) -> None:
    """Keep what a guest answers, and tell whoever invited them.

    :raises InvalidError: for what is no answer.
    """
    if answer not in ANSWERS or answer == WAITING:
        raise InvalidError(_("Say whether you come."))
    guest_id = invitation(key).id
    with acting_as(SYSTEM), writing() as session:
        guest = session.get_one(Guest, guest_id, with_for_update=True)
        if guest.answer == answer:
            return
        guest.answer, guest.answered_at = answer, now()
        activity = session.get_one(Activity, guest.activity_id)
        _note(session, activity, answer, guest)
        if activity.owner_id is not None:
            _tell_owner(session, activity, guest)


def _tell_owner(session: WritingSession, activity: Activity, guest: Guest) -> None:
    owner = person_of(activity.owner_id or 0)
    if owner is None:
        return
    with speaking(owner.locale or company().language):
        text = texts.gettext(
            "%(who)s %(answer)s: %(subject)s, %(when)s",
            who=guest.name or guest.email,
            answer=str(ANSWER_TITLES[guest.answer]),
            subject=activity.subject,
            when=told_when(activity.day, activity.starts_at),
        )
    notify(session, activity.owner_id or 0, text, f"/calendar/{activity.id}")


def _open(session: Session, activity_id: int) -> Activity:
    demand(KIND, activity_id, EDIT, session=session)
    activity = session.get_one(Activity, activity_id)
    if activity.done_at is not None:
        raise _wrong("email", _("It is done: nobody can be invited any more."))
    return activity


def _guests(session: Session, activity_id: int) -> Sequence[Guest]:
    return session.scalars(
        sa.select(Guest).where(Guest.activity_id == activity_id).order_by(Guest.id)
    ).all()


def _known(session: Session, activity: Activity) -> Sequence[str]:
    """Give the addresses of those who are invited to an activity, or to all of its series."""
    of_series = sa.and_(Guest.whole, Activity.series_id == activity.series_id)
    return session.scalars(
        sa.select(Guest.email)
        .join(Activity, Activity.id == Guest.activity_id)
        .where(sa.or_(Activity.id == activity.id, of_series))
    ).all()


def _contact(session: Session, contact_id: int | None) -> int | None:
    if contact_id is None:
        return None
    seen = sa.select(Contact.id).where(Contact.id == contact_id, visible("contact"))
    if session.scalar(seen) is None:
        raise _wrong("contact_id", _("There is no such contact, or you may not see it."))
    return contact_id


def _note(session: Session, activity: Activity, action: str, guest: Guest) -> None:
    audit(session, KIND, activity.id, activity.subject, action, {"guest": (None, guest.email)})
    about = {name: getattr(activity, name) for name in ("client_id", "deal_id", "owner_id")}
    told = {**about, "guest_id": guest.id, "answer": guest.answer}
    announce(session, "calendar.activity.guest", KIND, activity.id, told)


def _wrong(field: str, message: Text) -> InvalidError:
    return InvalidError(message, {field: message})
