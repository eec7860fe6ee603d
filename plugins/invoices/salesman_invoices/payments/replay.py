"""What of the payments meant for an invoice pays it, what goes back, and what is an advance.

Pure arithmetic. Nothing here depends on the order in which payments were entered (ADR 150).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

NOUGHT: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A payment that stands on an invoice, or is meant for it.

    :param place: where it comes among the others, the same whoever entered it when.
    :param back: whether it went back.
    :param meant: whether it was entered for the invoice, with no sums said.
    :param free: what of it neither belongs to another invoice nor was used by hand.
    :param fixed: how much of it somebody said for the invoice, without sign; nought where it is
        meant.
    """

    id: int
    place: tuple[Any, ...]
    back: bool
    meant: bool
    free: Decimal
    fixed: Decimal


@dataclass(slots=True)
class Dealt:
    """What becomes of the payments that are meant for an invoice.

    :param on: how much of which payment belongs to the invoice, without sign.
    :param drawn: how much which return took of what of which payment was over.
    """

    on: dict[int, Decimal] = field(default_factory=dict)
    drawn: dict[int, dict[int, Decimal]] = field(default_factory=dict)


def deal_out(amount: Decimal, entries: Iterable[Entry]) -> Dealt:
    """Replay what came in and went back.

    What somebody said for the invoice came in beforehand: nothing displaces it. What came in then
    pays what is left by then, and the rest of it is over. What went back is first of what is over,
    the newest first, then of what was paid. Where that was not there yet, it is of what came in
    later: in the end what is paid is what came in less what went back, up to the amount.

    :param amount: of the invoice; nought where nothing may belong to it.
    """
    ordered = sorted(entries, key=lambda one: one.place)
    replay = _Replay(amount, sum((one.fixed for one in ordered if not one.back), NOUGHT))
    for one in ordered:
        replay.go_back(one) if one.back else replay.come_in(one)
    for one in ordered:
        if one.back and one.meant:
            replay.go_back(one)
    return replay.dealt


class _Replay:
    """What is paid and over by now."""

    def __init__(self, amount: Decimal, paid: Decimal) -> None:
        self._amount = amount
        self._paid = paid
        self._over: dict[int, Decimal] = {}
        self.dealt = Dealt()

    def come_in(self, one: Entry) -> None:
        if not one.meant:
            self._over[one.id] = one.free - one.fixed
            return
        put = min(one.free, max(self._amount - self._paid, NOUGHT))
        self._paid += put
        self._over[one.id] = one.free - put
        self.dealt.on[one.id] = put

    def go_back(self, one: Entry) -> None:
        if not one.meant:
            self._paid -= one.fixed
            return
        drawn = self.dealt.drawn.setdefault(one.id, {})
        off = self.dealt.on.get(one.id, NOUGHT)
        rest = one.free - off - sum(drawn.values(), NOUGHT)
        for id_, over in reversed(self._over.items()):
            if (taken := min(over, rest)) > 0:
                drawn[id_] = drawn.get(id_, NOUGHT) + taken
                self._over[id_] -= taken
                rest -= taken
        more = min(rest, max(self._paid, NOUGHT))
        self._paid -= more
        self.dealt.on[one.id] = off + more
