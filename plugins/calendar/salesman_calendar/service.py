"""Every change of activities: the rules, the transaction, the events.

An activity moves no deal and nobody on the ladder (``product.md``, rule 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar import queries
from salesman_calendar.invitations import ANOTHER_TIME, TOLD_OF, tell_guests
from salesman_calendar.models import KIND, NORMAL, Activity, ActivityContact, Reminding, Series
from salesman_calendar.permissions import ASSIGN, CREATE, DELETE, EDIT
from salesman_calendar.references import (
    ABOUT,
    RECORD,
    About,
    Record,
    about_field,
    checked_kind,
    checked_result,
)
from salesman_calendar.series import making
from salesman_calendar.series.rules import Rule, wrong
from salesman_calendar.texts import texts
from salesman_calendar.times import remind_at, when_meant
from salesman_core.toolkit import (
    AnyRow,
    Changes,
    ConflictError,
    When,
    announce,
    audit,
    checked_owner,
    current_person,
    demand_permission,
    differences,
    for_change,
    from_bin,
    locked,
    now,
    touch,
    writing,
)

_ = texts.lazy

PLAIN: Final = ("text", "minutes", "priority", "remind_minutes")
TIMES: Final = ("day", "starts_at")
MOST_REMINDED: Final = 200
"""Of so many activities are people reminded at once; of the others a minute later."""


def create_activity(values: Mapping[str, Any]) -> int:
    """Plan an activity; give its id.

    :param values: as the JSON API names them: ``kind_id``, and ``day`` or ``starts_at``. Without a
        subject it is called as its kind, without ``owner_id`` it is one's own. With a
        ``recurrence`` it is the first of a series, on the first day that the rule gives.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        return _plan(session, values, About())


def change_activity(
    activity_id: int, values: Mapping[str, Any], version: int | None = None
) -> bool:
    """Change an activity; give whether anything changed.

    One of a series is from then on another one than its rule says (ADR 102).

    :param values: ``day`` alone moves it to another day, at the same hour; a ``recurrence`` lets
        one that comes once come again.
    :raises ConflictError: where it is done.
    :raises InvalidError: by field; for another ``recurrence`` of a series, which
        :func:`~salesman_calendar.series.service.change_series` changes.
    """
    with writing() as session:
        activity = open_activity(session, activity_id, version)
        about, wanted = about_of(activity), wanted_of(session, activity, values)
        new_about = about.changed_by(session, values)
        changes = differences(activity, wanted) | about_changes(about, new_about)
        rule = _new_rule(session, activity, values)
        if not changes and rule is None:
            return False
        apply(activity, wanted, new_about)
        activity.apart = activity.series_id is not None
        if rule is not None:
            _begin_series(session, activity, rule)
            changes["recurrence"] = (None, rule.whole)
        keep(session, activity, "changed", changes, {"fields": sorted(changes)})
        return True


def finish_activity(
    activity_id: int, values: Mapping[str, Any], version: int | None = None
) -> int | None:
    """Say that an activity is done, and what came of it; give the id of the one that is next.

    :param values: ``result_id`` of its kind, ``result_text``, and ``next``: the values of an
        activity that is planned in the same transaction, with the same client, deal, people and
        owner where it says no others.
    :raises ConflictError: where it is done already.
    """
    with writing() as session:
        activity = open_activity(session, activity_id, version)
        activity.result_id = checked_result(session, activity.kind_id, values.get("result_id"))
        activity.result_text = (values.get("result_text") or "").strip()
        activity.done_at, activity.done_by_id = now(), current_person().id
        told: Changes = {"done_at": (None, activity.done_at)}
        told |= {
            name: (None, getattr(activity, name))
            for name in ("result_id", "result_text")
            if getattr(activity, name)
        }
        keep(session, activity, "done", told, {"result_id": activity.result_id})
        following = values.get("next")
        if following is None:
            return None
        demand_permission(CREATE)
        return _plan(session, {"owner_id": activity.owner_id, **following}, about_of(activity))


def reopen_activity(activity_id: int, version: int | None = None) -> None:
    """Take up again what was done; what had come of it is forgotten.

    :raises ConflictError: where it is open.
    """
    with writing() as session:
        activity: Activity = for_change(session, KIND, activity_id, EDIT, version)
        if activity.done_at is None:
            raise ConflictError(_("It is not done yet."))
        changes: Changes = {"done_at": (activity.done_at, None)}
        if activity.result_id is not None:
            changes["result_id"] = (activity.result_id, None)
        activity.done_at = activity.done_by_id = activity.result_id = None
        activity.result_text = ""
        keep(session, activity, "reopened", changes)


