"""Every change of a group: what it is called, whom it names, what it follows, who is kept out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, cast

import sqlalchemy as sa

from salesman_core.toolkit import (
    Changes,
    InvalidError,
    MissingError,
    WritingSession,
    announce,
    audit,
    current_person,
    demand,
    demand_permission,
    differences,
    for_change,
    from_bin,
    insert_into,
    named,
    now,
    one_of,
    reaches,
    touch,
    visible,
    writing,
)
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import queries
from salesman_mailing.groups.filters import kept_args
from salesman_mailing.groups.kinds import kind_named
from salesman_mailing.groups.models import (
    BY_HAND,
    FROM_GROUP,
    ITSELF,
    KIND,
    WAYS,
    WHOM,
    Group,
    GroupFilter,
    Member,
)
from salesman_mailing.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_mailing.texts import texts

_ = texts.lazy

LONGEST_NAME: Final = 200
LONGEST_DESCRIPTION: Final = 1000
LONGEST_REASON: Final = 300
MOST_FILTERS: Final = 20
MOST_AT_ONCE: Final = 1000
_NAMES: Final = ("group_id", "way", "at", "by_id", "by_name", "excluded_by_name", "reason")

Values = Mapping[str, Any]


def create_group(values: Values) -> int:
    """Make a group; give its id.

    :param values: ``name``, ``description``, ``purpose_id`` (the first where it is left out).
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        moment = now()
        told = _judged(session, {"name": "", "purpose_id": None, **values})
        group = Group(
            **told,
            search_name=told["name"],
            owner_id=current_person().id,
            created_at=moment,
            updated_at=moment,
        )
        session.add(group)
        session.flush()
        changes: Changes = {name: (None, value) for name, value in told.items() if value}
        _keep(session, group, "created", changes)
        return group.id


def change_group(group_id: int, values: Values, version: int | None = None) -> bool:
    """Change what a group is called and what it is for; give whether anything changed."""
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT, version)
        changes = differences(group, _judged(session, values))
        if not changes:
            return False
        for name, (_before, after) in changes.items():
            setattr(group, name, after)
        group.search_name = group.name
        _keep(session, group, "changed", changes)
        return True


def delete_group(group_id: int, version: int | None = None) -> None:
    """Put a group into the bin; whoever left it stays out of it."""
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, DELETE, version)
        group.deleted_at = now()
        _keep(session, group, "deleted", {})


def restore_group(group_id: int) -> None:
    """Take a group out of the bin."""
    with writing() as session:
        group: Group = from_bin(session, KIND, group_id, DELETE)
        group.deleted_at = None
        _keep(session, group, "restored", {})


def add_records(group_id: int, kind: str, ids: Collection[int], way: str = BY_HAND) -> int:
    """Let a group name some records, in one statement; give how many are new in it.

    Those that whoever acts does not see are left out, and so are those that are kept out of it.

    :param way: one of ``models.WAYS``: how they came in.
    """
    if way not in WAYS:
        raise ValueError(way)
    if len(ids) > MOST_AT_ONCE:
        message = _("At most %(most)s at once.", most=MOST_AT_ONCE)
        raise InvalidError(message, {"ids": message})
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        found = kind_named(kind)
        chosen = sa.select(*queries.key(found)).where(one_of(found.id, ids), visible(kind))
        return _insert(session, group, chosen, way)


def add_members_of(group_id: int, other_id: int) -> int:
    """Let a group name all who are in another one at the moment; give how many are new in it.

    It is one statement, which reads them where they stand.
    """
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        demand(KIND, other_id, VIEW, session=session)
        return _insert(session, group, queries.records(session, other_id), FROM_GROUP)


def _insert(session: WritingSession, group: Group, chosen: Any, way: str) -> int:
    found = chosen.subquery()
    own = [
        sa.case((found.c.kind == kind, found.c.record_id), else_=None).label(column)
        for kind, column in Member.BY_KIND.items()
    ]
    other = found.c.kind.not_in(list(Member.BY_KIND))
    own.append(sa.case((other, found.c.kind), else_=None).label("kind"))
    own.append(sa.case((other, found.c.record_id), else_=None).label("record_id"))
    by = current_person()
    same = [
        sa.literal(one, column.type)
        for one, column in zip(
            (group.id, way, now(), by.id, by.name, "", ""),
            (Member.__table__.c[name] for name in _NAMES),
            strict=True,
        )
    ]
    rows = sa.select(*own, *same).where(found.c.record_id.is_not(None))
    columns = [*Member.BY_KIND.values(), "kind", "record_id", *_NAMES]
    insert = insert_into(session, Member).from_select(columns, rows)
    counting = insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    added = cast("sa.CursorResult[Any]", session.execute(counting)).rowcount
    if added:
        _keep(session, group, "changed", {"members": (None, added)})
    return added


def take_out(group_id: int, kind: str, record_id: int) -> bool:
    """Let a group name a record no more; give whether it did. Its filters may still find it."""
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        member = _member(session, group_id, kind, record_id)
        if member is None or member.way is None:
            return False
        if member.excluded_at is None:
            session.delete(member)
        else:
            member.way = None
        _keep(session, group, "changed", {"members": (1, None)})
        return True


