"""What is typed into the forms of activities, turned into the notation of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from salesman_calendar import choosing, queries
from salesman_calendar.lists import PRIORITY_TITLES
from salesman_calendar.permissions import ASSIGN
from salesman_calendar.series import typed as typed_rules
from salesman_calendar.series.rules import rule_in
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    FormState,
    InvalidError,
    SeenRecord,
    as_choice,
    colleagues,
    current_person,
    form_to_edit,
    number_of,
    number_or_none,
    read_typed,
    reading,
    when_of,
    written_when,
)
from salesman_hookspecs import Text

_ = texts.lazy

Typed = MultiDict[str, str]

LABELS: Final[Mapping[str, Text]] = {
    "kind_id": _("Kind"),
    "subject": _("Subject"),
    "when": _("When"),
    "minutes": _("How long"),
    "remind_minutes": _("Reminder"),
    "priority": _("Priority"),
    "text": _("Details"),
    "client_id": _("Client"),
    "deal_id": _("Deal"),
    "contact_ids": _("With whom"),
    "about_id": _("Record"),
    "owner_id": _("Responsible"),
    "result_id": _("What came of it"),
    "result_text": _("In a few words"),
    "next_kind_id": _("Kind of the next one"),
    "next_subject": _("Subject of the next one"),
    "next_when": _("When next"),
    **typed_rules.LABELS,
}
DURATIONS: Final = (
    (15, _("15 minutes")),
    (30, _("30 minutes")),
    (60, _("1 hour")),
    (90, _("1 and a half hours")),
    (120, _("2 hours")),
    (240, _("4 hours")),
)
REMINDERS: Final = (
    (0, _("at its beginning")),
    (15, _("15 minutes before")),
    (60, _("an hour before")),
    (1440, _("a day before")),
)
_NUMBERS: Final = ("minutes", "remind_minutes", "client_id", "deal_id", "owner_id", "about_id")


def values_of(typed: Typed) -> dict[str, Any]:
    """Give what a form of an activity holds, as the JSON API names it.

    :raises InvalidError: by field of the form, where something cannot be read or no time is said.
    """
    readers = {"when": when_of, **dict.fromkeys((*_NUMBERS, "kind_id"), number_of)}
    values = read_typed(typed, readers, "when", "kind_id", *_NUMBERS)
    if "owner_id" in values and not current_person().may(ASSIGN):
        raise _wrong("owner_id", _("You may not give activities to others."))
    values |= {name: typed[name] for name in ("subject", "text", "priority") if name in typed}
    if "about_id" in typed:
        values["about_kind"] = typed.get("about_kind") or None
    if "contact_ids" in typed:
        values["contact_ids"] = [
            int(one) for one in typed.getlist("contact_ids") if one.isdecimal()
        ]
    when = values.pop("when", None)
    values |= _time(when, "when")
    if "repeat" in typed and when is not None:
        values["recurrence"] = typed_rules.recurrence_of(typed, when["day"])
    return values


def done_values_of(typed: Typed) -> dict[str, Any]:
    """Give what the form of a done activity holds: its result, and the next one if there is one.

    :raises InvalidError: by field of the form.
    """
    read = read_typed(
        typed,
        {"result_id": number_of, "next_kind_id": number_of, "next_when": when_of},
        *("result_id", "next_kind_id", "next_when"),
    )
    values: dict[str, Any] = {"result_text": typed.get("result_text", "").strip()}
    if read.get("result_id") is not None:
        values["result_id"] = read["result_id"]
    subject, when = typed.get("next_subject", "").strip(), read.get("next_when")
    if subject or when:
        following = {"kind_id": read.get("next_kind_id"), "subject": subject}
        values["next"] = following | _time(when, "next_when")
    return values


def _time(when: Mapping[str, Any] | None, field: str) -> dict[str, Any]:
    """Give a time in the notation of the API.

    :raises InvalidError: at *field*, where none was said.
    """
    if when is None:
        raise _wrong(field, _("Say when."))
    day: date = when["day"]
    starts_at: datetime | None = when["starts_at"]
    moment = None if starts_at is None else starts_at.astimezone(UTC).isoformat()
    return {"day": day.isoformat(), "starts_at": moment}


def when_as_written(said: str) -> str:
    """Give a time of an address as it stands in a field; what cannot be read stays as it is."""
    try:
        read = when_of(said)
    except ValueError:
        return said
    return written_when(read["day"], read["starts_at"]) if read else ""


def _wrong(field: str, message: Text) -> InvalidError:
    return InvalidError(message, {field: message})


def held(activity: AnyRow) -> FormState:
    """Give the form of an activity as it stands."""
    people = queries.contact_ids(reading(), [activity.id]).get(activity.id, [])
    names = ("kind_id", "subject", "minutes", "remind_minutes", "priority", "text")
    values = {name: getattr(activity, name) for name in (*names, "client_id", "deal_id")}
    values |= {"when": written_when(activity.day, activity.starts_at), "contact_ids": people}
    values["owner_id"] = activity.owner_id
    values |= typed_rules.held(rule_in(activity))
    unshown = () if current_person().may(ASSIGN) else ("owner_id",)
    return form_to_edit(values, activity.version, unshown=unshown)


def choices(form: FormState, activity: AnyRow | None = None) -> dict[str, Any]:
    """Give what a form of an activity offers, beside what stands in it.

    :param activity: the one that is changed; None for a new one, which the form says all of.
    """
    session = reading()
    client_id, deal_id = _number(form, "client_id"), _number(form, "deal_id")
    deals = dict(choosing.open_deals_of(session, client_id)) if client_id else {}
    deals |= dict(as_choice("deal", deal_id))
    return {
        "form": form,
        "record": _record(session, form, activity),
        "labels": LABELS,
        "kinds": [(row.id, row.name) for row in choosing.kinds(session, offered=True)],
        "clients": as_choice("client", client_id),
        "deals": list(deals.items()),
        "people": choosing.people_at(session, client_id) if client_id else [],
        "owners": colleagues(ASSIGN),
        "priorities": list(PRIORITY_TITLES.items()),
        "durations": DURATIONS,
        "reminders": REMINDERS,
        "repeats": _repeats(form),
        "counted": " ".join(typed_rules.COUNTED),
        "weekdays": list(typed_rules.WEEKDAY_TITLES.items()),
        "scopes": typed_rules.SCOPE_TITLES,
    }


def _repeats(form: FormState) -> list[tuple[str, Text]]:
    """Give how something may come again; a rule that no form says stays as one of the choices."""
    offered: list[tuple[str, Text]] = list(typed_rules.REPEATS)
    if form.value("repeat") == typed_rules.OTHERWISE:
        rule = str(form.value("repeat_rule"))
        offered.append((typed_rules.OTHERWISE, _("as it stands: %(rule)s", rule=rule)))
    return offered


def _record(session: Session, form: FormState, activity: AnyRow | None) -> SeenRecord | None:
    """Give the record that an activity is about, where the person sees it."""
    if activity is not None:
        return queries.records_of(session, [activity]).get(activity.id)
    kind, record_id = str(form.value("about_kind")), _number(form, "about_id")
    return queries.one_record(session, kind, record_id)


def _number(form: FormState, name: str) -> int | None:
    return number_or_none(str(form.value(name)))
