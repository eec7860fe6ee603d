"""How a figure stands against its plan: pace, judgement and forecast. It knows no database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_NOUGHT: Final = Decimal(0)
_PERCENT: Final = 100

GOOD, BEHIND, LATE = "good", "behind", "late"


@dataclass(frozen=True, slots=True)
class Elapsed:
    """How much of a period has passed.

    :param days: working days up to today, today among them.
    :param of: working days in all.
    :param over: whether its last day is past, be that a working day or not: deals are closed on
        the last evening, and on the weekend behind it.
    """

    days: int
    of: int
    over: bool = False

    @property
    def begun(self) -> bool:
        """Whether a working day of it has come."""
        return self.days > 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact beside its plan.

    :param plan: None where there is none: then nothing is judged.
    :param pace: what there ought to be by now, None without a plan.
    :param percent: the share of the plan, as it is: more than 100 where it is more.
    :param state: ``good``, ``behind``, ``late``, or empty where nothing can be judged yet.
    :param run_rate: what comes of it by the end at the speed so far, None before it begins.
    :param likely: the fact with what deals in work may bring, None where that is not known.
    """

    fact: Decimal
    plan: Decimal | None = None
    pace: Decimal | None = None
    percent: Decimal | None = None
    state: str = ""
    run_rate: Decimal | None = None
    likely: Decimal | None = None


def standing(  # noqa: PLR0917  # what is, what was to be, and by when
    fact: Decimal,
    plan: Decimal | None,
    elapsed: Elapsed,
    limits: tuple[int, int],
    digits: int,
    weighted: Decimal | None = None,
) -> Standing:
    """Judge a fact.

    :param limits: from how many percent of the pace on it is good, and behind.
    :param digits: after the point, of what is computed.
    :param weighted: what deals in work may bring until the end.
    """
    run_rate = _rounded(fact * elapsed.of / elapsed.days, digits) if elapsed.begun else None
    likely = None if weighted is None or elapsed.over else fact + _rounded(weighted, digits)
    if plan is None:
        return Standing(fact, run_rate=run_rate, likely=likely)
    pace = _pace(plan, elapsed, digits)
    percent = (fact * _PERCENT / plan).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Standing(fact, plan, pace, percent, _state(fact, pace, limits), run_rate, likely)


def not_counted(plan: Decimal, elapsed: Elapsed, digits: int) -> Standing:
    """Give the plan of what nobody counts here: it is not judged, for nobody knows how far it is.

    :param digits: after the point, of what is computed.
    """
    return Standing(_NOUGHT, plan, _pace(plan, elapsed, digits))


def _pace(plan: Decimal, elapsed: Elapsed, digits: int) -> Decimal:
    return _rounded(plan * elapsed.days / elapsed.of, digits) if elapsed.of else plan


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _state(fact: Decimal, pace: Decimal, limits: tuple[int, int]) -> str:
    if pace <= _NOUGHT:
        return ""
    good, behind = limits
    share = fact * _PERCENT / pace
    if share >= good:
        return GOOD
    return BEHIND if share >= behind else LATE
