"""What follows from a call, by what its result is at bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from salesman_core.toolkit import InvalidError, contact_data, now, plugin_settings, worktime
from salesman_leads.models import PROCESSED, Lead, LeadPhone
from salesman_leads.queue import planning
from salesman_leads.queue.models import (
    CALL_BACK,
    INTEREST,
    NO_ANSWER,
    NO_INTEREST,
    WRONG_NUMBER,
    Attempt,
)
from salesman_leads.texts import texts

_ = texts.lazy

Effect = Callable[[Lead, Attempt, Mapping[str, Any]], None]

LONGEST_WAIT: Final = timedelta(days=7)
_MOST_DOUBLED: Final = 20


def later(times: int = 1) -> datetime:
    """Give when a lead comes again: each further time twice as late, and in working time."""
    first = timedelta(minutes=plugin_settings("leads")["call_again_minutes"])
    wait = min(first * 2 ** min(times - 1, _MOST_DOUBLED), LONGEST_WAIT)
    return worktime().next_moment(now() + wait)


def closing_bases(number: int) -> set[str]:
    """Give with which results a lead may be closed at once, by which call to it this is.

    One that does not answer is called a few times before.
    """
    often = number >= plugin_settings("leads")["calls_before_closing"]
    return {WRONG_NUMBER, NO_INTEREST} | ({NO_ANSWER} if often else set())


def _come_again(lead: Lead, _attempt: Attempt, _values: Mapping[str, Any]) -> None:
    lead.next_call_at = later(lead.attempts)


def _promise(lead: Lead, attempt: Attempt, values: Mapping[str, Any]) -> None:
    """Let the lead come again when it asked to be called.

    :raises InvalidError: where that is not said, or has passed.
    """
    at: datetime | None = values.get("call_back_at")
    if at is None or at <= now():
        message = _("Say when to call back.") if at is None else _("This time has passed.")
        raise InvalidError(message, {"call_back_at": message})
    attempt.call_back_at = lead.next_call_at = at
    attempt.activity_id = planning.plan_call(lead, at, attempt.comment)


def _mark_number(lead: Lead, attempt: Attempt, values: Mapping[str, Any]) -> None:
    """Mark the number that is somebody else's: the one that is said, else the first."""
    phone = _phone_meant(lead, values.get("phone") or "")
    phone.wrong, attempt.phone = True, phone.typed
    lead.next_call_at = None


def _phone_meant(lead: Lead, said: str) -> LeadPhone:
    """Give the number that was said, as whoever acts reads it.

    :raises InvalidError: where the lead has no such number that could be called.
    """
    left = [one for one in lead.phones if not one.wrong]
    for phone in left:
        row = {"typed": phone.typed, "normalised": phone.normalised}
        if not said or said in {phone.typed, contact_data.readable(row)["typed"]}:
            return phone
    message = _("The lead has no such number.")
    raise InvalidError(message, {"phone": message})


def _come_no_more(lead: Lead, _attempt: Attempt, _values: Mapping[str, Any]) -> None:
    lead.next_call_at = None


def _find_interest(lead: Lead, _attempt: Attempt, _values: Mapping[str, Any]) -> None:
    lead.status, lead.next_call_at = PROCESSED, None


EFFECTS: Final[Mapping[str, Effect]] = {
    NO_ANSWER: _come_again,
    CALL_BACK: _promise,
    WRONG_NUMBER: _mark_number,
    NO_INTEREST: _come_no_more,
    INTEREST: _find_interest,
}
