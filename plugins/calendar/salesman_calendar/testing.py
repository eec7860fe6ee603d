"""How tests make activities: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from salesman_calendar import choosing
from salesman_calendar.models import KIND
from salesman_calendar.service import create_activity, finish_activity
from salesman_core.toolkit import company, kinds_meant, now, reading, record_type, today

_ABOUT: Final = ("client_id", "deal_id")


def make_activities(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make an activity of tomorrow, one that is overdue, and one that is done.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and whom it concerns.
    """
    kind_id = choosing.kinds(reading(), offered=True)[0].id
    values: dict[str, Any] = {name: ids[name] for name in _ABOUT if name in ids}
    values |= {"kind_id": kind_id, "owner_id": ids["owner_id"], "text": text("text")}
    values |= _about(ids)
    if "contact_id" in ids and "client_id" in ids:
        values["contact_ids"] = [ids["contact_id"]]
    tomorrow = today(company().tz) + timedelta(days=1)
    planned = create_activity({**values, "subject": text("subject"), "day": tomorrow})
    late = {**values, "subject": text("late subject"), "starts_at": now() - timedelta(hours=1)}
    overdue = create_activity(late)
    done = create_activity({**late, "subject": text("done subject")})
    finish_activity(done, {"result_text": text("result")})
    return [planned, overdue, done]


def _about(ids: Mapping[str, int]) -> dict[str, Any]:
    """Give the record of another plugin that is there, if one is."""
    for kind in kinds_meant(record_type(KIND)):
        if f"{kind}_id" in ids:
            return {"about_kind": kind, "about_id": ids[f"{kind}_id"]}
    return {}


FACTORIES: Final = {"calendar.activity": make_activities}


WALK_WITHOUT: Final = (
    "/calendar/<int:record_id>/guests*",
    "/api/v1/calendar/<int:record_id>/guests*",
)
"""Routes that no walk takes: an invitation tells somebody outside what it is, and who invites.
``test_invitations.py`` shows who may send one."""

WALK_EXCUSED: Final = {
    "GET /calendar/feed/<key>.ics": "it takes a secret that is shown once",
    "GET /calendar/invitation/<key>": "it takes a secret that a letter holds",
    "POST /calendar/invitation/<key>": "it takes a secret that a letter holds",
    "POST /calendar/<int:record_id>/series/restore": "it takes what comes again",
}
"""Routes in which nobody has success during a walk."""

WALK_FIELDS: Final = {
    "calendar.create": {"when": "tomorrow"},
    "calendar.move": {"start": "2026-12-01T10:00", "minutes": "30"},
}
"""What a form needs that a walk does not find out by itself."""
