"""Every change of links: a group gets a list, what would change is asked for and carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    ConflictError,
    InvalidError,
    MissingError,
    StaleError,
    WritingSession,
    announce,
    audit,
    current_person,
    demand_permission,
    for_change,
    now,
    reading,
    touch,
    writing,
)
from salesman_hookspecs import Text
from salesman_mailing.groups.models import KIND as GROUP
from salesman_mailing.groups.models import Group
from salesman_mailing.permissions import EDIT, MANAGE_LINKS
from salesman_mailing.services import queries
from salesman_mailing.services.contract import (
    LONGEST_FIELD,
    MailingService,
    ServiceError,
    ServiceList,
)
from salesman_mailing.services.further import MOST, Offered, offered
from salesman_mailing.services.known import Service, service_named
from salesman_mailing.services.models import (
    ALL,
    COMPARING,
    IDLE,
    LONGEST_LIST_ID,
    LONGEST_TITLE,
    LOOK,
    PLANNED,
    Change,
    Link,
)
from salesman_mailing.services.working import begin_carrying, begin_comparing
from salesman_mailing.texts import texts

_ = texts.lazy

OLDEST_PLAN: Final = timedelta(days=1)
NEW: Final = "+"
"""Stands for a field of the service that is to be made."""


def connected(service: Service) -> MailingService:
    """Give what speaks with a service.

    :raises ConflictError: where nobody has set it up.
    :raises ServiceError: where what was set up cannot be used.
    """
    connection = service.connect()
    if connection is None:
        name = str(service.title)
        raise ConflictError(_("%(name)s is not set up yet: an administrator does that.", name=name))
    return connection


def lists_of(service_id: str) -> list[ServiceList]:
    """Give the lists of a service, by their titles.

    :raises ConflictError: where they cannot be read.
    """
    demand_permission(MANAGE_LINKS)
    service = service_named(service_id)
    try:
        found = connected(service).lists()
    except ServiceError as error:
        raise ConflictError(error.words) from error
    return sorted(found, key=lambda one: (one.title.casefold(), one.id))


def link_group(group_id: int, service_id: str, list_id: str = "", title: str = "") -> int:
    """Let a list of a service have the members of a group; give the link's id.

    Nothing goes out yet.

    :param list_id: one of the lists that there are; empty: a new one.
    :param title: what a new list is called.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_LINKS)
    service = service_named(service_id)
    with writing() as session:  # before the service is asked: who may not, makes no list there
        group: Group = for_change(session, GROUP, group_id, EDIT)
        _demand_free(session, group_id, service_id, list_id)
    found = _chosen(service, list_id, title.strip() or group.name)
    by = current_person()
    with writing() as session:
        group = for_change(session, GROUP, group_id, EDIT)
        _demand_free(session, group_id, service_id, found.id)
        told = {"list_id": found.id, "list_title": found.title[:LONGEST_TITLE]}
        link = Link(group_id=group_id, service=service_id, by_id=by.id, by_name=by.name, **told)
        link.created_at = now()
        session.add(link)
        session.flush()
        _keep(session, group, None, f"{service.title}: {found.title}")
        return link.id


def _chosen(service: Service, list_id: str, title: str) -> ServiceList:
    try:
        connection = connected(service)
        if not list_id:
            return connection.make_list(title[:LONGEST_TITLE])
        found = next((one for one in connection.lists() if one.id == list_id), None)
    except ServiceError as error:
        raise ConflictError(error.words) from error
    if found is None or len(list_id) > LONGEST_LIST_ID:
        message = _("The service has no such list.")
        raise InvalidError(message, {"list_id": message})
    return found


def _demand_free(session: WritingSession, group_id: int, service_id: str, list_id: str) -> None:
    mine = sa.select(Link.id).where(Link.service == service_id)
    if session.scalar(mine.where(Link.group_id == group_id)) is not None:
        raise ConflictError(_("This group has a list of this service already."))
    if list_id and session.scalar(mine.where(Link.list_id == list_id)) is not None:
        message = _("Another group has this list already.")
        raise InvalidError(message, {"list_id": message})


