"""What UniSender tells of by itself: whether it did, and what happened.

``auth`` of the body is the MD5 of the whole body in which the key of the API stands in its place.
That the service chose MD5 is not ours to change; what it is weak in (a longer text with the same
sign) would be no JSON any more, and is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from salesman_mailing.toolkit import ServiceEvent, What

MOST_EVENTS: Final = 1000
_AUTH: Final = re.compile(rb'"auth"\s*:\s*"([0-9a-fA-F]{32})"')
_HEAD: Final = 200
"""Within so many bytes of the body the sign stands: nobody is to search megabytes for it."""

_STATUSES: Final[Mapping[str, What]] = {
    **dict.fromkeys(
        (
            *("err_user_unknown", "err_user_inactive", "err_mailbox_discarded"),
            *("err_domain_inactive", "err_dest_invalid"),
        ),
        What.BAD,
    ),
    **dict.fromkeys(
        ("err_mailbox_full", "err_giveup", "err_delivery_failed", "err_unreachable"), What.SOFT
    ),
    "ok_delivered": What.DELIVERED,
    "ok_fbl": What.COMPLAINED,
    "ok_unsubscribed": What.LEFT,
    "ok_read": What.OPENED,
    "ok_link_visited": What.CLICKED,
}
_LONGEST_ID: Final = 64
_READERS: Final = frozenset({What.OPENED, What.CLICKED})


class ForgedError(ValueError):
    """It does not come from UniSender, or not for this account."""


def read_events(body: bytes, key: str, *, follows_readers: bool) -> list[ServiceEvent]:
    """Give the events of a body, once it is sure that UniSender signed it.

    :param follows_readers: whether the company wants to know of opens and clicks.
    :raises ForgedError: where it did not, or the body says nothing that can be read.
    """
    _demand_signed(body, key)
    try:
        told = json.loads(body)
        found = list(_events(told))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ForgedError("the body cannot be read") from error
    if len(found) > MOST_EVENTS:
        raise ForgedError("too many events")
    return [one for one in found if follows_readers or one.what not in _READERS]


def _demand_signed(body: bytes, key: str) -> None:
    found = _AUTH.search(body, 0, _HEAD)
    if found is None:
        raise ForgedError("no sign")
    first, last = found.span(1)
    whole = body[:first] + key.encode() + body[last:]
    made = hashlib.md5(whole, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(made, found[1].decode().lower()):
        raise ForgedError("another sign")


def _events(told: Any) -> Iterator[ServiceEvent]:
    for of_user in told["events_by_user"]:
        for one in of_user.get("Events", of_user.get("events", ())):
            event = _event(one)
            if event is not None:
                yield event


def _event(one: Mapping[str, Any]) -> ServiceEvent | None:
    """Give an event; None for one that means nothing here."""
    data: Mapping[str, Any] = one["event_data"]
    name, address = str(one["event_name"]), data.get("email")
    if not isinstance(address, str) or not address:
        return None
    lists: Any = ()
    if name == "email_status":
        what = _STATUSES.get(str(data.get("status")))
        lists = data.get("list_ids", ())
    elif name == "unsubscribe":
        what, lists = What.LEFT, data.get("just_unsubscribed_list_ids", ())
    elif name == "subscribe":
        what, lists = What.SUBSCRIBED, data.get("just_subscribed_list_ids", ())
        if not lists:
            return None  # nobody agrees to what was not said
    else:
        what = None
    if what is None:
        return None
    return ServiceEvent(
        _key(one),
        what,
        address,
        datetime.strptime(str(one["event_time"]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC),
        _list_ids(lists),
        str(data.get("campaign_id") or "")[:64],
        str(data.get("status") or ""),
    )


def _list_ids(said: Any) -> tuple[str, ...]:
    """Give the lists of which something was said: as a list, a number, or parted by commas."""
    parts = said if isinstance(said, (list, tuple)) else str(said).split(",")
    return tuple(str(one).strip()[:_LONGEST_ID] for one in parts if str(one).strip())


def _key(one: Mapping[str, Any]) -> str:
    """Give by what an event is known again, however often and in which body it comes."""
    told = [one["event_name"], one["event_time"], one["event_data"]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
