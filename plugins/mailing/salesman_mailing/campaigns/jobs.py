"""What campaigns do by the clock: begin when their time has come, and go on each minute."""

from __future__ import annotations

from typing import Final

from salesman_core.toolkit import (
    MissingError,
    SalesmanError,
    acting_as,
    job_piece,
    person_of,
    reading,
)
from salesman_hookspecs import Job, Person, Schedule
from salesman_mailing.campaigns import queries
from salesman_mailing.campaigns.sending import LONGEST, SEND, go_on, note_problem, send_campaign
from salesman_mailing.campaigns.service import start_campaign
from salesman_mailing.texts import texts

_ = texts.lazy

WAKE: Final = "mailing.wake"


def wake() -> int:
    """Begin the campaigns whose time has come, and let those go on that wait for their turn.

    Who starts a campaign by the clock is whoever scheduled it: those are written to whom that
    person sees.
    """
    begun = 0
    for one in queries.due(reading()):
        begun += _begin(one.id, one.started_by_id)
    for campaign_id in queries.being_sent(reading()):
        with job_piece() as session:
            go_on(session, campaign_id)
    return begun


def _begin(campaign_id: int, user_id: int | None) -> bool:
    try:
        with job_piece(), acting_as(_starter(user_id)):
            start_campaign(campaign_id)
    except SalesmanError as error:
        with job_piece() as session:
            note_problem(session, campaign_id, str(error))
        return False
    return True


def _starter(user_id: int | None) -> Person:
    """Give in whose name a campaign begins.

    :raises MissingError: where they are gone.
    """
    person = None if user_id is None else person_of(user_id)
    if person is None:
        raise MissingError(_("Whoever scheduled the campaign is gone: schedule it anew."))
    return person


JOBS: Final = (
    Job(WAKE, wake, transactional=False, timeout=LONGEST, title=_("Looking which campaigns go on")),
    Job(
        SEND,
        send_campaign,
        attempts=20,
        transactional=False,
        timeout=LONGEST,
        title=_("Sending the letters of a campaign"),
    ),
)
SCHEDULES: Final = (Schedule(WAKE, "* * * * *", WAKE),)
