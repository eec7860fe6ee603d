"""The members of a group as people read them: who, why, and whether they may be written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    SalesmanError,
    SeenRecord,
    contact_data,
    describe,
    one_of,
    seen_records,
)
from salesman_hookspecs import Text
from salesman_mailing.consent.models import Purpose
from salesman_mailing.consent.standing import May, standing
from salesman_mailing.groups import queries
from salesman_mailing.groups.filters import found_by, query_of, spec_of
from salesman_mailing.groups.kinds import Kind, kind_named, kinds
from salesman_mailing.groups.models import (
    BY_HAND,
    FROM_GROUP,
    FROM_IMPORT,
    FROM_LIST,
    ITS_CONTACTS,
    ITS_PRIMARY,
    ITSELF,
    Member,
)
from salesman_mailing.texts import texts

_ = texts.lazy

AT_ONCE: Final = 50

WAY_TITLES: Final = {
    BY_HAND: _("added by hand"),
    FROM_LIST: _("added from a list"),
    FROM_IMPORT: _("added from a file"),
    FROM_GROUP: _("added from another group"),
}
WHOM_TITLES: Final = {
    ITSELF: _("themselves"),
    ITS_CONTACTS: _("all people there"),
    ITS_PRIMARY: _("the first person there"),
}

Key = tuple[str, int]
"""The kind and id of a record."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A filter that a group follows, in words.

    :param words: each of its conditions, as chips say them.
    :param title: of the records that it finds, as “Clients”.
    :param readable: whether it can be asked at present, by whoever reads.
    """

    id: int
    kind: str
    whom: str
    args: Mapping[str, str]
    title: Text
    words: Sequence[str]
    readable: bool

    @property
    def said(self) -> str:
        """The conditions in one line."""
        return ", ".join(self.words)


@dataclass(frozen=True, slots=True)
class Explained:
    """A member of a group.

    :param address: the one that is written to, as whoever reads may read it; None where there is
        none.
    :param named: how it came in by name, with ``way``, ``at`` and ``by_name``; None where only
        filters bring it.
    :param filters: which filters find it.
    :param may: whether it may be written to.
    """

    record: SeenRecord
    kind: str
    address: str | None
    named: AnyRow | None
    filters: Sequence[Followed]
    may: May


def followed(session: Session, group_id: int) -> list[Followed]:
    """Give the filters of a group in words."""
    return [_in_words(one) for one in queries.filters_of(session, group_id)]


def _in_words(one: AnyRow) -> Followed:
    try:
        kind = kind_named(one.kind)
        query = query_of(kind, one.args)
        words = [chip.told for chip in describe(query, spec_of(kind))]
    except SalesmanError:
        words = [texts.gettext("This filter cannot be asked at present.")]
        return Followed(one.id, one.kind, one.whom, one.args, one.kind, words, readable=False)
    told = words or [texts.gettext("all of them")]
    title = kind.type.plural
    return Followed(one.id, one.kind, one.whom, one.args, title, told, readable=True)


def members_page(
    session: Session, group: AnyRow, after: Key | None = None
) -> tuple[list[Explained], Key | None]:
    """Give some members of a group, and behind which one the next page begins.

    The number of statements goes by that of the kinds, not by that of the members.
    """
    found = queries.records(session, group.id).subquery()
    query = sa.select(found.c.kind, found.c.record_id).order_by(found.c.kind, found.c.record_id)
    if after is not None:
        query = query.where(sa.tuple_(found.c.kind, found.c.record_id) > sa.tuple_(*after))
    keys = [(row.kind, row.record_id) for row in session.execute(query.limit(AT_ONCE + 1))]
    shown = keys[:AT_ONCE]
    return explained(session, group, shown), shown[-1] if len(keys) > AT_ONCE else None


def explained(session: Session, group: AnyRow, keys: Sequence[Key]) -> list[Explained]:
    """Say of some records of a group why they are in it and whether they may be written to."""
    seen, addresses = seen_records(session, keys), _addresses(session, keys)
    named, found = _named(session, group.id, keys), _found(session, group.id, keys)
    purpose = session.get_one(Purpose, group.purpose_id)
    may = standing(session, {one for one in addresses.values() if one}, purpose, group.id)
    return [
        Explained(
            seen[key],
            key[0],
            contact_data.shown(addresses[key]) if key in addresses else None,
            named.get(key),
            found.get(key, ()),
            may.get(addresses.get(key, ""), May(_("has no address"))),
        )
        for key in keys
        if key in seen
    ]


def kept_out(session: Session, group_id: int) -> list[tuple[SeenRecord, Key, AnyRow]]:
    """Give who is kept out of a group, of those that whoever reads sees."""
    columns = (Member.client_id, Member.contact_id, Member.kind, Member.record_id)
    told = (Member.excluded_at, Member.excluded_by_name, Member.reason)
    query = sa.select(*columns, *told).where(
        Member.group_id == group_id, Member.excluded_at.is_not(None)
    )
    rows = session.execute(query.order_by(Member.excluded_at.desc()).limit(AT_ONCE)).all()
    keys = [_key_of(row) for row in rows]
    seen = seen_records(session, keys)
    return [(seen[key], key, row) for key, row in zip(keys, rows, strict=True) if key in seen]


def _key_of(row: AnyRow) -> Key:
    for kind, column in Member.BY_KIND.items():
        if (record_id := getattr(row, column)) is not None:
            return kind, record_id
    return row.kind, row.record_id


def _by_kind(keys: Sequence[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, record_id in keys:
        found.setdefault(kind, []).append(record_id)
    return found


def _addresses(session: Session, keys: Sequence[Key]) -> dict[Key, str]:
    """Give the first valid address of each record."""
    found: dict[Key, str] = {}
    for name, ids in _by_kind(keys).items():
        kind = kind_named(name)
        query = sa.select(kind.of_email.label("id"), kind.emails.normalised).where(
            one_of(kind.of_email, ids), kind.emails.normalised.is_not(None)
        )
        for row in session.execute(query.order_by(kind.emails.position, kind.emails.id)):
            found.setdefault((name, row.id), row.normalised)
    return found


def _named(session: Session, group_id: int, keys: Sequence[Key]) -> dict[Key, AnyRow]:
    found: dict[Key, AnyRow] = {}
    for name, ids in _by_kind(keys).items():
        kind = kind_named(name)
        query = sa.select(kind.named.label("id"), Member.way, Member.at, Member.by_name).where(
            Member.group_id == group_id,
            kind.is_named(),
            one_of(kind.named, ids),
            Member.way.is_not(None),
        )
        found |= {(name, row.id): row for row in session.execute(query)}
    return found


def _found(session: Session, group_id: int, keys: Sequence[Key]) -> dict[Key, list[Followed]]:
    """Give which filters find which of some records, in one statement."""
    by_kind, asked = _by_kind(keys), []
    words = {one.id: one for one in followed(session, group_id)}
    for one in words.values():
        number = sa.literal(one.id).label("filter_id")

        def columns(kind: Kind, number: Any = number) -> tuple[Any, ...]:
            own = sa.type_coerce(kind.id, sa.BigInteger()).label("record_id")
            return (sa.literal(kind.name).label("kind"), own, number)

        part = found_by(one, columns)
        if part is not None and by_kind.get(part[0].name):
            kind, select = part
            asked.append(select.where(one_of(kind.id, by_kind[kind.name])))
    found: dict[Key, list[Followed]] = {}
    for row in session.execute(sa.union_all(*asked)) if asked else ():
        found.setdefault((row.kind, row.record_id), []).append(words[row.filter_id])
    return found


def kinds_to_follow() -> list[tuple[str, Text]]:
    """Give the kinds whose lists a group can follow, with what people call them."""
    return [(kind.name, kind.type.plural) for kind in kinds() if kind.listed is not None]


def key_of(written_key: str) -> Key | None:
    """Read which record a page begins behind, as ``client:17``; None for what is none."""
    kind, _colon, number = written_key.rpartition(":")
    short = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_ID
    return (kind, int(number)) if kind and short else None


def written(key: Key | None) -> str:
    """Write which record a page begins behind."""
    return "" if key is None else f"{key[0]}:{key[1]}"


_LONGEST_ID: Final = 18
