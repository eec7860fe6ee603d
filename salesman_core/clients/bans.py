"""Bans of clients and contacts as a field of theirs: audited, put back and edited as any other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.characters import without_unseen
from salesman_core.i18n import texts
from salesman_core.records.changes import Planned
from salesman_core.rest.fields import DescribedField, refused
from salesman_core.services import bans
from salesman_hookspecs import Text

_ = texts.lazy

WAYS: Final[Mapping[str, Text]] = {
    bans.MAILING: _("wants no mailing"),
    bans.CALLS: _("wants no calls"),
}
"""What people read for each way."""

Ways = Mapping[int, Sequence[dict[str, Any]]]
"""Phones or emails by record, each with ``normalised``."""


class BansField(DescribedField[dict[str, str]]):
    """What somebody does not want: ``{"mailing": reason, "calls": reason}``."""

    def described(self) -> dict[str, Any]:
        """Give the JSON Schema."""
        reason = {"type": "string", "maxLength": bans.LONGEST_REASON, "pattern": "^[^\\u0000]*$"}
        return {
            "type": "object",
            "properties": dict.fromkeys(bans.WAYS, reason),
            "additionalProperties": False,
        }

    def _deserialize(self, value: Any, *_args: Any, **_options: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or not all(map(_is_ban, value.items())):
            raise refused(
                _(
                    "Give “mailing” or “calls” with a reason of at most %(most)s characters.",
                    most=bans.LONGEST_REASON,
                )
            )
        return {way: without_unseen(reason).strip() for way, reason in value.items()}


def _is_ban(pair: tuple[Any, Any]) -> bool:
    way, reason = pair
    if way not in bans.WAYS or not isinstance(reason, str):
        return False
    return len(reason) <= bans.LONGEST_REASON and "\0" not in reason


def bans_in_words(held: Mapping[str, str]) -> str:
    """Give bans on one line, as people read them."""
    return "; ".join(each_ban(held))


def each_ban(held: Mapping[str, str]) -> list[str]:
    """Give each ban with its reason, as people read it."""
    return [_with_reason(WAYS[way], held[way]) for way in bans.WAYS if way in held]


def _with_reason(title: Text, reason: str) -> str:
    return f"{title}: {reason}" if reason else str(title)


def bans_of_records(
    session: Session, kind: str, record_ids: Collection[int]
) -> Mapping[int, Mapping[str, str]]:
    """Give the bans of some clients or contacts themselves, in one statement."""
    if kind == "client":
        return bans.bans_of(session, client_ids=record_ids).clients
    return bans.bans_of(session, contact_ids=record_ids).contacts


def plan_bans(
    session: Session, kind: str, record_id: int, wanted: Mapping[str, str]
) -> Iterator[Planned]:
    """Plan to make exactly *wanted* the bans of a client or contact."""
    before = dict(bans_of_records(session, kind, [record_id]).get(record_id, {}))
    if before == dict(wanted):
        return
    subject: dict[str, Any] = {f"{kind}_ids": [record_id]}

    def apply() -> None:
        for way in bans.WAYS:
            if before.get(way) != wanted.get(way):
                bans.lift(session, way, **subject)
                if way in wanted:
                    bans.ban(session, way, wanted[way], **subject)

    yield Planned("bans", before, dict(wanted), apply)


def mark_banned(
    session: Session, kind: str, client_of: Mapping[int, int], phones: Ways, emails: Ways
) -> Mapping[int, Mapping[str, str]]:
    """Say at each phone and email why it may not be called or written to, under ``banned``.

    :param client_of: by client or contact, the client: what it does not want holds for them all.
    :returns: the bans of the records themselves.
    """
    listed = [one for ways in (phones, emails) for several in ways.values() for one in several]
    held = bans.bans_of(
        session,
        addresses={one["normalised"] for one in listed if one["normalised"]},
        client_ids=set(client_of.values()),
        contact_ids=client_of if kind == "contact" else (),
    )
    for way, ways in ((bans.CALLS, phones), (bans.MAILING, emails)):
        for record_id, several in ways.items():
            contact_ids = [record_id] if kind == "contact" else []
            for one in several:
                one["banned"] = held.reason(
                    way,
                    addresses=[one["normalised"]],
                    client_ids=[client_of[record_id]],
                    contact_ids=contact_ids,
                )
    return held.contacts if kind == "contact" else held.clients
