"""How it stands with some addresses, in words that say why one is not written to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, ban_reasons, bans, one_of
from salesman_hookspecs import Text
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.consent.models import (
    BY_HAND,
    FORM,
    GIVEN,
    IMPORT,
    LETTER,
    ONE_CLICK,
    PAGE,
    REFUSED,
    SERVICE,
    Consent,
    ConsentEntry,
    Leaver,
    Purpose,
)
from salesman_mailing.texts import texts

_ = texts.lazy

STATE_TITLES: Final = {GIVEN: _("agreed"), REFUSED: _("refused")}
SOURCE_TITLES: Final = {
    BY_HAND: _("noted by a colleague"),
    FORM: _("in a form"),
    PAGE: _("on our page"),
    ONE_CLICK: _("by the button of a mail program"),
    LETTER: _("by letter"),
    IMPORT: _("from a file"),
    SERVICE: _("from another mailing service"),
}
MOST_ENTRIES: Final = 100


@dataclass(frozen=True, slots=True)
class May:
    """Whether an address may be written to.

    :param why: in words why not; empty where it may.
    """

    why: Text = ""

    def __bool__(self) -> bool:
        """Whether it may."""
        return str(self.why) == ""


def standing(
    session: Session, addresses: Collection[str], purpose: Purpose | AnyRow, group_id: int
) -> Mapping[str, May]:
    """Tell of some addresses whether they may be written to with a group, and why not.

    It says what :func:`salesman_mailing.consent.consent.may_write` decides.
    """
    if not addresses:
        return {}
    banned = ban_reasons(session, bans.MAILING, addresses)
    bad = struck_off(session, addresses)
    own = sa.select(Consent.address, Consent.state).where(
        Consent.purpose_id == purpose.id, one_of(Consent.address, addresses)
    )
    said = {row.address: row.state for row in session.execute(own)}
    left = set(
        session.scalars(
            sa.select(Leaver.address).where(
                Leaver.group_id == group_id, one_of(Leaver.address, addresses)
            )
        )
    )

    def judged(address: str) -> May:
        if address in banned:
            reason = banned[address]
            return May(_("wants no mailing: %(why)s", why=reason) if reason else _NO_MAILING)
        if address in bad:
            return May(_("letters to it come back"))
        if said.get(address) == REFUSED:
            return May(_("refused this"))
        if address in left:
            return May(_("left this group"))
        if purpose.needs_consent and said.get(address) != GIVEN:
            return May(_("has not agreed to this"))
        return May()

    return {one: judged(one) for one in addresses}


_NO_MAILING: Final = _("wants no mailing")


def struck_off(session: Session, addresses: Collection[str]) -> Mapping[str, str]:
    """Give those of some addresses to which letters come back, with the words of the last one."""
    if not addresses:
        return {}
    query = sa.select(BadAddress.address, BadAddress.words)
    rows = session.execute(query.where(one_of(BadAddress.address, addresses)))
    return {row.address: row.words for row in rows}


def of_purposes(session: Session, addresses: Collection[str]) -> Mapping[str, Mapping[int, AnyRow]]:
    """Give what the owners of some addresses said of each purpose: by address, then purpose."""
    found: dict[str, dict[int, Any]] = {}
    if addresses:
        query = sa.select(Consent.address, Consent.purpose_id, Consent.state, Consent.at)
        for row in session.execute(query.where(one_of(Consent.address, addresses))):
            found.setdefault(row.address, {})[row.purpose_id] = row
    return found


def log_of(session: Session, addresses: Collection[str]) -> Sequence[AnyRow]:
    """Give what the owners of some addresses said, the last word first."""
    if not addresses:
        return ()
    entry = ConsentEntry
    columns = (entry.id, entry.address, entry.state, entry.held, entry.source, entry.reason)
    told = (entry.proof, entry.at, entry.by_name, entry.group_id, entry.group_name)
    query = (
        sa.select(*columns, *told, entry.purpose_id, Purpose.name.label("purpose"))
        .outerjoin(Purpose, Purpose.id == entry.purpose_id)
        .where(one_of(entry.address, addresses))
        .order_by(entry.id.desc())
        .limit(MOST_ENTRIES)
    )
    return session.execute(query).all()
