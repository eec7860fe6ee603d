"""What leads do by the clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from salesman_core.toolkit import (
    AnyRow,
    Letter,
    company,
    link_to,
    now,
    plugin_settings,
    send_letter,
    speaking,
    worktime,
    writing,
)
from salesman_leads import queries, service
from salesman_leads.texts import texts

MOST_NAMED: Final = 50
"""Leads in one letter; a link leads to the rest."""


def remind_of_untouched() -> int:
    """Write to the owners of leads that nobody has begun to work on; give how many leads.

    Each owner gets one letter, and each lead stands in one until something is done with it. The
    letters and the note that they were written stand in the job's own transaction, so a worker
    that dies sends none twice.
    """
    limit = worktime().earlier(now(), 60 * plugin_settings("leads")["untouched_hours"])
    with writing() as session:
        leads = service.note_reminders(limit)
        by_owner = defaultdict(list)
        for lead in leads:
            by_owner[lead.owner_id].append(lead)
        for owner in queries.owners_of(session, leads):
            send_letter(_reminder(owner, by_owner[owner.id]))
    return len(leads)


def _reminder(owner: AnyRow, leads: Sequence[AnyRow]) -> Letter:
    with speaking(owner.locale or company().language):
        subject = texts.ngettext(
            "%(num)s lead is waiting for you", "%(num)s leads are waiting for you", len(leads)
        )
        intro = texts.gettext("Nobody has begun to work on this yet:")
        parts = naming(intro, leads, "/leads?status=open&owner_id=me")
        return Letter(to=owner.email, subject=subject, text="\n\n".join(parts))


def naming(intro: str, leads: Sequence[Any], rest: str) -> Iterator[str]:
    """Give the paragraphs of a letter that names leads, with a link to each.

    :param leads: each with its id and title.
    :param rest: the path of the page that shows those for which there is no room.
    """
    yield intro
    for lead in leads[:MOST_NAMED]:
        yield f"{lead.title}\n{link_to(f'/leads/{lead.id}')}"
    more = len(leads) - MOST_NAMED
    if more > 0:
        told = texts.ngettext("And %(num)s more:", "And %(num)s more:", more)
        yield f"{told}\n{link_to(rest)}"