def change_link(link_id: int, automatic: bool, version: int | None = None) -> None:  # noqa: FBT001  # the one thing that can be changed
    """Say whether what is to change goes out by the clock, in the name of whoever says so."""
    with writing() as session:
        link = _for_change(session, link_id, version)
        if (link.automatic, link.by_id) != (automatic, current_person().id):
            _take_over(session, link)
            link.automatic = automatic
            link.version += 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of ours that is to go to the list of a link.

    :param kind: of the records that have it.
    :param name: among their fields.
    :param field: what the service calls it; :data:`NEW` for one that is to be made.
    """

    kind: str
    name: str
    field: str

    @property
    def control(self) -> str:
        """Its name in forms, and where errors stand."""
        return f"{self.kind}:{self.name}"


def fields_of(link_id: int) -> list[str]:
    """Give the fields that the service of a link has beside the usual ones.

    :raises ConflictError: where they cannot be read.
    """
    demand_permission(MANAGE_LINKS)
    row = queries.one_link(reading(), link_id)
    try:
        return _fields(connected(service_named(row.service)))
    except ServiceError as error:
        raise ConflictError(error.words) from error


def _fields(connection: MailingService) -> list[str]:
    return sorted({one[:LONGEST_FIELD] for one in connection.fields()}, key=str.casefold)


def choose_fields(link_id: int, choices: Sequence[Choice], version: int | None = None) -> None:
    """Let some fields of ours go to the list of a link, in the name of whoever says so.

    What would change is to be looked at anew: nothing goes out by this alone.

    :param choices: all of them; what is not among them goes out no more.
    :raises InvalidError: by ``kind:name``.
    """
    with writing() as session:  # before the service is asked: who may not, makes no field there
        service = service_named(_for_change(session, link_id, version).service)
    known = {one.key: one for one in offered()}
    _judge(choices, known)
    try:
        further = _settled(connected(service), choices, known)
    except ServiceError as error:
        raise ConflictError(error.words) from error
    with writing() as session:
        link = _for_change(session, link_id, version)
        if link.further == further and link.by_id == current_person().id:
            return
        _take_over(session, link)
        session.execute(sa.delete(Change).where(Change.link_id == link.id))
        before = [one["field"] for one in link.further]
        link.state, link.further = IDLE, further
        link.version += 1
        group: Group = for_change(session, GROUP, link.group_id, EDIT)
        _keep(session, group, before, [one["field"] for one in further], "mailing_fields")


def _judge(choices: Sequence[Choice], known: Mapping[tuple[str, str], Offered]) -> None:
    wrong: dict[str, Text] = {
        one.control: _("There is no such field, or you may not see it.")
        for one in choices
        if (one.kind, one.name) not in known
    }
    times = Counter(one.control for one in choices)
    wrong |= {name: _("It can go to one field only.") for name, n in times.items() if n > 1}
    if len(choices) > MOST:
        wrong["fields"] = _("At most %(most)s fields go to a list.", most=MOST)
    if wrong:
        raise InvalidError(_("Some fields cannot go there."), wrong)


def _settled(
    connection: MailingService,
    choices: Sequence[Choice],
    known: Mapping[tuple[str, str], Offered],
) -> list[dict[str, str]]:
    """Give the choices as a link keeps them, once the fields are there that had to be made."""
    if not choices:
        return []
    there = {one.casefold(): one for one in _fields(connection)}
    wanted = [_wanted(one, known[one.kind, one.name], there) for one in choices]
    _judge_wanted(choices, wanted, there)
    settled = []
    for one, name in zip(choices, wanted, strict=True):
        if name.casefold() not in there:
            there[name.casefold()] = connection.make_field(name)
        settled.append({"kind": one.kind, "name": one.name, "field": there[name.casefold()]})
    return settled


def _wanted(one: Choice, ours: Offered, there: Mapping[str, str]) -> str:
    """Give what the field of the service is called; a new one is that of its name, if there is."""
    if one.field != NEW:
        return one.field
    suggested = ours.suggested[:LONGEST_FIELD]
    return there.get(suggested.casefold(), suggested)


def _judge_wanted(
    choices: Sequence[Choice], wanted: Sequence[str], there: Mapping[str, str]
) -> None:
    wrong: dict[str, Text] = {}
    taken: set[tuple[str, str]] = set()
    for one, name in zip(choices, wanted, strict=True):
        if one.field not in {NEW, *there.values()}:
            wrong[one.control] = _("The service has no such field.")
        elif (one.kind, name.casefold()) in taken:
            wrong[one.control] = _("Another field goes there already.")
        taken.add((one.kind, name.casefold()))
    if wrong:
        raise InvalidError(_("Some fields cannot go there."), wrong)


def _take_over(session: WritingSession, link: Link) -> None:
    """Let members be looked up in the name of whoever acts.

    What was found in that of somebody else is forgotten: they may see others than oneself.
    """
    by = current_person()
    if link.by_id != by.id:
        session.execute(sa.delete(Change).where(Change.link_id == link.id))
        link.state, link.by_id, link.by_name = IDLE, by.id, by.name


def unlink(link_id: int, version: int | None = None) -> None:
    """Let a group and a list go their own ways; the list stays as it is at the service."""
    with writing() as session:
        link = _for_change(session, link_id, version)
        group: Group = for_change(session, GROUP, link.group_id, EDIT)
        session.delete(link)
        _keep(session, group, link.list_title, None)


def compare(link_id: int, version: int | None = None) -> None:
    """Let it be looked up what would change, in the name of whoever asks.

    :raises ConflictError: where it goes out by the clock in that of somebody else, who may see more
        of the group or less: that name is taken over by :func:`change_link` and
        :func:`choose_fields` alone.
    """
    with writing() as session:
        link = _for_change(session, link_id, version)
        if link.automatic and link.by_id != current_person().id:
            words = _("It goes out by the clock in the name of %(name)s.", name=link.by_name)
            raise ConflictError(words)
        _take_over(session, link)
        begin_comparing(session, link, LOOK)
        link.version += 1


def carry_out(link_id: int, version: int | None = None) -> None:
    """Let be done what was shown.

    :param version: that in which it was shown: each comparison makes a new one.
    :raises ConflictError: where nothing was, or too long ago.
    """
    with writing() as session:
        link = _for_change(session, link_id, version)
        if link.state != PLANNED or link.compared_at is None:
            raise ConflictError(_("Look first what would change."))
        if link.compared_at < now() - OLDEST_PLAN:
            raise ConflictError(_("That was a day ago: look anew what would change."))
        begin_carrying(session, link, ALL)
        link.version += 1


def stop(link_id: int, version: int | None = None) -> None:
    """Let a job stop that works on a link; what it has done stays done."""
    with writing() as session:
        link = _for_change(session, link_id, version, busy=True)
        if not queries.is_busy(link):
            raise ConflictError(_("Nothing is being done at the moment."))
        link.state = IDLE if link.state == COMPARING else PLANNED
        link.ticket, link.problem, link.failures = "", "", 0
        link.version += 1


def _for_change(
    session: WritingSession, link_id: int, version: int | None, *, busy: bool = False
) -> Link:
    """Load and lock a link, and judge whether whoever acts may change it."""
    demand_permission(MANAGE_LINKS)
    queries.one_link(session, link_id)
    query = sa.select(Link).where(Link.id == link_id).with_for_update()
    link = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if link is None:
        raise MissingError(_("There is no such link, or you may not see its group."))
    for_change(session, GROUP, link.group_id, EDIT)
    if version is not None and link.version != version:
        raise StaleError(_("Somebody else has changed this since you read it."))
    if not busy and queries.is_busy(link):
        raise ConflictError(_("It is being worked on: wait, or stop it."))
    return link


def _keep(
    session: WritingSession, group: Group, before: Any, after: Any, field: str = "mailing_list"
) -> None:
    touch(group)
    session.flush()
    audit(session, GROUP, group.id, group.name, "changed", {field: (before, after)})
    announce(session, f"{GROUP}.changed", GROUP, group.id, {"fields": [field]})
