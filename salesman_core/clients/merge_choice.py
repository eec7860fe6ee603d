"""What a person sees before clients are merged, and of mergings afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand, reaches, visible
from salesman_core.clients import queries
from salesman_core.clients.lists import KINDS
from salesman_core.clients.merging import FIELDS, MOST
from salesman_core.clients.models import Client
from salesman_core.clients.similar import Similar, similar_clients
from salesman_core.db import AnyRow, reading
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.list_fields import contains
from salesman_core.records.merging.models import Merging, MergingStep
from salesman_core.records.merging.undoing import UNDOABLE_FOR, mergings_kept_since
from salesman_core.records.merging.words import (
    WHY_NOT_BACK,
    Moving,
    moving_along,
    title_of_table,
)
from salesman_hookspecs import Text

_ = texts.lazy

TITLES: Final[Mapping[str, Text]] = {
    "name": _("Name"),
    "kind": _("Kind"),
    "owner_id": _("Owner"),
    "rung_id": _("Relationship"),
    "site": _("Site"),
    "address": _("Address"),
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
    fields = [one for name in FIELDS if (one := _field(name, ordered)) is not None]
    return MergeChoice(ordered, fields, moving_along("client", [row.id for row in ordered[1:]]))


def _field(name: str, clients: Sequence[AnyRow]) -> FieldChoice | None:
    values: dict[str, int] = {}
    for row in clients:
        values.setdefault(_shown(name, row), row.id)
    if len(values) < 2:  # noqa: PLR2004  # nothing to choose from
        return None
    filled = [id_ for shown, id_ in values.items() if shown]
    return FieldChoice(
        name, TITLES[name], [(id_, shown) for shown, id_ in values.items()], filled[0]
    )


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
    row = queries.one_client(session, client_id)
    around = queries.around_clients(session, [client_id])
    known = {
        "name": row.name,
        "phones": [one["typed"] for one in around.phones.get(client_id, ())],
        "emails": [one["typed"] for one in around.emails.get(client_id, ())],
    }
    similar = similar_clients(session, known, besides=client_id, limit=MOST_OFFERED)
    return [one for one in similar if not one.in_bin]


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
    return MergingShown(row, names, _moved(session, merging_id), _stayed(row.stayed or ()))


def _moved(session: Session, merging_id: int) -> list[tuple[str, int]]:
    counted = session.execute(
        sa.select(MergingStep.table_name, sa.func.count())
        .where(MergingStep.merging_id == merging_id, MergingStep.table_name != Client.__tablename__)
        .group_by(MergingStep.table_name)
    )
    titles: Counter[str] = Counter()
    for name, count in counted:
        titles[title_of_table(name, several=True)] += count
    return sorted(titles.items())


def _stayed(stayed: Sequence[Mapping[str, Any]]) -> list[Stayed]:
    return [
        Stayed(
            f"{title_of_table(one['table'])} № {', '.join(map(str, one['key'].values()))}",
            WHY_NOT_BACK[one["why"]],
        )
        for one in stayed
    ]
