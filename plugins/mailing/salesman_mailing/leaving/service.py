"""What follows from somebody's unsubscribing, and from their taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import SYSTEM, acting_as, bans, writing
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import (
    GIVEN,
    ONE_CLICK,
    PAGE,
    REFUSED,
    ConsentEntry,
    Leaver,
)
from salesman_mailing.groups.models import Group
from salesman_mailing.leaving.links import Leaving

GROUP, EVERYTHING, BACK = "group", "all", "back"
CHOICES: Final = (GROUP, EVERYTHING, BACK)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the address of a link.

    :param group: what the group is called; empty where it is gone.
    :param left: whether it has left the group.
    :param banned: whether it gets no mailing at all.
    :param own: whether that was said on our page or by the button of a mail program, and may be
        taken back there.
    """

    group: str
    left: bool
    banned: bool
    own: bool


def standing(session: Session, one: Leaving) -> Standing:
    """Tell how it stands with the address of a link."""
    group = sa.select(Group.name).where(Group.id == one.group_id)
    left = sa.exists().where(Leaver.group_id == one.group_id, Leaver.address == one.address)
    last = (
        sa.select(ConsentEntry.source)
        .where(ConsentEntry.address == one.address, ConsentEntry.held)
        .order_by(ConsentEntry.id.desc())
        .limit(1)
    )
    held = bans.bans_of(session, addresses=[one.address]).addresses.get(one.address, {})
    return Standing(
        session.scalar(group) or "",
        bool(session.scalar(sa.select(left))),
        bans.MAILING in held,
        session.scalar(last) in {PAGE, ONE_CLICK},
    )


def leave(one: Leaving, choice: str, source: str, details: Mapping[str, Any]) -> None:
    """Let an address leave the group of its link, or all mailing; or take that back.

    Once it is so, doing it again changes nothing and writes nothing: the link is anybody's who has
    the letter.

    :param choice: ``group``, ``all`` or ``back``. From a group that is gone one leaves all mailing.
    :param source: ``page`` or ``one_click``.
    :param details: what proves it, as the network address.
    """
    with acting_as(SYSTEM), writing() as session:
        now = standing(session, one)
        letter = {"letter": one.letter} if one.letter else {}
        proof = Proof(source, details={**details, **letter})
        of_group = About(group_id=one.group_id, group_name=now.group)
        if choice == BACK:
            if now.own and now.left:
                record(session, [one.address], of_group, GIVEN, proof)
            if now.own and now.banned:
                record(session, [one.address], About(), GIVEN, proof)
        elif choice == GROUP and now.group:
            if not now.left:
                record(session, [one.address], of_group, REFUSED, proof)
        elif not now.banned:
            record(session, [one.address], About(), REFUSED, proof)
