"""What a person sees before clients are merged, and of mergings afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand, reaches, visible
from salesman_core.clients import queries
from salesman_core.clients.custom import CLIENT
from salesman_core.clients.lists import KINDS
from salesman_core.clients.merging import FIELDS, MOST
from salesman_core.clients.models import Client
from salesman_core.clients.similar import Similar, similar_to
from salesman_core.db import AnyRow, reading
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.custom.showing import shown_on
from salesman_core.records.list_fields import contains
from salesman_core.records.merging.models import Merging, MergingStep
from salesman_core.records.merging.undoing import UNDOABLE_FOR, mergings_kept_since
from salesman_core.records.merging.words import (
    WHY_NOT_BACK,
    Moving,
    moving_along,
    title_of_field,
    title_of_table,
    type_of_table,
)
from salesman_core.records.seen import seen_records
from salesman_hookspecs import RecordType, Text

_ = texts.lazy

TITLES: Final[Mapping[str, Text]] = {
    "name": _("Name"),
    "kind": _("Kind"),
    "owner_id": _("Owner"),
    "rung_id": _("Relationship"),
    "site": _("Site"),
    "source": _("Source"),
}
MOST_OFFERED: Final = 20


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field in which clients differ.

    :param values: whose value it is, and how people read it, each value once.
    :param chosen: the client whose value is kept if nobody says otherwise.
    """

    name: str
    title: Text
    values: Sequence[tuple[int, str]]
    chosen: int


@dataclass(frozen=True, slots=True)
class MergeChoice:
    """What is to be decided before clients are merged.

    :param clients: all of them, the one that is kept first.
    :param moving: what moves along to it.
    """

    clients: Sequence[AnyRow]
    fields: Sequence[FieldChoice]
    moving: Sequence[Moving]

    @property
    def kept(self) -> AnyRow:
        """The client that is kept."""
        return self.clients[0]


def merge_choice(ids: Sequence[int], kept_id: int | None) -> MergeChoice:
    """Give what is to be decided, for somebody who may change and delete each of the clients.

    :param kept_id: the client that is to stay; the oldest one where not said.
    :raises InvalidError: for too few clients, or too many.
    """
    asked = sorted(set(ids))
    if not 1 < len(asked) <= MOST + 1:
        raise InvalidError(_("Choose two to %(most)s different clients.", most=MOST + 1))
    for id_ in asked:
        demand("client", id_, "core.client.edit")
        demand("client", id_, "core.client.delete")
    rows = {
        row.id: row
        for row in reading().execute(queries.named_clients().where(Client.id.in_(asked)))
    }
    first = kept_id if kept_id in rows else asked[0]
    ordered = [rows[first], *(rows[id_] for id_ in asked if id_ != first)]
    fields = [*(_field(name, ordered) for name in FIELDS), *_custom_fields(ordered)]
    differing = [one for one in fields if one is not None]
    return MergeChoice(ordered, differing, moving_along("client", [row.id for row in ordered[1:]]))


def _field(name: str, clients: Sequence[AnyRow]) -> FieldChoice | None:
    return _choice(name, TITLES[name], [(row.id, _shown(name, row)) for row in clients])


def _custom_fields(clients: Sequence[AnyRow]) -> Iterator[FieldChoice | None]:
    shown = shown_on(CLIENT, clients)
    for fields in zip(*(shown[row.id] for row in clients), strict=True):
        field = fields[0].field
        held = [(row.id, one.text) for row, one in zip(clients, fields, strict=True)]
        offered = [one for one in held if one[1] or not field.required]
        yield _choice(field.name, field.label, offered)


def _choice(name: str, title: Text, shown: Sequence[tuple[int, str]]) -> FieldChoice | None:
    """Let a person choose between what is shown of some clients, each value once."""
    values: dict[str, int] = {}
    for id_, text in shown:
        values.setdefault(text, id_)
    if len(values) < 2:  # noqa: PLR2004  # nothing to choose from
        return None
    filled = [id_ for text, id_ in values.items() if text]
    return FieldChoice(name, title, [(id_, text) for text, id_ in values.items()], filled[0])


def _shown(name: str, row: AnyRow) -> str:
    if name == "owner_id":
        return row.owner_name or ""
    if name == "rung_id":
        return str(row.rung_name)
    if name == "kind":
        return str(KINDS[row.kind])
    return str(getattr(row, name))


def offered(client_id: int, typed: str) -> list[Similar] | Sequence[AnyRow]:
    """Give clients with which one may be merged: those of a name, else those that are similar."""
    session = reading()
    if typed.strip():
        named = queries.clients((Client.id, Client.name)).where(Client.id != client_id)
        found = named.where(contains(Client.search_name, typed)).order_by(Client.search_name)
        return session.execute(found.limit(MOST_OFFERED)).all()
    return similar_to(session, client_id, limit=MOST_OFFERED)


