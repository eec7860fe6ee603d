"""Whether what comes from outside may be junk: one judgement for every way in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from salesman_core.toolkit import company, now, reading, speaking
from salesman_leads.junk.queries import Rules, came_earlier, junk_rules
from salesman_leads.junk.waiting import keep_alike_waiting
from salesman_leads.texts import texts

_ = texts.gettext

LONGEST: Final = 300
"""Characters of the reason that a lead keeps."""

_READ: Final = ("name", "company", "text", "region")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How something came in from outside.

    :param trap: what stood in the field that people do not see.
    :param seconds: between the moment when the form was shown and the one when it was sent; None
        where nobody knows, as for what a mailbox brings.
    """

    trap: str = ""
    seconds: float | None = None


def judge_suspicion(values: Mapping[str, Any], arrival: Arrival) -> str:
    """Say in the company's language why a lead may be junk; an empty string where it may not.

    Whoever takes something in asks in the transaction in which they do: what is like it and comes
    in the same moment waits until it has been written, and is judged after it.

    :param values: the lead's, as :func:`~salesman_leads.intake.create_lead` takes them. Whoever
        takes something in from outside gives that function what this one says.
    """
    keep_alike_waiting(reading(), values)
    rules = junk_rules(reading())
    with speaking(company().language):
        reasons = [
            *_of_arrival(arrival, rules),
            *_of_words(values, rules),
            *_repeats(values, rules),
        ]
    return " ".join(reasons)[:LONGEST]


def _of_arrival(arrival: Arrival, rules: Rules) -> Iterator[str]:
    if arrival.trap.strip():
        yield _("A field that people do not see was filled in.")
    if arrival.seconds is not None and arrival.seconds < rules.least_seconds:
        yield texts.ngettext(
            "It was sent %(num)s second after the form was shown.",
            "It was sent %(num)s seconds after the form was shown.",
            int(arrival.seconds),
        )


def _of_words(values: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    written = [str(values.get(name) or "") for name in _READ]
    ways = (*values.get("products", ()), *values.get("emails", ()))
    phrase = rules.found_in([*written, *ways])
    if phrase:
        yield _("It holds the stop phrase “%(phrase)s”.", phrase=phrase)


def _repeats(values: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    since = now() - timedelta(hours=rules.repeat_hours)
    earlier = came_earlier(reading(), values, since, rules.most_repeats)
    if earlier.both:
        yield _("The same people sent the same text shortly before.")
    elif earlier.ways >= rules.most_repeats:
        yield _("The same phone or email came several times shortly before.")
    if earlier.texts >= rules.most_repeats:
        yield _("The same text came several times shortly before.")
