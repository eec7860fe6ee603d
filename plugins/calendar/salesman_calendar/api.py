"""The JSON API of activities: ``/api/v1/calendar``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from flask import Response

from salesman_calendar import choosing, feed, invitations, queries, service
from salesman_calendar.lists import ACTIVITIES
from salesman_calendar.models import KIND
from salesman_calendar.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_calendar.schemas import (
    ActivitySchema,
    DoneSchema,
    FeedSchema,
    FinishedSchema,
    GuestSchema,
    GuestsSchema,
    HowManySchema,
    KindsSchema,
    ScopeSchema,
    SeriesChangeSchema,
)
from salesman_calendar.series.rules import Rule
from salesman_calendar.series.service import FOLLOWING, change_series, end_series
from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    RecordAnswers,
    arguments,
    batch,
    bulk,
    list_arguments,
    now,
    page_answer,
    page_response,
    reaches,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)

api = ApiBlueprint("calendar", __name__, title="Calendar")


def activity_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give activities as the API shows them, in a fixed number of statements."""
    people = queries.contact_ids(reading(), [row.id for row in rows])
    records = queries.records_of(reading(), rows)
    return [_item(row, people.get(row.id, []), sees_record=row.id in records) for row in rows]


def _item(row: AnyRow, contact_ids: Sequence[int], *, sees_record: bool) -> dict[str, Any]:
    item = {column.key: getattr(row, column.key) for column in queries.ACTIVITY}
    if not sees_record:
        item |= {"about_kind": None, "about_id": None}
    due_at = item.pop("due_at")
    rule, until, count = (item.pop(f"series_{name}") for name in ("rule", "until", "count"))
    item["recurrence"] = None if rule is None else Rule(rule, until, count).whole
    overdue = row.done_at is None and due_at <= now()
    return {**item, "contact_ids": list(contact_ids), "overdue": overdue}


ANSWERS: Final = RecordAnswers(KIND, queries.one_activity, activity_items)


