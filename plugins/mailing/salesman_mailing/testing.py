"""How tests make groups: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import now, reading, writing
from salesman_mailing.campaigns import service as campaigns
from salesman_mailing.campaigns.models import INTERRUPTED, PAUSED, Campaign, Recipient
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import service
from salesman_mailing.groups.models import Group
from salesman_mailing.readers.models import LetterLink
from salesman_mailing.services.models import ADD, PLANNED, Change, Link


def make_groups(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a group that names a client, follows a filter and keeps a contact out.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and whom it concerns.
    """
    told = {"name": text("name"), "description": text("description")}
    group_id = service.create_group({**told, "purpose_id": free_purpose()})
    with writing() as session:
        session.get_one(Group, group_id).owner_id = ids["owner_id"]
    if "client_id" in ids:
        service.add_records(group_id, "client", [ids["client_id"]])
        service.follow(group_id, "client", "tag=walk")
    if "contact_id" in ids:
        service.keep_out(group_id, "contact", ids["contact_id"], text("reason"))
    _link(text, group_id, ids["owner_id"])
    return [group_id]


def free_purpose() -> int:
    """Give a purpose that needs no consent."""
    free = sa.select(Purpose.id).where(Purpose.needs_consent.is_(False)).order_by(Purpose.id)
    return reading().scalars(free.limit(1)).one()


def _link(text: Callable[[str], str], group_id: int, owner_id: int) -> None:
    """Let a group have a list of a service, and something be about to change."""
    with writing() as session:
        told = {"list_id": str(group_id), "list_title": text("list_title"), "by_id": owner_id}
        link = Link(group_id=group_id, service="unisender", state=PLANNED, created_at=now(), **told)
        link.compared_at = now()
        session.add(link)
        session.flush()
        named = {"fields": {"name": text("name")}, "tags": []}
        address = text("email_in_list").casefold()
        session.add(Change(link_id=link.id, what=ADD, address=address, told=named))


LETTER: Final = "Hello.\n\n---\n\n[Leave]({{ unsubscribe }})"


def make_campaigns(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a campaign that is a draft, and one that is paused and has somebody to write to."""
    group_id = make_groups(text, ids)[0]
    made = [_campaign(text, group_id, ids["owner_id"]) for _ in range(2)]
    with writing() as session:
        one = session.get_one(Campaign, made[1])
        one.state, one.started_at, one.started_by_id = PAUSED, now(), ids["owner_id"]
        one.follows_readers = True
        session.add(LetterLink(campaign_id=one.id, position=1, target="https://firm.ru/prices"))
        if "client_id" in ids:
            told = {"address": text("email_to").casefold(), "domain": "example.com"}
            about = {"kind": "client", "record_id": ids["client_id"], "name": text("name")}
            session.add(
                Recipient(
                    campaign_id=one.id,
                    client_id=ids["client_id"],
                    fate=INTERRUPTED,
                    error=text("error"),
                    **about,
                    **told,
                )
            )
    return made


def _campaign(text: Callable[[str], str], group_id: int, owner_id: int) -> int:
    names = ("name", "subject", "preheader", "sender_name")
    told = {name: text(name) for name in names}
    letter = f"{text('text')}\n\n{LETTER}"
    campaign_id = campaigns.create_campaign({**told, "text": letter, "group_id": group_id})
    with writing() as session:
        session.get_one(Campaign, campaign_id).owner_id = owner_id
    return campaign_id


FACTORIES: Final = {"mailing.group": make_groups, "mailing.campaign": make_campaigns}