def delete_activity(activity_id: int, version: int | None = None) -> None:
    """Put an activity into the bin."""
    with writing() as session:
        activity: Activity = for_change(session, KIND, activity_id, DELETE, version)
        activity.deleted_at = now()
        keep(session, activity, "deleted", {})


def restore_activity(activity_id: int) -> None:
    """Take an activity out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        activity = from_bin(session, KIND, activity_id, DELETE)
        keep(session, activity, "restored", {})


def follow_record(record: Record, values: Mapping[str, Any]) -> int:
    """Let the activities about a record concern the client that it has become.

    Those that are done, or lie in the bin, too. One that concerns another client stays as it is.

    :param record: its kind and id.
    :param values: ``client_id``, and ``deal_id`` and ``contact_ids`` if there are any.
    :returns: how many follow.
    """
    kind, record_id = record
    with writing() as session:
        followed = 0
        for id_ in session.scalars(queries.about_record(kind, record_id, EDIT)).all():
            activity = locked(session, Activity, id_)
            before = about_of(activity)
            if before.client_id not in {None, values["client_id"]} or before.deal_id is not None:
                continue
            after = before.changed_by(session, values)
            changes = about_changes(before, after)
            if changes:
                set_about(activity, after)
                keep(session, activity, "changed", changes, {"fields": sorted(changes)})
                followed += 1
        return followed


def note_reminders() -> Sequence[AnyRow]:
    """Note that people are reminded of what begins soon; give these activities, by their ids.

    That is no change of an activity: it raises no version, so nobody who has one open loses a form.
    """
    with writing() as session:
        noted = (
            sa.update(Activity)
            .where(Activity.id.in_(queries.to_remind(MOST_REMINDED)))
            .values(reminded_at=now())
            .returning(
                Activity.id,
                Activity.subject,
                Activity.owner_id,
                Activity.about_kind,
                Activity.about_id,
                Activity.day,
                Activity.starts_at,
            )
            .execution_options(synchronize_session=False)
        )
        return sorted(session.execute(noted), key=lambda activity: activity.id)


def choose_reminding(*, by_mail: bool) -> None:
    """Keep whether whoever acts wants letters as reminders, beside the notices."""
    user_id = current_person().id
    if user_id is None:
        return
    with writing() as session:
        session.merge(Reminding(user_id=user_id, by_mail=by_mail))


def _plan(session: Session, values: Mapping[str, Any], about: About) -> int:
    """Plan an activity.

    :param about: whom it concerns where *values* do not say.
    """
    kind, moment = checked_kind(session, values["kind_id"]), now()
    activity = Activity(
        kind_id=kind.id,
        created_by_id=current_person().id,
        created_at=moment,
        updated_at=moment,
        priority=NORMAL,
        text="",
        owner_id=_first_owner(session, values),
    )
    name_it(activity, values.get("subject", ""), kind.name)
    for name in PLAIN:
        if values.get(name) is not None:
            setattr(activity, name, values[name])
    set_time(activity, when_meant(values))
    set_about(activity, about.changed_by(session, values))
    session.add(activity)
    session.flush()
    rule = Rule.read(values["recurrence"]) if values.get("recurrence") else None
    if rule is not None:
        _begin_series(session, activity, rule)
    told: Changes = {} if rule is None else {"recurrence": (None, rule.whole)}
    keep(session, activity, "created", _first_changes(activity) | told)
    return activity.id


def _begin_series(session: Session, activity: Activity, rule: Rule) -> None:
    series = making.series_of(rule, When(activity.day, activity.starts_at))
    set_time(activity, making.time_of(series, series.starts_on))
    making.begin(session, series, activity)


def _new_rule(session: Session, activity: Activity, values: Mapping[str, Any]) -> Rule | None:
    """Give the rule by which an activity is to come again that has come once so far."""
    if "recurrence" not in values:
        return None
    said = Rule.read(values["recurrence"]) if values["recurrence"] else None
    if activity.series_id is None:
        return said
    if said != making.rule_of(session.get_one(Series, activity.series_id)):
        raise wrong(_("Say whether it is meant for all of the series, or from this one on."))
    return None


def open_activity(session: Session, activity_id: int, version: int | None) -> Activity:
    """Load an activity for a change that whoever acts must be allowed.

    :raises ConflictError: where it is done.
    """
    activity: Activity = for_change(session, KIND, activity_id, EDIT, version)
    if activity.done_at is not None:
        raise ConflictError(_("This is done already. Take it up again to change it."))
    return activity


def _first_owner(session: Session, values: Mapping[str, Any]) -> int | None:
    if values.get("owner_id") is None:
        return current_person().id
    return checked_owner(session, values["owner_id"], ASSIGN)


def name_it(activity: Activity, subject: str, kind_name: str) -> None:
    activity.subject = activity.search_subject = subject.strip() or kind_name


def set_time(activity: Activity, when: When) -> None:
    """Set the time, and what follows from it; of another one nobody has been reminded yet."""
    activity.day, activity.starts_at, activity.due_at = when.day, when.starts_at, when.due_at
    reminded = remind_at(when, activity.remind_minutes)
    if reminded != activity.remind_at:
        activity.remind_at, activity.reminded_at = reminded, None


def about_of(activity: Activity) -> About:
    """Give whom an activity concerns."""
    contact_ids = tuple(sorted(one.contact_id for one in activity.contacts))
    kind, record_id = activity.about_kind, activity.about_id
    record = None if kind is None or record_id is None else (kind, record_id)
    return About(activity.client_id, activity.deal_id, contact_ids, record)


def set_about(activity: Activity, about: About) -> None:
    """Set whom an activity concerns."""
    activity.client_id, activity.deal_id = about.client_id, about.deal_id
    activity.about_kind, activity.about_id = about.record or (None, None)
    kept = {one.contact_id: one for one in activity.contacts}
    activity.contacts = [
        kept.get(id_) or ActivityContact(contact_id=id_) for id_ in about.contact_ids
    ]


def about_changes(before: About, after: About) -> Changes:
    """Give what differs between those whom an activity concerned and concerns."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in ABOUT}
    pairs |= _record_pairs(before.record, after.record)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _record_pairs(before: Record | None, after: Record | None) -> Changes:
    """Give a record of another plugin as the audit keeps it: its id, under a name for its kind."""
    pairs: Changes = {about_field(kind): (id_, None) for kind, id_ in filter(None, [before])}
    for kind, id_ in filter(None, [after]):
        old, _none = pairs.get(about_field(kind), (None, None))
        pairs[about_field(kind)] = (old, id_)
    return pairs


