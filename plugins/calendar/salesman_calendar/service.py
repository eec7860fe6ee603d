"""Every change of activities: the rules, the transaction, the events.

An activity moves no deal and nobody on the ladder (``product.md``, rule 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar import queries
from salesman_calendar.models import KIND, NORMAL, Activity, ActivityContact, Reminding
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
        subject it is called as its kind, without ``owner_id`` it is one's own.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        return _plan(session, values, About())


def change_activity(
    activity_id: int, values: Mapping[str, Any], version: int | None = None
) -> bool:
    """Change an activity; give whether anything changed.

    :param values: ``day`` alone moves it to another day, at the same hour.
    :raises ConflictError: where it is done.
    """
    with writing() as session:
        activity = _open_activity(session, activity_id, version)
        about, wanted = _about(activity), _wanted(session, activity, values)
        new_about = about.changed_by(session, values)
        changes = differences(activity, wanted) | _about_changes(about, new_about)
        if not changes:
            return False
        _apply(activity, wanted, new_about)
        _keep(session, activity, "changed", changes, {"fields": sorted(changes)})
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
        activity = _open_activity(session, activity_id, version)
        activity.result_id = checked_result(session, activity.kind_id, values.get("result_id"))
        activity.result_text = (values.get("result_text") or "").strip()
        activity.done_at, activity.done_by_id = now(), current_person().id
        told: Changes = {"done_at": (None, activity.done_at)}
        told |= {
            name: (None, getattr(activity, name))
            for name in ("result_id", "result_text")
            if getattr(activity, name)
        }
        _keep(session, activity, "done", told, {"result_id": activity.result_id})
        following = values.get("next")
        if following is None:
            return None
        demand_permission(CREATE)
        return _plan(session, {"owner_id": activity.owner_id, **following}, _about(activity))


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
        _keep(session, activity, "reopened", changes)


def delete_activity(activity_id: int, version: int | None = None) -> None:
    """Put an activity into the bin."""
    with writing() as session:
        activity: Activity = for_change(session, KIND, activity_id, DELETE, version)
        activity.deleted_at = now()
        _keep(session, activity, "deleted", {})


def restore_activity(activity_id: int) -> None:
    """Take an activity out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        activity = from_bin(session, KIND, activity_id, DELETE)
        _keep(session, activity, "restored", {})


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
            before = _about(activity)
            if before.client_id not in {None, values["client_id"]} or before.deal_id is not None:
                continue
            after = before.changed_by(session, values)
            changes = _about_changes(before, after)
            if changes:
                _set_about(activity, after)
                _keep(session, activity, "changed", changes, {"fields": sorted(changes)})
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
    _call(activity, values.get("subject", ""), kind.name)
    for name in PLAIN:
        if values.get(name) is not None:
            setattr(activity, name, values[name])
    _set_time(activity, when_meant(values))
    _set_about(activity, about.changed_by(session, values))
    session.add(activity)
    session.flush()
    _keep(session, activity, "created", _first_changes(activity))
    return activity.id


def _open_activity(session: Session, activity_id: int, version: int | None) -> Activity:
    activity: Activity = for_change(session, KIND, activity_id, EDIT, version)
    if activity.done_at is not None:
        raise ConflictError(_("This is done already. Take it up again to change it."))
    return activity


def _first_owner(session: Session, values: Mapping[str, Any]) -> int | None:
    if values.get("owner_id") is None:
        return current_person().id
    return checked_owner(session, values["owner_id"], ASSIGN)


def _call(activity: Activity, subject: str, kind_name: str) -> None:
    activity.subject = activity.search_subject = subject.strip() or kind_name


def _set_time(activity: Activity, when: When) -> None:
    """Set the time, and what follows from it; of another one nobody has been reminded yet."""
    activity.day, activity.starts_at, activity.due_at = when.day, when.starts_at, when.due_at
    reminded = remind_at(when, activity.remind_minutes)
    if reminded != activity.remind_at:
        activity.remind_at, activity.reminded_at = reminded, None


def _about(activity: Activity) -> About:
    contact_ids = tuple(sorted(one.contact_id for one in activity.contacts))
    kind, record_id = activity.about_kind, activity.about_id
    record = None if kind is None or record_id is None else (kind, record_id)
    return About(activity.client_id, activity.deal_id, contact_ids, record)


def _set_about(activity: Activity, about: About) -> None:
    activity.client_id, activity.deal_id = about.client_id, about.deal_id
    activity.about_kind, activity.about_id = about.record or (None, None)
    kept = {one.contact_id: one for one in activity.contacts}
    activity.contacts = [
        kept.get(id_) or ActivityContact(contact_id=id_) for id_ in about.contact_ids
    ]


def _about_changes(before: About, after: About) -> Changes:
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


def _wanted(session: Session, activity: Activity, values: Mapping[str, Any]) -> dict[str, Any]:
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


def _apply(activity: Activity, wanted: Mapping[str, Any], about: About) -> None:
    for name, value in wanted.items():
        setattr(activity, name, value)
    _call(activity, activity.subject, activity.subject)
    _set_time(activity, When(activity.day, activity.starts_at))
    _set_about(activity, about)


def _first_changes(activity: Activity) -> Changes:
    names = ("kind_id", "subject", "day", "starts_at", "owner_id", *PLAIN, "client_id", "deal_id")
    values = {name: getattr(activity, name) for name in names}
    values["contact_ids"] = _about(activity).contact_ids
    if activity.about_kind is not None:
        values[about_field(activity.about_kind)] = activity.about_id
    return {name: (None, value) for name, value in values.items() if value}


def _keep(
    session: Session,
    activity: Activity,
    action: str,
    changes: Changes,
    payload: Mapping[str, Any] | None = None,
) -> None:
    touch(activity)
    session.flush()
    audit(session, KIND, activity.id, activity.subject, action, changes)
    about = {name: getattr(activity, name) for name in ("client_id", "deal_id", *RECORD)}
    told = {**about, "owner_id": activity.owner_id, **(payload or {})}
    announce(session, f"calendar.activity.{action}", KIND, activity.id, told)
