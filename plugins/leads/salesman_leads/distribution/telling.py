"""Tells people what they got: once for all leads of a change, at its commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    WritingSession,
    at_commit,
    company,
    current_person,
    notify,
    one_of,
    person_of,
    speaking,
)
from salesman_hookspecs import Scope
from salesman_leads.distribution.dealing import Decided
from salesman_leads.distribution.models import STAYS
from salesman_leads.models import Lead
from salesman_leads.permissions import VIEW
from salesman_leads.texts import texts

_NEWS: Final = "leads_news"
"""Under this name the session keeps who is told of which leads."""

News = dict[int, set[int]]
"""By user: leads that became theirs, or that they may take."""


def tell_of(session: WritingSession, placed: Sequence[tuple[Lead, Decided]]) -> None:
    """Tell people at the commit which leads they got, and which they may take.

    Whoever acts knows what they do themselves, and whose lead stays theirs got nothing.
    """
    news: News = session.info.setdefault(_NEWS, defaultdict(set))
    for lead, decided in placed:
        if decided.method == STAYS:
            continue
        for user_id in {decided.owner_id, *decided.invited} - {None, current_person().id}:
            news[user_id].add(lead.id)  # type: ignore[index]  # None was taken out
    if news:
        at_commit(session, lambda _session: _tell(session))


def _tell(session: WritingSession) -> None:
    news: News = session.info.pop(_NEWS, {})
    if not news:
        return
    known = _leads(session, {lead_id for leads in news.values() for lead_id in leads})
    for user_id, lead_ids in sorted(news.items()):
        mine = [one for one in map(known.get, sorted(lead_ids)) if one is not None]
        given = [one for one in mine if one.owner_id == user_id]
        free = [one for one in mine if one.owner_id is None]
        _tell_one(session, user_id, given, free)


def _leads(session: Session, lead_ids: Iterable[int]) -> Mapping[int, AnyRow]:
    """Give what is still there of some leads: a savepoint may have taken some away."""
    there = sa.select(Lead.id, Lead.title, Lead.owner_id).where(one_of(Lead.id, list(lead_ids)))
    return {row.id: row for row in session.execute(there)}


def _tell_one(
    session: WritingSession, user_id: int, given: Sequence[AnyRow], free: Sequence[AnyRow]
) -> None:
    person = person_of(user_id)
    if person is None:
        return
    with speaking(person.locale or company().language):
        if given:
            notify(session, user_id, _given(given), _address(given, "/leads?owner_id=me"))
        if free:
            notify(session, user_id, _free(free), _address(free, "/leads?nobodys=true"))


def _given(leads: Sequence[AnyRow]) -> str:
    if len(leads) == 1:
        return texts.gettext("A lead for you: %(title)s", title=leads[0].title)
    return texts.ngettext("%(num)s lead for you", "%(num)s leads for you", len(leads))


def _free(leads: Sequence[AnyRow]) -> str:
    if len(leads) == 1:
        return texts.gettext("Whoever is first takes it: %(title)s", title=leads[0].title)
    return texts.ngettext(
        "%(num)s lead for whoever takes it first",
        "%(num)s leads for whoever takes them first",
        len(leads),
    )


def tell_of_missing(
    session: WritingSession, leads: Sequence[tuple[int | None, Lead, Decided]]
) -> None:
    """Tell those who had leads and did not touch them what becomes of these.

    :param leads: each with whose it was, and what is decided about it now.
    """
    missed: dict[tuple[int, bool], list[Lead]] = defaultdict(list)
    for had_id, lead, decided in leads:
        stays = decided.owner_id == had_id
        if had_id is None or (stays and decided.method != STAYS):
            continue  # nobody had it, or it was given to them once more, of which they are told
        missed[had_id, stays].append(lead)
    for (user_id, stays), theirs in sorted(missed.items()):
        _tell_who_missed(session, user_id, theirs, stays=stays)


def _tell_who_missed(
    session: WritingSession, user_id: int, leads: Sequence[Lead], *, stays: bool
) -> None:
    person = person_of(user_id)
    if person is None:
        return
    seen = stays or person.scope(VIEW) is Scope.ALL
    with speaking(person.locale or company().language):
        told = _waiting(leads) if stays else _gone_on(leads)
        everything = "/leads?owner_id=me"
        address = _address(leads, everything) if seen else f"{everything}&status=open"
        notify(session, user_id, told, address)


def _waiting(leads: Sequence[Lead]) -> str:
    if len(leads) == 1:
        return texts.gettext(
            "Not touched in time, and still yours: %(title)s", title=leads[0].title
        )
    return texts.ngettext(
        "%(num)s lead was not touched in time, and is still yours",
        "%(num)s leads were not touched in time, and are still yours",
        len(leads),
    )


def _gone_on(leads: Sequence[Lead]) -> str:
    if len(leads) == 1:
        return texts.gettext("Not touched in time, so it went on: %(title)s", title=leads[0].title)
    return texts.ngettext(
        "%(num)s lead of yours was not touched in time, so it went on",
        "%(num)s leads of yours were not touched in time, so they went on",
        len(leads),
    )


def _address(leads: Sequence[Any], all_of_them: str) -> str:
    return f"/leads/{leads[0].id}" if len(leads) == 1 else f"{all_of_them}&status=open"
