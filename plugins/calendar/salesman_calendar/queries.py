"""Every read of activities, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from salesman_calendar.lists import is_overdue
from salesman_calendar.models import (
    KIND,
    Activity,
    ActivityContact,
    Kind,
    Reminding,
    Result,
    Series,
)
from salesman_calendar.permissions import DELETE, EDIT
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    Bin,
    Client,
    Contact,
    Deal,
    MissingError,
    SeenRecord,
    Stage,
    User,
    company,
    current_person,
    in_work,
    kinds_meant,
    now,
    record_type,
    seen_records,
    today,
    visible,
)

_ = texts.lazy

ACTIVITY: Final = (
    Activity.id,
    Activity.kind_id,
    Activity.subject,
    Activity.text,
    Activity.owner_id,
    Activity.client_id,
    Activity.deal_id,
    Activity.about_kind,
    Activity.about_id,
    Activity.day,
    Activity.starts_at,
    Activity.due_at,
    Activity.minutes,
    Activity.priority,
    Activity.remind_minutes,
    Activity.done_at,
    Activity.done_by_id,
    Activity.result_id,
    Activity.result_text,
    Activity.created_by_id,
    Activity.created_at,
    Activity.updated_at,
    Activity.version,
    Activity.series_id,
    Activity.occurs_on,
    Activity.apart,
    Series.rule.label("series_rule"),
    Series.until.label("series_until"),
    Series.count.label("series_count"),
)
"""What an activity is, in the JSON API."""

NAMED: Final = (
    *ACTIVITY,
    Kind.name.label("kind_name"),
    Kind.icon.label("kind_icon"),
    Kind.base.label("kind_base"),
    Result.name.label("result_name"),
    User.name.label("owner_name"),
)
"""The same with what a page shows beside it."""


def activities(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the activities that the person reaches."""
    return (
        sa.select(*columns)
        .select_from(Activity)
        .join(Kind, Kind.id == Activity.kind_id)
        .outerjoin(Result, Result.id == Activity.result_id)
        .outerjoin(User, User.id == Activity.owner_id)
        .outerjoin(Series, Series.id == Activity.series_id)
        .where(visible(KIND))
    )


def next_of_series() -> sa.ColumnElement[bool]:
    """Give the condition of what comes once, and of the first open one of each series.

    Where a few lines tell what is next, a daily call is one of them and not all.
    """
    earlier = aliased(Activity)
    return ~sa.exists().where(
        earlier.series_id == Activity.series_id,
        earlier.done_at.is_(None),
        earlier.deleted_at.is_(None),
        earlier.due_at < Activity.due_at,
    )


def shown() -> tuple[Any, ...]:
    """Give the columns of an activity as a line of a page shows it, for whoever reads."""
    return (*NAMED, is_overdue().label("overdue"), visible(KIND, EDIT).label("may_edit"))


