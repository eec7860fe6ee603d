"""What is read of letters that came back: the addresses struck off, and reports about no letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, contact_data, one_of, visible
from salesman_mailing.bounces.models import BadAddress, Returned
from salesman_mailing.groups.kinds import Kind, kinds

Row = TypeVar("Row")

AT_ONCE: Final = 50


class Owner(NamedTuple):
    """A record that has an address, of those that whoever reads sees."""

    kind: Kind
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class StruckOff:
    """An address to which nothing is sent any more.

    :param address: itself; empty for whoever may read none.
    :param shown: as whoever reads may read it, and so the words of the server, which repeat it.
    :param owners: whose it is, as far as whoever reads sees them.
    """

    address: str
    shown: str
    words: str
    at: Any
    owners: Sequence[Owner]


@dataclass(frozen=True, slots=True)
class Shown(Generic[Row]):
    """A page of some rows.

    :param more: whether there are further ones.
    """

    rows: Sequence[Row]
    more: bool


def struck_off(session: Session, page: int = 1) -> Shown[StruckOff]:
    """Give the addresses that were struck off, the last one first.

    :param page: from 1.
    """
    query = sa.select(BadAddress.address, BadAddress.words, BadAddress.at)
    found = _page(session, query.order_by(BadAddress.at.desc(), BadAddress.address), page)
    owners = _owners(session, [row.address for row in found.rows])
    readable = contact_data.sees_contact_data()
    return Shown(
        [
            StruckOff(
                row.address if readable else "",
                contact_data.shown(row.address),
                row.words if readable else "",
                row.at,
                owners.get(row.address, ()),
            )
            for row in found.rows
        ],
        found.more,
    )


def struck_off_after(session: Session, address: str, most: int) -> Sequence[AnyRow]:
    """Give the addresses that were struck off, in their order, behind one of them."""
    query = sa.select(BadAddress.address, BadAddress.words, BadAddress.at)
    later = query.where(BadAddress.address > address).order_by(BadAddress.address)
    return session.execute(later.limit(most)).all()


def reports_about_none(session: Session, page: int = 1) -> Shown[Mapping[str, Any]]:
    """Give the reports that name no letter of ours, the last one first: they count for nothing."""
    told = (Returned.kind, Returned.address, Returned.status, Returned.words, Returned.at)
    query = sa.select(*told).where(Returned.recipient_id.is_(None))
    found = _page(session, query.order_by(Returned.at.desc(), Returned.id.desc()), page)
    return Shown([_readable(row) for row in found.rows], found.more)


def _readable(row: AnyRow) -> Mapping[str, Any]:
    words = row.words if contact_data.sees_contact_data() else ""
    told = {"address": contact_data.shown(row.address), "words": words}
    return {**row._mapping, **told}  # noqa: SLF001  # its API


def _page(session: Session, query: sa.Select[*tuple[Any, ...]], page: int) -> Shown[AnyRow]:
    first = (max(page, 1) - 1) * AT_ONCE
    rows = session.execute(query.offset(first).limit(AT_ONCE + 1)).all()
    return Shown(rows[:AT_ONCE], len(rows) > AT_ONCE)


def _owners(session: Session, addresses: Sequence[str]) -> Mapping[str, Sequence[Owner]]:
    """Give whose some addresses are, by one statement."""
    by_name = {one.name: one for one in kinds()}
    if not addresses or not by_name:
        return {}
    having = sa.union_all(*(_having(one, addresses) for one in by_name.values()))
    found: dict[str, list[Owner]] = {}
    for row in session.execute(having):
        found.setdefault(row.address, []).append(Owner(by_name[row.kind], row.id, row.name))
    return found


def _having(kind: Kind, addresses: Sequence[str]) -> sa.Select[Any]:
    address = sa.type_coerce(kind.emails.normalised, sa.Text()).label("address")
    told = (sa.literal(kind.name).label("kind"), kind.id.label("id"), kind.label.label("name"))
    return (
        sa.select(address, *told)
        .join(kind.emails, kind.of_email == kind.id)
        .where(one_of(kind.emails.normalised, addresses), visible(kind.name))
    )