@dataclass(frozen=True, slots=True)
class Stayed:
    """Something that did not go back when a merging was undone.

    :param what: what it is, and its number.
    :param why: why it stayed, in words.
    """

    what: str
    why: Text


@dataclass(frozen=True, slots=True)
class MergingShown:
    """A merging, for its page.

    :param lost: the names of the clients that went into the kept one, which the person may know.
    :param moved: what moved, by kind.
    :param undoable_until: UTC.
    """

    row: AnyRow
    lost: Sequence[str]
    moved: Sequence[tuple[str, int]]
    stayed: Sequence[Stayed]

    @property
    def undoable_until(self) -> datetime:
        """Until when it can be undone, UTC."""
        at: datetime = self.row.at
        return at + UNDOABLE_FOR - timedelta(minutes=1)


_MERGING: Final = (
    Merging.id,
    Merging.kept_id,
    Merging.kept_name,
    Merging.lost,
    Merging.at,
    Merging.actor_name,
    Merging.undone_at,
    Merging.stayed,
)


def _mergings() -> sa.Select[*tuple[Any, ...]]:
    seen = sa.select(Client.id).where(visible("client"))
    return (
        sa.select(*_MERGING)
        .where(Merging.kind == "client", Merging.kept_id.in_(seen), mergings_kept_since())
        .order_by(Merging.id.desc())
    )


def mergings() -> Sequence[AnyRow]:
    """Give the mergings of thirty days that stand, the newest first."""
    standing = _mergings().where(Merging.undone_at.is_(None))
    return reading().execute(standing.limit(100)).all()


def merging_shown(merging_id: int) -> MergingShown:
    """Give a merging for its page.

    :raises MissingError: where there is none of a client that the person sees.
    """
    session = reading()
    row = session.execute(_mergings().where(Merging.id == merging_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such merging, or you may not see it."))
    names = [
        one["name"] for one in row.lost if row.undone_at is None or reaches("client", one["id"])
    ]
    return MergingShown(
        row, names, _moved(session, merging_id), list(_stayed(session, row.stayed or ()))
    )


def _moved(session: Session, merging_id: int) -> list[tuple[str, int]]:
    """Count what moved, by kind; of records only those that the person sees."""
    counted = session.execute(
        sa.select(MergingStep.table_name, sa.func.count())
        .where(MergingStep.merging_id == merging_id, MergingStep.table_name != Client.__tablename__)
        .group_by(MergingStep.table_name)
    )
    titles: Counter[str] = Counter()
    for name, count in counted.all():
        type_ = type_of_table(name)
        seen = count if type_ is None else _seen_of(session, type_, merging_id)
        titles[title_of_table(name, several=True)] += seen
    return sorted((title, number) for title, number in titles.items() if number)


def _seen_of(session: Session, type_: RecordType, merging_id: int) -> int:
    id_ = MergingStep.key["id"].as_integer()
    moved = sa.select(id_).where(
        MergingStep.merging_id == merging_id,
        MergingStep.table_name == type_.model.__tablename__,
    )
    seen = sa.select(sa.func.count()).select_from(type_.model)
    return session.scalar(seen.where(type_.model.id.in_(moved), visible(type_.kind))) or 0


def _stayed(session: Session, stayed: Sequence[Mapping[str, Any]]) -> Iterator[Stayed]:
    """Say what did not go back, field by field; of records only those that the person sees."""
    types = {one["table"]: type_of_table(one["table"]) for one in stayed}
    told = [(type_.kind, one["key"]["id"]) for one in stayed if (type_ := types[one["table"]])]
    seen = seen_records(session, told)
    for one in stayed:
        type_ = types[one["table"]]
        if type_ is None:
            yield Stayed(_named(one), WHY_NOT_BACK[one["why"]])
        elif one["why"] == "gone" or (type_.kind, one["key"]["id"]) in seen:
            for what in _fields_named(type_.kind, one):
                yield Stayed(what, WHY_NOT_BACK[one["why"]])


def _fields_named(kind: str, one: Mapping[str, Any]) -> Sequence[str]:
    titles = [title_of_field(kind, field) for field in one.get("fields", ())]
    return [f"{_named(one)}, {title}" for title in titles if title] or [_named(one)]


def _named(one: Mapping[str, Any]) -> str:
    return f"{title_of_table(one['table'])} № {', '.join(map(str, one['key'].values()))}"