def one_activity(session: Session, activity_id: int) -> AnyRow:
    """Give an activity.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(activities(shown()).where(Activity.id == activity_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such activity, or you may not see it."))
    return row


def is_open(session: Session, activity_id: int) -> bool:
    """Tell whether an activity is to be done yet, and the person may say that it is."""
    mine = sa.and_(Activity.id == activity_id, Activity.done_at.is_(None), visible(KIND, EDIT))
    return bool(session.scalar(sa.select(sa.exists().where(mine))))


def is_binned(session: Session, activity_id: int) -> bool:
    """Tell whether an activity lies in the bin, and the person may take it out."""
    mine = sa.and_(Activity.id == activity_id, visible(KIND, DELETE, bin=Bin.ALONE))
    return bool(session.scalar(sa.select(sa.exists().where(mine))))


@dataclass(frozen=True, slots=True)
class Around:
    """What some activities are about, as far as the person may see it.

    :param clients: names by id; ``deals`` likewise.
    :param contacts: ids and names of people, by activity.
    :param records: what other plugins keep, as leads, by activity.
    """

    clients: Mapping[int, str]
    deals: Mapping[int, str]
    contacts: Mapping[int, Sequence[tuple[int, str]]]
    records: Mapping[int, SeenRecord]


def around(session: Session, rows: Sequence[AnyRow]) -> Around:
    """Give what some activities are about, in a statement for each kind of record at most."""
    return Around(
        records=records_of(session, rows),
        clients=_names(session, "client", Client, {row.client_id for row in rows}),
        deals=_names(session, "deal", Deal, {row.deal_id for row in rows}),
        contacts=_people(session, [row.id for row in rows]),
    )


def records_of(session: Session, rows: Sequence[AnyRow]) -> Mapping[int, SeenRecord]:
    """Give the records of other plugins that some activities are about, by activity.

    :param rows: with ``id``, ``about_kind`` and ``about_id``.
    """
    meant = set(kinds_meant(record_type(KIND)))
    told = {row.id: (row.about_kind, row.about_id) for row in rows if row.about_kind in meant}
    seen = seen_records(session, told.values())
    return {id_: seen[record] for id_, record in told.items() if record in seen}


def one_record(session: Session, kind: str, record_id: int | None) -> SeenRecord | None:
    """Give a record that an activity may be about; None where the person does not see it."""
    if record_id is None or kind not in kinds_meant(record_type(KIND)):
        return None
    return seen_records(session, [(kind, record_id)]).get((kind, record_id))


def about_record(kind: str, record_id: int, permission: str) -> sa.Select[Any]:
    """Give the query of the ids of all activities about a record, those in the bin included."""
    every = visible(KIND, permission, bin=Bin.INCLUDED)
    return sa.select(Activity.id).where(_about(kind, record_id), every).order_by(Activity.id)


def _names(
    session: Session, kind: str, model: type[Client | Deal], ids: set[int | None]
) -> dict[int, str]:
    if not ids - {None}:
        return {}
    named = sa.select(model.id, model.name).where(model.id.in_(ids - {None}), visible(kind))
    return {row.id: row.name for row in session.execute(named)}


def _people(session: Session, activity_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    if not activity_ids:
        return found
    met = (
        sa.select(ActivityContact.activity_id, Contact.id, Contact.name)
        .join(Contact, Contact.id == ActivityContact.contact_id)
        .where(ActivityContact.activity_id.in_(activity_ids), visible("contact"))
        .order_by(Contact.name, Contact.id)
    )
    for activity_id, contact_id, name in session.execute(met):
        found.setdefault(activity_id, []).append((contact_id, name))
    return found


def overdue_among(rows: Sequence[AnyRow]) -> set[int]:
    """Give the ids of those of some activities that are open and past their time."""
    return {row.id for row in rows if row.done_at is None and row.due_at <= now()}


def contact_ids(session: Session, activity_ids: Sequence[int]) -> dict[int, list[int]]:
    """Give the ids of whom some activities are with, as far as the person sees them."""
    people = _people(session, activity_ids)
    return {id_: sorted(contact for contact, _name in those) for id_, those in people.items()}


def due_count(session: Session) -> int:
    """Count one's own activities that are open and overdue or of today."""
    waiting = sa.and_(
        visible(KIND),
        Activity.owner_id == current_person().id,
        Activity.done_at.is_(None),
        Activity.day <= today(company().tz),
    )
    return session.scalar(sa.select(sa.func.count(Activity.id)).where(waiting)) or 0


def own_due(session: Session, limit: int) -> Sequence[AnyRow]:
    """Give one's own open activities that are overdue or of today, the first due first."""
    return session.execute(
        activities(shown())
        .where(
            Activity.owner_id == current_person().id,
            Activity.done_at.is_(None),
            Activity.day <= today(company().tz),
        )
        .order_by(Activity.due_at, Activity.id)
        .limit(limit)
    ).all()


def open_about(session: Session, kind: str, record_id: int, limit: int) -> Sequence[AnyRow]:
    """Give the open activities of a record, the first due first."""
    return session.execute(
        activities(shown())
        .where(_about(kind, record_id), Activity.done_at.is_(None), next_of_series())
        .order_by(Activity.due_at, Activity.id)
        .limit(limit)
    ).all()


