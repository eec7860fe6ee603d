"""What is done of letters by the clock, and what is told of them."""

from __future__ import annotations

from typing import Final

from salesman_hookspecs import EventType, Job, Schedule
from salesman_invoices.sending import reminding
from salesman_invoices.texts import texts

_ = texts.lazy

JOBS: Final = (
    Job(
        reminding.LOOK,
        reminding.remind,
        title=_("Looking which invoices are to be reminded of"),
    ),
    Job(
        reminding.ONE,
        reminding.remind_of_one,
        transactional=False,
        timeout=300.0,
        title=_("Reminder of an invoice"),
    ),
)
SCHEDULES: Final = (Schedule(reminding.LOOK, "10 10 * * *", reminding.LOOK),)

_SAID: Final = {
    "reminder": "days after the due day for which a reminder was planned; null for a person's"
}
EVENT_TYPES: Final = (
    EventType("invoices.invoice.sent", "A letter with an invoice was put on its way", _SAID),
    EventType("invoices.act.sent", "A letter with an act was put on its way", _SAID),
)
