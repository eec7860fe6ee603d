"""The generator: a seed and a day give a plan, always the same one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from salesman_core.demo.calendar import WorkCalendar
from salesman_core.demo.clients import ClientPlanner
from salesman_core.demo.deals import DealPlanner
from salesman_core.demo.plan import Plan, PlannedClient, PlannedDeal, RungChoice
from salesman_core.demo.words import Words
from salesman_core.demo.words_en import ENGLISH
from salesman_core.demo.words_ru import RUSSIAN

WORDS: Final = {"ru": RUSSIAN, "en": ENGLISH}
SEED: Final = 2026

_POTENTIAL: Final = 1
_THOUGHT_OVER: Final = 20


def make_plan(language: str, today: date, seed: int = SEED) -> Plan:
    """Give the demo of a day.

    :param language: ``ru`` or ``en``.
    :param today: everything happened before this day.
    """
    words = WORDS[language]
    random = Random(f"{seed} {language}")  # noqa: S311  # chance for a tale, not for a secret
    calendar = WorkCalendar(random, today, ZoneInfo(words.company.zone), words.holidays)
    clients = ClientPlanner(random, words, calendar).plan()
    deals = DealPlanner(random, words, calendar, clients).plan()
    return Plan(
        language=language,
        seed=seed,
        today=today,
        founded_at=calendar.on(calendar.first_day) - timedelta(days=1),
        company=words.company,
        teams=words.teams,
        staff=words.staff,
        clients=clients,
        deals=deals,
        rung_choices=tuple(_rung_choices(words, calendar, clients, deals)),
    )


def _rung_choices(
    words: Words,
    calendar: WorkCalendar,
    clients: Sequence[PlannedClient],
    deals: Sequence[PlannedDeal],
) -> Iterator[RungChoice]:
    """Let sellers put some of their cold clients on the next rung, with a reason."""
    bought = {deal.client for deal in deals}
    cold = (one for one in reversed(clients) if one.key not in bought and not one.buys)
    reasons = iter(words.rung_reasons)
    for client in cold:
        at = calendar.after(client.ready_at, _THOUGHT_OVER)
        if at < calendar.end:
            reason = next(reasons, None)
            if reason is None:
                return
            yield RungChoice(at, client.key, _POTENTIAL, reason)