def first_open_of_deals(session: Session, deal_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Give the open activity of each of some deals that is due first, in one statement."""
    first = (Activity.due_at, Activity.id)
    place = sa.func.row_number().over(partition_by=Activity.deal_id, order_by=first)
    planned = sa.and_(visible(KIND), Activity.deal_id.in_(deal_ids), Activity.done_at.is_(None))
    ranked = sa.select(Activity.id, place.label("place")).where(planned).subquery()
    columns = (
        Activity.id,
        Activity.deal_id,
        Activity.subject,
        Activity.day,
        Activity.starts_at,
        Kind.icon.label("kind_icon"),
        is_overdue().label("overdue"),
    )
    return session.execute(
        sa.select(*columns)
        .join(Kind, Kind.id == Activity.kind_id)
        .join(ranked, ranked.c.id == Activity.id)
        .where(ranked.c.place == 1)
    ).all()


def last_done_about(session: Session, kind: str, record_id: int, limit: int) -> Sequence[AnyRow]:
    """Give what was done last with a record, the latest first."""
    return session.execute(
        activities(shown())
        .where(_about(kind, record_id), Activity.done_at.is_not(None))
        .order_by(Activity.done_at.desc(), Activity.id.desc())
        .limit(limit)
    ).all()


def _about(kind: str, record_id: int) -> sa.ColumnElement[bool]:
    own = {"client": Activity.client_id, "deal": Activity.deal_id}.get(kind)
    if own is not None:
        return own == record_id
    return sa.and_(Activity.about_kind == kind, Activity.about_id == record_id)


def of_day(session: Session, day: date, owner_id: int) -> Sequence[AnyRow]:
    """Give what somebody plans on a day, in the order of its hours."""
    return session.execute(
        activities(shown())
        .where(Activity.owner_id == owner_id, Activity.day == day)
        .order_by(Activity.starts_at, Activity.id)
    ).all()


def overdue_before(session: Session, day: date, owner_id: int, limit: int) -> Sequence[AnyRow]:
    """Give what somebody should have done before a day and has not, the longest due first."""
    return session.execute(
        activities(shown())
        .where(Activity.owner_id == owner_id, Activity.done_at.is_(None), Activity.day < day)
        .order_by(Activity.due_at, Activity.id)
        .limit(limit)
    ).all()


def lacks_next() -> sa.ColumnElement[bool]:
    """Give the condition of deals for which nothing is planned that whoever acts sees."""
    return ~sa.exists().where(
        Activity.deal_id == Deal.id, Activity.done_at.is_(None), visible(KIND)
    )


def deals_without_next(
    session: Session, owner_id: int | None, after: tuple[int, int] | None, limit: int
) -> Sequence[AnyRow]:
    """Give open deals for which nothing is planned, those that are furthest first.

    :param owner_id: only somebody's; None for all that the person sees.
    :param after: progress and id of the last one of the page before.
    """
    lacking = (
        sa.select(
            Deal.id,
            Deal.name,
            Deal.amount,
            Deal.currency,
            Stage.percent.label("progress"),
            Stage.name.label("stage_name"),
            User.name.label("owner_name"),
        )
        .join(Stage, Stage.id == Deal.stage_id)
        .outerjoin(User, User.id == Deal.owner_id)
        .where(visible("deal"), in_work(), lacks_next())
    )
    if owner_id is not None:
        lacking = lacking.where(Deal.owner_id == owner_id)
    if after is not None:
        progress, last_id = after
        further = sa.and_(Stage.percent == progress, Deal.id < last_id)
        lacking = lacking.where(sa.or_(Stage.percent < progress, further))
    ordered = lacking.order_by(Stage.percent.desc(), Deal.id.desc())
    return session.execute(ordered.limit(limit)).all()


def clients_without_next(
    session: Session, owner_id: int | None, after: int | None, limit: int
) -> Sequence[AnyRow]:
    """Give clients with whom nothing is planned, the latest first.

    :param owner_id: only somebody's; None for all that the person sees.
    :param after: the id of the last one of the page before.
    """
    planned = sa.exists().where(
        Activity.client_id == Client.id, Activity.done_at.is_(None), visible(KIND)
    )
    lacking = (
        sa.select(Client.id, Client.name, User.name.label("owner_name"))
        .outerjoin(User, User.id == Client.owner_id)
        .where(visible("client"), sa.not_(planned))
    )
    if owner_id is not None:
        lacking = lacking.where(Client.owner_id == owner_id)
    if after is not None:
        lacking = lacking.where(Client.id < after)
    return session.execute(lacking.order_by(Client.id.desc()).limit(limit)).all()


def to_remind(limit: int) -> sa.Select[Any]:
    """Give the query of open activities of which it is time to remind."""
    waiting = sa.and_(
        visible(KIND),
        Activity.remind_at <= now(),
        Activity.reminded_at.is_(None),
        Activity.done_at.is_(None),
    )
    return sa.select(Activity.id).where(waiting).order_by(Activity.remind_at).limit(limit)


def people_to_remind(session: Session, activities: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Give whose some activities are: id, email, locale, and whether they want letters."""
    owner_ids = {activity.owner_id for activity in activities}
    return session.execute(
        sa.select(User.id, User.email, User.locale, Reminding.by_mail)
        .outerjoin(Reminding, Reminding.user_id == User.id)
        .where(User.id.in_(owner_ids), User.active)
    ).all()


def wants_letters(session: Session) -> bool:
    """Tell whether whoever acts wants letters as reminders."""
    own = sa.select(Reminding.by_mail).where(Reminding.user_id == current_person().id)
    return bool(session.scalar(own))