@api.get("")
@requires(VIEW)
@list_arguments(ACTIVITIES)
@page_response(ActivitySchema)
def list_activities(query: ListQuery) -> Response:
    """List activities."""
    page = select_page(reading(), queries.ACTIVITY, ACTIVITIES, query, visible(KIND))
    return page_answer(activity_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(ActivitySchema)
@response(ActivitySchema, 201)
def create_activity(values: dict[str, Any]) -> Response:
    """Plan an activity."""
    return ANSWERS.changed(service.create_activity(values), 201)


@api.post("/batch")
@requires(CREATE)
@batch(ActivitySchema)
def create_activities(values: dict[str, Any]) -> dict[str, Any]:
    """Plan many activities, with a result for each."""
    activity_id = service.create_activity(values)
    if not reaches(KIND, activity_id):
        return {"id": activity_id}
    (item,) = activity_items([queries.one_activity(reading(), activity_id)])
    return item


@api.post("/bulk")
@requires(VIEW)
@bulk(ACTIVITIES)
def act_on_activities() -> None:
    """Do one thing with many activities, with a result for each."""


@api.get("/kinds")
@requires(VIEW)
@response(KindsSchema)
def list_kinds() -> dict[str, Any]:
    """List the kinds of activities with their results."""
    session = reading()
    of_kind: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in choosing.results(session):
        of_kind[row.kind_id].append(
            {"id": row.id, "name": row.name, "reached": row.reached, "active": row.active}
        )
    return {
        "items": [
            {
                "id": row.id,
                "name": row.name,
                "base": row.base,
                "active": row.active,
                "results": of_kind[row.id],
            }
            for row in choosing.kinds(session)
        ]
    }


@api.get("/feed")
@requires(VIEW)
@response(FeedSchema)
def read_feed() -> dict[str, Any]:
    """Read whether there is an address by which other programs read one's own activities."""
    return {"created_at": feed.made_at(reading()), "address": None}


@api.put("/feed")
@requires(VIEW)
@response(FeedSchema)
def make_feed() -> dict[str, Any]:
    """Make the address of one's own activities; the one of before leads nowhere from then on."""
    address = feed.make_feed()
    return {"created_at": feed.made_at(reading()), "address": address}


@api.delete("/feed")
@requires(VIEW)
@response(None, 204)
def withdraw_feed() -> None:
    """Let the address of one's own activities lead nowhere from now on."""
    feed.withdraw_feed()


@api.get("/<int:record_id>")
@requires(VIEW)
@response(ActivitySchema)
def read_activity(record_id: int) -> Response:
    """Read an activity."""
    return ANSWERS.whole(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(ActivitySchema(partial=True))
@response(ActivitySchema)
def change_activity(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change an activity; ``day`` alone moves it to another day, at the same hour."""
    service.change_activity(record_id, values, version)
    return ANSWERS.changed(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_activity(record_id: int, version: int | None) -> None:
    """Put an activity into the bin."""
    service.delete_activity(record_id, version)


@api.post("/<int:record_id>/done")
@requires(EDIT)
@versioned(KIND)
@arguments(DoneSchema)
@response(FinishedSchema)
def finish_activity(
    values: dict[str, Any], record_id: int, version: int | None
) -> dict[str, int | None]:
    """Say that an activity is done, what came of it, and what is next: in one transaction."""
    next_id = service.finish_activity(record_id, values, version)
    return {"id": record_id, "next_id": next_id}


@api.post("/<int:record_id>/reopen")
@requires(EDIT)
@versioned(KIND)
@response(ActivitySchema)
def reopen_activity(record_id: int, version: int | None) -> Response:
    """Take up again what was done."""
    service.reopen_activity(record_id, version)
    return ANSWERS.changed(record_id)


@api.patch("/<int:record_id>/series")
@requires(EDIT)
@versioned(KIND)
@arguments(SeriesChangeSchema(partial=True))
@response(HowManySchema)
def change_activities_of_series(
    values: dict[str, Any], record_id: int, version: int | None
) -> dict[str, int]:
    """Change an activity of a series and those behind it, or all that are open."""
    scope = values.pop("scope", FOLLOWING)
    return {"count": change_series(record_id, values, scope, version)}


@api.post("/<int:record_id>/series/end")
@requires(DELETE)
@versioned(KIND)
@arguments(ScopeSchema)
@response(HowManySchema)
def end_series_of_activity(
    values: dict[str, Any], record_id: int, version: int | None
) -> dict[str, int]:
    """Put an activity of a series and those behind it, or all that are open, into the bin."""
    return {"count": end_series(record_id, values["scope"], version)}


@api.get("/<int:record_id>/guests")
@requires(VIEW)
@response(GuestsSchema)
def list_guests(record_id: int) -> dict[str, Any]:
    """List who is invited to an activity, and what they answered."""
    return _guests(record_id)


def _guests(record_id: int) -> dict[str, Any]:
    activity = queries.one_activity(reading(), record_id)
    return {"items": list(invitations.guests_of(reading(), activity))}


@api.post("/<int:record_id>/guests")
@requires(EDIT)
@arguments(GuestSchema)
@response(GuestsSchema, 201)
def invite_guest(values: dict[str, Any], record_id: int) -> dict[str, Any]:
    """Invite somebody by a letter; give all guests."""
    invitations.invite(
        record_id,
        values["email"],
        name=values["name"],
        contact_id=values["contact_id"],
        whole=values["whole"],
    )
    return _guests(record_id)


@api.delete("/<int:record_id>/guests/<int:guest_id>")
@requires(EDIT)
@response(None, 204)
def uninvite_guest(record_id: int, guest_id: int) -> None:
    """Tell a guest that they are not expected any more, and forget them."""
    invitations.uninvite(record_id, guest_id)