def wanted_of(session: Session, activity: Activity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns that *values* name, as they are to be kept."""
    wanted: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
    kind_id = values.get("kind_id", activity.kind_id)
    if kind_id != activity.kind_id:
        wanted["kind_id"] = checked_kind(session, kind_id).id
    if "subject" in values:
        wanted["subject"] = values["subject"].strip() or activity.subject
    if "owner_id" in values and values["owner_id"] != activity.owner_id:
        wanted["owner_id"] = checked_owner(session, values["owner_id"], ASSIGN, activity.owner_id)
    when = when_meant(values, When(activity.day, activity.starts_at))
    return wanted | {"day": when.day, "starts_at": when.starts_at}


def apply(activity: Activity, wanted: Mapping[str, Any], about: About) -> None:
    """Let an activity be as it is wanted, with what follows from that."""
    for name, value in wanted.items():
        setattr(activity, name, value)
    name_it(activity, activity.subject, activity.subject)
    set_time(activity, When(activity.day, activity.starts_at))
    set_about(activity, about)


def _first_changes(activity: Activity) -> Changes:
    names = ("kind_id", "subject", "day", "starts_at", "owner_id", *PLAIN, "client_id", "deal_id")
    values = {name: getattr(activity, name) for name in names}
    values["contact_ids"] = about_of(activity).contact_ids
    if activity.about_kind is not None:
        values[about_field(activity.about_kind)] = activity.about_id
    return {name: (None, value) for name, value in values.items() if value}


def keep(
    session: Session,
    activity: Activity,
    action: str,
    changes: Changes,
    payload: Mapping[str, Any] | None = None,
    *,
    also: Iterable[int] = (),
) -> None:
    """Keep and tell what was done to an activity.

    :param also: others to which the same was done: their guests are told.
    """
    touch(activity)
    session.flush()
    audit(session, KIND, activity.id, activity.subject, action, changes)
    about = {name: getattr(activity, name) for name in ("client_id", "deal_id", *RECORD)}
    about |= {name: getattr(activity, name) for name in ("owner_id", "series_id")}
    told = {**about, **(payload or {})}
    announce(session, f"calendar.activity.{action}", KIND, activity.id, told)
    concerns = TOLD_OF & changes.keys()
    if concerns or action in {"deleted", "restored"}:
        ids = [activity.id, *also]
        tell_guests(
            session,
            ids,
            cancelled=action == "deleted",
            another_time=not ANOTHER_TIME.isdisjoint(concerns),
            alone=ids[1:] if concerns == {"recurrence"} else ids,  # it is of others alone
        )
