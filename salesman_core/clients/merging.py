"""Merging clients that are one, and taking them apart again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand, demand_permission
from salesman_core.clients.addresses import addresses_of, joined_addresses
from salesman_core.clients.ladder import review_relationship
from salesman_core.clients.models import (
    Client,
    ClientAddress,
    ClientEmail,
    ClientExternalId,
    ClientParticipant,
    ClientPhone,
    Contact,
    RungMove,
)
from salesman_core.clients.moves import Why, let_log_follow, note_move
from salesman_core.clients.steps import change, mark_primary
from salesman_core.clock import now
from salesman_core.db import WritingSession, writing
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.changes import Changes, Planned, announce, audit
from salesman_core.records.custom.definitions import fields_in_use
from salesman_core.records.custom.further import further_fields
from salesman_core.records.extensions.merging import plan_joined_extensions
from salesman_core.records.external_ids import external_ids_of
from salesman_core.records.merging.act import Alike, MergingAct
from salesman_core.records.merging.undoing import one_merging, take_apart
from salesman_core.records.participants import participants_of
from salesman_core.records.saving import checked_owner, for_change, touch

_ = texts.lazy

MERGE: Final = "core.client.merge"
MOST: Final = 10
"""So many clients are merged into one at a time, at most."""

FIELDS: Final = ("name", "kind", "owner_id", "rung_id", "site", "source")
"""The fields of which a person chooses the one to keep; the rest is joined."""

ALIKE: Final = (
    Alike(ClientPhone, ("normalised",)),
    Alike(ClientEmail, ("normalised",)),
    Alike(ClientAddress, ("search_text",)),
    Alike(ClientExternalId, ("source",)),
)
"""What the kept client has already stays with the lost one; its keys lead to the kept one still."""


def fields_to_choose() -> list[str]:
    """Give the fields of which a person may choose whose value is kept, further ones included."""
    return [*FIELDS, *(field.name for field in further_fields("client"))]


def merge_clients(
    kept_id: int,
    lost_ids: Sequence[int],
    chosen: Mapping[str, int] | None = None,
    versions: Mapping[int, int | None] | None = None,
) -> int:
    """Merge clients into one; give the merging's id, by which it can be undone for thirty days.

    :param lost_ids: the clients that are one with *kept_id*; their addresses lead to it.
    :param chosen: by field, the client whose value is kept; the kept client's own where not said.
    :param versions: by client, what the person saw; None where they do not say.
    :raises StaleError: where somebody changed one of them since.
    :raises ForbiddenError: where the person may not change and delete each of them.
    :raises VetoedError: where a plugin refuses what the kept client is to be.
    """
    demand_permission(MERGE)
    with writing() as session:
        kept, lost = _loaded(session, kept_id, lost_ids, versions or {})
        act = MergingAct(session, "client", kept_id, lost_ids, logs=[RungMove])
        owners = {one.owner_id for one in (kept, *lost)}
        changes = _choose(session, kept, lost, chosen or {})
        _note_chosen_rung(session, kept, changes)
        _make_room(session, kept_id, lost_ids)
        act.move(ALIKE)
        _let_former_owners_take_part(session, kept, owners)
        for one in lost:
            one.deleted_at, one.merged_into_id = now(), kept_id
            touch(one)
        act.let_plugins_settle()
        review_relationship([kept_id])
        names = [{"id": one.id, "name": one.name} for one in lost]
        _tell(session, kept, names, changes)
        return act.finish(kept.name, names)


def _loaded(
    session: WritingSession,
    kept_id: int,
    lost_ids: Sequence[int],
    versions: Mapping[int, int | None],
) -> tuple[Client, list[Client]]:
    """Load the clients in the order of their ids, so that two mergings do not wait in a ring."""
    ids = sorted({kept_id, *lost_ids})
    if len(ids) != len(lost_ids) + 1 or not 0 < len(lost_ids) <= MOST:
        raise InvalidError(_("Choose two to %(most)s different clients.", most=MOST + 1))
    found: dict[int, Client] = {}
    for id_ in ids:
        found[id_] = for_change(session, "client", id_, "core.client.edit", versions.get(id_))
        demand("client", id_, "core.client.delete", session=session)
    return found[kept_id], [found[id_] for id_ in lost_ids]


def _choose(
    session: WritingSession, kept: Client, lost: Sequence[Client], chosen: Mapping[str, int]
) -> Changes:
    """Give the kept client the chosen values, once plugins agree to all that it is to be."""
    by_id = {one.id: one for one in (kept, *lost)}
    whose = {name: by_id[id_] for name, id_ in chosen.items() if id_ in by_id}
    wanted: dict[str, Any] = {name: getattr(whose[name], name) for name in FIELDS if name in whose}
    if wanted.get("owner_id", kept.owner_id) != kept.owner_id:
        wanted["owner_id"] = checked_owner(
            session, wanted["owner_id"], "core.client.assign", kept.owner_id
        )
    if "rung_id" in wanted:
        wanted["rung_pinned_at"] = whose["rung_id"].rung_pinned_at
    wanted["imported"] = _joined([one.imported for one in by_id.values()])
    wanted["custom"] = _custom([one.custom for one in by_id.values()], whose)
    extensions = plan_joined_extensions("client", kept, lost, whose)
    return change("client", kept, wanted, [*_plan_joined(session, kept, lost), *extensions])


def _custom(held: Sequence[Mapping[str, Any]], whose: Mapping[str, Client]) -> dict[str, Any]:
    """Give the values of custom fields as chosen, the others joined.

    :param whose: by the field's name, the client whose value it is to be. That it is empty there
        counts, unless the field needs a value.
    """
    custom = _joined(held)
    for field in fields_in_use("client"):
        if field.name in whose:
            chosen = whose[field.name].custom
            if field.key in chosen:
                custom[field.key] = chosen[field.key]
            elif not field.required:
                custom.pop(field.key, None)
    return custom


def _note_chosen_rung(session: Session, kept: Client, changes: Changes) -> None:
    """Let the log say how the kept client came to stand where one of the others stood."""
    if "rung_id" in changes:
        before, _chosen = changes["rung_id"]
        why = Why.told(_("it was merged with a client that stood there"))
        note_move(session, kept, before, why, automatic=False)


def _joined(several: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give all values by name, those of the first ones where several have one."""
    joined: dict[str, Any] = {}
    for one in several:
        joined = {**one, **joined}
    return joined