def keep_out(group_id: int, kind: str, record_id: int, reason: str = "") -> bool:
    """Keep a record out of a group, whatever its filters say; give whether that is new."""
    judged = reason.strip()
    if len(judged) > LONGEST_REASON:
        message = _("At most %(most)s characters fit here.", most=LONGEST_REASON)
        raise InvalidError(message, {"reason": message})
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        _demand_seen(kind, record_id)
        member = _member(session, group_id, kind, record_id)
        if member is not None and member.excluded_at is not None:
            return False
        by, moment = current_person(), now()
        if member is None:
            told = kind_named(kind).columns(record_id)
            member = Member(group_id=group_id, at=moment, by_id=by.id, by_name=by.name, **told)
            session.add(member)
        member.excluded_at, member.excluded_by_name, member.reason = moment, by.name, judged
        _keep(session, group, "changed", {"kept_out": (None, 1)})
        return True


def let_in(group_id: int, kind: str, record_id: int) -> bool:
    """Keep a record out of a group no more; give whether it was."""
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        member = _member(session, group_id, kind, record_id)
        if member is None or member.excluded_at is None:
            return False
        if member.way is None:
            session.delete(member)
        else:
            member.excluded_at, member.excluded_by_name, member.reason = None, "", ""
        _keep(session, group, "changed", {"kept_out": (1, None)})
        return True


def _demand_seen(kind: str, record_id: int) -> None:
    kind_named(kind)
    if not reaches(kind, record_id):
        raise MissingError(_("There is no such record, or you may not see it."))


def _member(session: WritingSession, group_id: int, kind: str, record_id: int) -> Member | None:
    found = kind_named(kind)
    own = sa.select(Member).where(Member.group_id == group_id, found.is_named())
    return session.scalars(own.where(found.named == record_id)).one_or_none()


def follow(group_id: int, kind: str, address: str, whom: str = ITSELF) -> int:
    """Let a group follow a filter; give that filter's id.

    :param address: the parameters of the list's address, as ``rung_id=3&tag=fair``.
    :param whom: one of ``models.WHOM``: who is meant by what the filter finds.
    :raises InvalidError: by field.
    """
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        _refuse_too_many(session, group_id)
        one = GroupFilter(group_id=group_id, at=now(), **_filter(kind, address, whom))
        session.add(one)
        session.flush()
        _keep(session, group, "changed", {"filters": (None, 1)})
        return one.id


def change_filter(
    group_id: int, filter_id: int, kind: str, address: str, whom: str = ITSELF
) -> None:
    """Let a group follow a filter otherwise.

    :raises MissingError: where it does not follow it (any more).
    """
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        one = _followed(session, group_id, filter_id)
        for name, value in _filter(kind, address, whom).items():
            setattr(one, name, value)
        _keep(session, group, "changed", {"filters": (1, 1)})


def stop_following(group_id: int, filter_id: int) -> Mapping[str, Any]:
    """Let a group follow a filter no more; give what it was, for whoever takes that back."""
    with writing() as session:
        group: Group = for_change(session, KIND, group_id, EDIT)
        one = _followed(session, group_id, filter_id)
        told = {"kind": one.kind, "whom": one.whom, "args": dict(one.args)}
        session.delete(one)
        _keep(session, group, "changed", {"filters": (1, None)})
        return told


def _followed(session: WritingSession, group_id: int, filter_id: int) -> GroupFilter:
    one = session.get(GroupFilter, filter_id)
    if one is None or one.group_id != group_id:
        raise MissingError(_("The group does not follow this filter (any more)."))
    return one


def _filter(kind: str, address: str, whom: str) -> dict[str, Any]:
    if whom not in WHOM or (whom != ITSELF and kind != "client"):
        message = _("Choose one of them.")
        raise InvalidError(message, {"whom": message})
    found = kind_named(kind)
    return {"kind": kind, "whom": whom, "args": kept_args(found, address)}


def _refuse_too_many(session: WritingSession, group_id: int) -> None:
    there = sa.select(sa.func.count()).where(GroupFilter.group_id == group_id)
    if (session.scalar(there) or 0) >= MOST_FILTERS:
        message = _("A group follows at most %(most)s filters.", most=MOST_FILTERS)
        raise InvalidError(message, {"address": message})


def _judged(session: WritingSession, values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "name" in values:
        found["name"] = named(values["name"])
        _refuse_long("name", found["name"], LONGEST_NAME)
    if "description" in values:
        found["description"] = str(values["description"] or "").strip()
        _refuse_long("description", found["description"], LONGEST_DESCRIPTION)
    if "purpose_id" in values:
        found["purpose_id"] = _purpose(session, values["purpose_id"])
    return found


def _refuse_long(field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        message = _("At most %(most)s characters fit here.", most=longest)
        raise InvalidError(message, {field: message})


def _purpose(session: WritingSession, purpose_id: int | None) -> int:
    offered = sa.select(Purpose.id).where(Purpose.active)
    if purpose_id is not None:
        offered = offered.where(Purpose.id == purpose_id)
    found = session.scalar(offered.order_by(Purpose.position, Purpose.id).limit(1))
    if found is None:
        message = _("Choose what they are written to for.")
        raise InvalidError(message, {"purpose_id": message})
    return found


def _keep(session: WritingSession, group: Group, action: str, changes: Changes) -> None:
    touch(group)
    session.flush()
    audit(session, KIND, group.id, group.name, action, changes)
    payload = {"fields": sorted(changes)} if action == "changed" else {}
    announce(session, f"{KIND}.{action}", KIND, group.id, payload)
