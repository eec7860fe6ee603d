"""What activities do by the clock."""

from __future__ import annotations

from typing import Final

from salesman_calendar import queries, service
from salesman_calendar.series import making
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    Letter,
    SeenRecord,
    acting_as,
    company,
    link_to,
    notify,
    person_of,
    reading,
    send_letter,
    speaking,
    told_when,
    writing,
)

LONGEST_SUBJECT: Final = 300


def remind() -> int:
    """Remind people of what begins soon; give of how many activities.

    Each is reminded of once: the notices, the letters and the note of it stand in the job's own
    transaction. Whoever wants letters gets one beside the notice.
    """
    with writing() as session:
        due = service.note_reminders()
        people = {row.id: row for row in queries.people_to_remind(session, due)}
        for activity in due:
            if activity.owner_id in people:
                _tell(people[activity.owner_id], activity)
    return len(due)


def prolong() -> int:
    """Make what has come within the horizon of some series; give of how many."""
    with writing() as session:
        return making.prolong_all(session)


def _tell(person: AnyRow, activity: AnyRow) -> None:
    with speaking(person.locale or company().language):
        text, address = _told(person.id, activity), f"/calendar/{activity.id}"
    with writing() as session:
        notify(session, person.id, text, address)
    if person.by_mail and person.email:
        body = f"{text}\n{link_to(address)}"
        send_letter(Letter(to=person.email, subject=text[:LONGEST_SUBJECT], text=body))


def _told(user_id: int, activity: AnyRow) -> str:
    told = {"subject": activity.subject, "when": told_when(activity.day, activity.starts_at)}
    record = _record_seen_by(user_id, activity)
    if record is not None:
        return texts.gettext(
            "Reminder: %(subject)s, %(when)s · %(record)s", record=record.name, **told
        )
    return texts.gettext("Reminder: %(subject)s, %(when)s", **told)


def _record_seen_by(user_id: int, activity: AnyRow) -> SeenRecord | None:
    """Give the record that an activity is about, where its person sees it."""
    person = person_of(user_id) if activity.about_kind is not None else None
    if person is None:
        return None
    with acting_as(person):
        return queries.records_of(reading(), [activity]).get(activity.id)