def _plan_joined(session: Session, kept: Client, lost: Sequence[Client]) -> Iterator[Planned]:
    """Tell what will be joined; it moves by itself once plugins have agreed."""
    every = [kept, *lost]
    ids = [one.id for one in every]
    keys = external_ids_of(session, ClientExternalId, ids)
    people = participants_of(session, ClientParticipant, ids)
    phones = [[(one.typed, one.normalised) for one in client.phones] for client in every]
    emails = [[(one.typed, one.normalised) for one in client.emails] for client in every]
    addresses = [addresses_of(client) for client in every]
    before_and_after = {
        "phones": ([typed for typed, _meant in phones[0]], _union(phones)),
        "emails": ([typed for typed, _meant in emails[0]], _union(emails)),
        "addresses": (addresses[0], joined_addresses(addresses)),
        "tags": (
            [one.tag for one in kept.tags],
            sorted({one.tag for client in every for one in client.tags}),
        ),
        "external_ids": (keys.get(kept.id, {}), _joined(keys.get(id_, {}) for id_ in ids)),
        "participants": (
            sorted(one["user_id"] for one in people.get(kept.id, ())),
            sorted({one["user_id"] for id_ in ids for one in people.get(id_, ())}),
        ),
    }
    for name, (before, after) in before_and_after.items():
        if before != after:
            yield Planned(name, before, after, _nothing)


def _nothing() -> None:
    """Do nothing: the rows move by themselves."""


def _union(several: Sequence[Sequence[tuple[str, str | None]]]) -> list[str]:
    seen: set[str] = set()
    joined = []
    for typed, meant in (one for ways in several for one in ways):
        if meant is None or meant not in seen:
            joined.append(typed)
            seen.add(meant or "")
    return joined


def _make_room(session: WritingSession, kept_id: int, lost_ids: Sequence[int]) -> None:
    """Let what the kept client has stand first, and its primary contact be the only one."""
    session.flush()
    for way in (ClientPhone, ClientEmail, ClientAddress):
        last = sa.select(sa.func.coalesce(sa.func.max(way.position), 0))
        for lost_id in lost_ids:
            after = session.scalar(last.where(way.client_id.in_([kept_id, *lost_ids]))) or 0
            of_lost = sa.update(way).where(way.client_id == lost_id)
            session.execute(of_lost.values(position=way.position + after + 1))
    has_primary = False
    for client_id in (kept_id, *lost_ids):
        primary = sa.and_(
            Contact.client_id == client_id, Contact.primary, Contact.deleted_at.is_(None)
        )
        if has_primary:
            former = session.execute(sa.select(Contact.id, Contact.name).where(primary)).all()
            mark_primary(session, former, primary=False)
        else:
            has_primary = bool(session.scalar(sa.select(sa.exists().where(primary))))


def _let_former_owners_take_part(
    session: WritingSession, kept: Client, owners: set[int | None]
) -> None:
    """Let nobody lose sight of a client that was theirs."""
    part = ClientParticipant
    taking_part = set(session.scalars(sa.select(part.user_id).where(part.record_id == kept.id)))
    for owner_id in sorted(one for one in owners if one is not None):
        if owner_id not in taking_part and owner_id != kept.owner_id:
            session.add(
                ClientParticipant(
                    record_id=kept.id, user_id=owner_id, since=now(), by_id=current_person().id
                )
            )


def _tell(
    session: WritingSession, kept: Client, lost: Sequence[Mapping[str, Any]], changes: Changes
) -> None:
    touch(kept)
    lost_ids = [one["id"] for one in lost]
    audit(session, "client", kept.id, kept.name, "merged", {"merged": ([], lost_ids), **changes})
    for one in lost:
        into = {"merged_into_id": (None, kept.id)}
        audit(session, "client", one["id"], one["name"], "merged_away", into)
    payload = {"lost_ids": lost_ids}
    announce(session, "core.client.merged", "client", kept.id, payload)


def undo_merging(merging_id: int) -> None:
    """Take merged clients apart again; see :func:`take_apart`."""
    demand_permission(MERGE)
    with writing() as session:
        take_apart("client", merging_id, "core.client.edit", "core.client.delete")
        merging = one_merging(session, "client", merging_id)
        ids = [merging.kept_id, *(one["id"] for one in merging.lost)]
        let_log_follow(session, ids, Why.told(_("a merging was undone")))
        review_relationship(ids)
