"""What distribution does by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesman_core.toolkit import (
    AnyRow,
    Letter,
    WritingSession,
    company,
    notify,
    now,
    send_letter,
    speaking,
    whose_business,
    worktime,
    writing,
)
from salesman_leads.distribution.again import deal_again
from salesman_leads.distribution.untaken import note_untaken
from salesman_leads.jobs import naming
from salesman_leads.permissions import MANAGE_RULES
from salesman_leads.texts import texts

_ALL = "/leads?status=open"
_NOBODYS = "/leads?nobodys=true&status=open"


def redeal() -> int:
    """Deal the leads whose time is over, and tell the heads of sales of those nobody had touched.

    It works in working time alone: what was due in the evening would else go to somebody who is
    not there either. What is told stands in the transaction in which it comes true, so nobody
    hears of it twice.

    :returns: of how many leads they were told.
    """
    moment = now()
    if worktime().next_moment(moment) > moment:
        return 0
    with writing() as session:
        untaken = note_untaken(session, moment)
        leads = [lead for lead, _decided in deal_again()]
        for head in whose_business(MANAGE_RULES) if leads or untaken else ():
            with speaking(head.locale or company().language):
                if leads:
                    _tell_of_untouched(session, head, leads)
                if untaken:
                    _tell_of_untaken(session, head, untaken)
    return len(leads) + len(untaken)


def _tell_of_untouched(session: WritingSession, head: AnyRow, leads: Sequence[Any]) -> None:
    told = texts.ngettext(
        "%(num)s lead was not touched in time",
        "%(num)s leads were not touched in time",
        len(leads),
    )
    intro = texts.gettext("Nobody touched this in time, so it was dealt again:")
    _tell(session, head, leads, told, intro, rest=_ALL)


def _tell_of_untaken(session: WritingSession, head: AnyRow, leads: Sequence[Any]) -> None:
    told = texts.ngettext(
        "%(num)s lead was taken by nobody in time",
        "%(num)s leads were taken by nobody in time",
        len(leads),
    )
    intro = texts.gettext("Nobody took this in time; it still waits for whoever takes it:")
    _tell(session, head, leads, told, intro, rest=_NOBODYS)


def _tell(
    session: WritingSession,
    head: AnyRow,
    leads: Sequence[Any],
    told: str,
    intro: str,
    *,
    rest: str,
) -> None:
    """Tell a head of sales by a notice and, where there is an address, by a letter.

    :param rest: the path of the page that shows all of the leads.
    """
    notify(session, head.id, told, f"/leads/{leads[0].id}" if len(leads) == 1 else rest)
    if head.email:
        letter = "\n\n".join(naming(intro, leads, rest))
        send_letter(Letter(to=head.email, subject=told, text=letter))
