"""Consent: what somebody said is noted for good, and what follows from it holds everywhere.

The stricter word wins. A refusal is taken back by whoever gave it, in a form or on our page, or by
a colleague who notes that they did; a file or another mailing service can refuse for somebody, and
agree only for those of whom nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    InvalidError,
    WritingSession,
    banned_addresses,
    bans,
    current_person,
    insert_into,
    is_banned_for_any,
    now,
    one_of,
    reach,
)
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.consent.models import (
    BY_HAND,
    FORM,
    GIVEN,
    PAGE,
    REFUSED,
    Consent,
    ConsentEntry,
    Leaver,
    Purpose,
)
from salesman_mailing.texts import texts

_ = texts.lazy

THEIR_OWN: Final = frozenset({BY_HAND, FORM, PAGE})
"""The sources that take a refusal back."""

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class About:
    """What somebody agreed to or refused: a purpose, a group that they left, or all mailing."""

    purpose_id: int | None = None
    group_id: int | None = None
    group_name: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """How it is known.

    :param source: one of ``models.SOURCES``.
    :param reason: in words, of whoever noted it.
    :param details: what proves it: ``form`` and ``form_version``, ``ip``, ``url``, ``service``, …
    :param by_stranger: whether somebody said it whom nobody knows to be the owner of the address.
    """

    source: str
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    by_stranger: bool = False

    @property
    def takes_back(self) -> bool:
        """Whether it takes a refusal back."""
        return self.source in THEIR_OWN and not self.by_stranger


def normal(address: str) -> str:
    """Give an address in the form in which addresses are compared.

    :raises InvalidError: for what is no address.
    """
    found = reach.email(address).normalised
    if found is None:
        message = _("%(address)s is not an address for letters.", address=address[:254])
        raise InvalidError(message, {"address": message})
    return found


def may_write(
    address: sa.SQLColumnExpression[Any],
    purpose: Purpose | Any,
    group_id: int | None = None,
    *,
    few: bool = False,
) -> sa.ColumnElement[bool]:
    """Give the SQL of the addresses that may be written to.

    Nobody banned them, letters to them do not come back, their owners have not refused *purpose*
    nor left the group, and where the purpose needs consent, they gave it.

    :param address: a column of addresses as they are compared.
    :param purpose: with ``id`` and ``needs_consent``.
    :param few: whether some addresses are judged, not thousands: then each is looked up, and not
        all that were ever banned or refused are gathered first.
    """
    among = _each_looked_up if few else _among_all
    said = sa.select(Consent.address).where(Consent.purpose_id == purpose.id)
    unwanted = [
        is_banned_for_any(bans.MAILING, address)
        if few
        else address.in_(banned_addresses(bans.MAILING)),
        among(address, sa.select(BadAddress.address)),
        among(address, said.where(Consent.state == REFUSED)),
    ]
    if group_id is not None:
        left = sa.select(Leaver.address).where(Leaver.group_id == group_id)
        unwanted.append(among(address, left))
    told = [sa.not_(one) for one in unwanted]
    if purpose.needs_consent:
        told.append(among(address, said.where(Consent.state == GIVEN)))
    return sa.and_(*told)


def _among_all(
    address: sa.SQLColumnExpression[Any], query: sa.Select[Any]
) -> sa.ColumnElement[bool]:
    return address.in_(query)


def _each_looked_up(
    address: sa.SQLColumnExpression[Any], query: sa.Select[Any]
) -> sa.ColumnElement[bool]:
    (its,) = query.selected_columns
    return query.where(its == address).exists()


def is_allowed(
    session: Session, address: str, purpose: Purpose | Any, group_id: int | None = None
) -> bool:
    """Tell whether one address may be written to, as it stands at this moment."""
    literal = sa.literal(address, sa.String())
    return bool(session.scalar(sa.select(may_write(literal, purpose, group_id, few=True))))


def record(
    session: WritingSession, addresses: Collection[str], about: About, state: str, proof: Proof
) -> int:
    """Note what the owners of some addresses said; give for how many of them it changes something.

    Who may is for whoever calls to judge. It joins the transaction of the caller, with as many
    statements for one address as for five hundred.

    :param addresses: as they are compared, see :func:`normal`.
    :param state: ``given`` or ``refused``.
    """
    changed = 0
    every = sorted(set(addresses))
    for first in range(0, len(every), _AT_ONCE):
        some = every[first : first + _AT_ONCE]
        moved = _settled(session, some, about, state, proof)
        _write_down(session, {one: one in moved for one in some}, about, state, proof)
        changed += len(moved)
    return changed


def _settled(
    session: WritingSession, some: Sequence[str], about: About, state: str, proof: Proof
) -> set[str]:
    """Let what was said hold; give the addresses for which that is new."""
    if about.group_id is not None:
        return _leave(session, some, about.group_id, state, proof)
    if about.purpose_id is not None:
        return _of_purpose(session, some, about.purpose_id, state, proof)
    return _of_all(session, some, state, proof)


def _leave(
    session: WritingSession, some: Sequence[str], group_id: int, state: str, proof: Proof
) -> set[str]:
    there = one_of(Leaver.address, some)
    left = set(session.scalars(sa.select(Leaver.address).where(Leaver.group_id == group_id, there)))
    if state == REFUSED:
        new = [one for one in some if one not in left]
        rows = [{"group_id": group_id, "address": one, "at": now()} for one in new]
        _add(session, Leaver, rows)
        return set(new)
    if proof.takes_back and left:
        session.execute(
            sa.delete(Leaver).where(Leaver.group_id == group_id, one_of(Leaver.address, left))
        )
        return left
    return set()


def _of_purpose(
    session: WritingSession, some: Sequence[str], purpose_id: int, state: str, proof: Proof
) -> set[str]:
    query = sa.select(Consent.address, Consent.state)
    mine = query.where(Consent.purpose_id == purpose_id, one_of(Consent.address, some))
    held = {row.address: row.state for row in session.execute(mine)}
    changing = {one for one in some if _changes(held.get(one), state, proof)}
    if not changing:
        return changing
    told = {"state": state, "source": proof.source, "at": now()}
    rows = [{"address": one, "purpose_id": purpose_id, **told} for one in sorted(changing)]
    insert = insert_into(session, Consent)
    session.execute(
        insert.on_conflict_do_update(index_elements=["address", "purpose_id"], set_=told), rows
    )
    return changing


def _of_all(session: WritingSession, some: Sequence[str], state: str, proof: Proof) -> set[str]:
    """Ban addresses from all mailing, or lift these bans: that is for the whole CRM (ADR 39)."""
    held = bans.bans_of(session, addresses=some).addresses
    banned = {one for one, ways in held.items() if bans.MAILING in ways}
    if state == REFUSED:
        new = set(some) - banned
        bans.ban(session, bans.MAILING, proof.reason, addresses=new)
        return new
    if proof.takes_back:
        bans.lift(session, bans.MAILING, addresses=banned)
        return banned
    return set()


def _changes(held: str | None, state: str, proof: Proof) -> bool:
    if held == state:
        return False
    return state == REFUSED or held is None or proof.takes_back


def _write_down(
    session: WritingSession, held: Mapping[str, bool], about: About, state: str, proof: Proof
) -> None:
    by = current_person()
    told = {
        "purpose_id": about.purpose_id,
        "group_id": about.group_id,
        "group_name": about.group_name,
        "state": state,
        "source": proof.source,
        "reason": proof.reason[:300],
        "proof": dict(proof.details),
        "at": now(),
        "by_id": by.id,
        "by_name": by.name,
    }
    rows = [{"address": one, "held": new, **told} for one, new in held.items()]
    session.execute(sa.insert(ConsentEntry), rows)


def _add(session: WritingSession, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert_into(session, model).on_conflict_do_nothing(), list(rows))
