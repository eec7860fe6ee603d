"""What a lead does not want, made known to all that write to people and call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import bans, company, speaking
from salesman_leads.models import Lead, LeadEmail, LeadPhone
from salesman_leads.texts import texts

_ = texts.lazy

FLAGS: Final[Mapping[str, str]] = {"no_mailing": bans.MAILING, "no_calls": bans.CALLS}
"""Which way of reaching somebody each flag of a lead bans."""
REASON: Final = _("said so as a lead")

_WAYS: Final = {"no_mailing": (LeadPhone, LeadEmail), "no_calls": (LeadPhone,)}
"""What a flag is about: letters go to phones as well, as short messages; calls to phones only."""


def ban_addresses(session: Session, leads: Iterable[Lead]) -> None:
    """Ban the phones and emails of those leads that want no mailing or no calls."""
    banned = [banned_by(lead) for lead in leads]
    for flag, way in FLAGS.items():
        addresses = {address for of_lead in banned for address in of_lead[flag]}
        if addresses:
            bans.ban(session, way, _reason(), addresses=addresses)


def banned_by(lead: Lead) -> dict[str, set[str]]:
    """Give the phones and emails that a lead bans, by its flags."""
    return {flag: _addresses(lead, flag) if getattr(lead, flag) else set() for flag in FLAGS}


def follow_bans(session: Session, lead: Lead, before: Mapping[str, set[str]]) -> None:
    """Let bans follow a lead that was changed; what another lead bans still is not lifted.

    A phone or email that was taken from the lead is free again, unless somebody banned it for
    another reason: it may have been a slip.

    :param before: what it banned until then, of :func:`banned_by`.
    """
    for flag, addresses in banned_by(lead).items():
        gone, come = before[flag] - addresses, addresses - before[flag]
        if gone and getattr(lead, flag):
            held = bans.bans_of(session, addresses=gone).addresses
            gone = {one for one in gone if held.get(one, {}).get(FLAGS[flag]) == _reason()}
        if gone:
            bans.lift(session, FLAGS[flag], addresses=gone - _others(session, lead, flag, gone))
        if come:
            bans.ban(session, FLAGS[flag], _reason(), addresses=come)


def bans_going_along(lead: Lead) -> dict[str, str]:
    """Give what the client and the contact do not want that come of a lead, as JSON names it."""
    return {way: _reason() for flag, way in FLAGS.items() if getattr(lead, flag)}


def _reason() -> str:
    """Give the reason in the language of the company: whoever reads it is not whoever wrote it."""
    with speaking(company().language):
        return str(REASON)


def _addresses(lead: Lead, flag: str) -> set[str]:
    ways: list[LeadPhone | LeadEmail] = [*lead.phones]
    if flag == "no_mailing":
        ways += lead.emails
    return {one.normalised for one in ways if one.normalised}


def _others(session: Session, lead: Lead, flag: str, addresses: set[str]) -> set[str]:
    """Give those of some addresses that other leads ban, too."""
    found: set[str] = set()
    for way in _WAYS[flag]:
        other = sa.select(way.normalised).join(Lead, Lead.id == way.lead_id)
        same = (Lead.id != lead.id, getattr(Lead, flag), way.normalised.in_(addresses))
        found.update(filter(None, session.scalars(other.where(*same, Lead.deleted_at.is_(None)))))
    return found
