"""What the list of activities can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_calendar.climbing import (
    climbed_after,
    name_of_rung,
    rung_then,
    with_seen_client,
)
from salesman_calendar.models import BASES, KIND, Activity, ActivityContact, Kind, Result, Series
from salesman_calendar.references import Record, sees_record
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    Contact,
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    User,
    now,
    reading,
    seen_records,
    team_filter,
    visible,
)

_ = texts.lazy

_LONGEST_ID: Final = 18
PRIORITY_TITLES: Final = {"low": _("low"), "normal": _("normal"), "high": _("high")}
BASE_TITLES: Final = dict(
    zip(BASES, (_("call"), _("meeting"), _("task"), _("letter"), _("other")), strict=True)
)


def is_overdue() -> sa.ColumnElement[bool]:
    """Give the condition of what is open and past its time."""
    return sa.and_(Activity.done_at.is_(None), Activity.due_at <= now())


def _done(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return Activity.done_at.is_not(None) if value else Activity.done_at.is_(None)


def _overdue(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return is_overdue() if value else sa.not_(is_overdue())


def _with_contact(operator: str, value: Any) -> sa.ColumnElement[bool]:
    wanted = value if operator == "in" else (value,)
    met = (
        sa.select(ActivityContact.activity_id)
        .join(Contact, Contact.id == ActivityContact.contact_id)
        .where(Contact.id.in_(wanted), visible("contact"))
    )
    return Activity.id.in_(met)


def _with_client(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return with_seen_client() if value else sa.not_(with_seen_client())


def _on_rung(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return sa.and_(with_seen_client(), rung_then() == value)


def _climbed(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    climbed = climbed_after()
    return sa.and_(with_seen_client(), climbed if value else sa.not_(climbed))


def _about(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    """Give the condition of what is about a record, written as ``leads.lead:12``, that one sees."""
    record = _record(str(value))
    if record is None or not sees_record(*record):
        return sa.false()
    kind, record_id = record
    return sa.and_(Activity.about_kind == kind, Activity.about_id == record_id)


def _record(written: str) -> Record | None:
    kind, _colon, number = written.rpartition(":")
    short = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_ID
    return (kind, int(number)) if short else None


def _name_of_record(value: Any) -> str:
    record = _record(str(value))
    if record is None or not sees_record(*record):
        return str(value)
    return seen_records(reading(), [record])[record].name


def _name_of(model: type[Kind | Result]) -> Any:
    def show(id_: Any) -> str:
        return str(reading().scalar(sa.select(model.name).where(model.id == id_)) or id_)

    return show


ACTIVITIES: Final = ListSpec(
    kind=KIND,
    id=Activity.id,
    source=sa.outerjoin(
        sa.join(Activity, Kind, Kind.id == Activity.kind_id), User, User.id == Activity.owner_id
    )
    .outerjoin(Result, Result.id == Activity.result_id)
    .outerjoin(Series, Series.id == Activity.series_id),
    search=Activity.search_subject,
    default_sort="due_at",
    fields=(
        ListField(
            "subject", _("Activity"), Activity.subject, FieldKind.TEXT, norm=Activity.search_subject
        ),
        ListField("day", _("Day"), Activity.day, FieldKind.DATE),
        ListField("due_at", _("When"), Activity.due_at, FieldKind.MOMENT),
        ListField(
            "kind_id",
            _("Kind"),
            Activity.kind_id,
            FieldKind.REF,
            sort_column=Kind.position,
            show=_name_of(Kind),
        ),
        ListField(
            "priority",
            _("Priority"),
            Activity.priority,
            FieldKind.CHOICE,
            sortable=False,
            choices=PRIORITY_TITLES,
        ),
        ListField(
            "owner_id",
            _("Responsible"),
            Activity.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("client_id", _("Client"), Activity.client_id, FieldKind.REF, sortable=False),
        ListField("deal_id", _("Deal"), Activity.deal_id, FieldKind.REF, sortable=False),
        ListField("series_id", _("Series"), Activity.series_id, FieldKind.REF, sortable=False),
        ListField("done_at", _("Done"), Activity.done_at, FieldKind.MOMENT, empty_high=True),
        ListField(
            "result_id",
            _("Result"),
            Activity.result_id,
            FieldKind.REF,
            sortable=False,
            show=_name_of(Result),
        ),
        ListField("created_at", _("Planned on"), Activity.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Activity.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter("done", _("Done"), FieldKind.FLAG, _done, operators=("eq",)),
        team_filter(Activity.owner_id, _("Team of whoever is responsible")),
        ListFilter("overdue", _("Overdue"), FieldKind.FLAG, _overdue, operators=("eq",)),
        ListFilter(
            "with_client", _("Done with a client"), FieldKind.FLAG, _with_client, operators=("eq",)
        ),
        ListFilter(
            "rung",
            _("Rung of the client then"),
            FieldKind.REF,
            _on_rung,
            operators=("eq",),
            show=lambda id_: name_of_rung(reading(), id_),
        ),
        ListFilter("climbed", _("Climbed after it"), FieldKind.FLAG, _climbed, operators=("eq",)),
        ListFilter("contact_id", _("Contact"), FieldKind.REF, _with_contact),
        ListFilter(
            "about",
            _("Record"),
            FieldKind.TEXT,
            _about,
            operators=("eq",),
            show=_name_of_record,
        ),
    ),
)
