"""What distribution does by the clock."""

from __future__ import annotations

from collections.abc import Sequence

from salesman_core.toolkit import (
    AnyRow,
    Letter,
    WritingSession,
    company,
    notify,
    send_letter,
    speaking,
    whose_business,
    writing,
)
from salesman_leads.distribution.again import deal_again
from salesman_leads.jobs import naming
from salesman_leads.models import Lead
from salesman_leads.permissions import MANAGE_RULES
from salesman_leads.texts import texts

_ALL = "/leads?status=open"


def redeal() -> int:
    """Deal the leads whose time is over, and tell the heads of sales of those nobody had touched.

    What is told stands in the transaction in which it comes true, so nobody hears of it twice.
    """
    with writing() as session:
        leads = [lead for lead, _decided in deal_again()]
        if leads:
            for head in whose_business(MANAGE_RULES):
                _tell(session, head, leads)
    return len(leads)


def _tell(session: WritingSession, head: AnyRow, leads: Sequence[Lead]) -> None:
    with speaking(head.locale or company().language):
        told = texts.ngettext(
            "%(num)s lead was not touched in time",
            "%(num)s leads were not touched in time",
            len(leads),
        )
        intro = texts.gettext("Nobody touched this in time, so it was dealt again:")
        letter = "\n\n".join(naming(intro, leads, _ALL))
    notify(session, head.id, told, f"/leads/{leads[0].id}" if len(leads) == 1 else _ALL)
    if head.email:
        send_letter(Letter(to=head.email, subject=told, text=letter))
