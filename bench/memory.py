"""How much memory a process holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bench.comparison import OURS
from bench.servers import serving
from bench.workload import API, BOARD, LIST, Workload

REQUESTS = 500


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process holds of the machine's memory, in MiB.

    :param started: after its first answer.
    :param worked: after :data:`REQUESTS` more, of all kinds.
    """

    started: float
    worked: float


def memory_of_a_process(url: str, asked: Workload) -> Memory:
    """Give what a process holds that serves all kinds of requests."""
    with serving(OURS, url) as started:
        server = replace(started, headers=asked.seller.token | asked.seller.cookie)
        server.ask("GET", LIST)
        before = server.memory()
        create, move, cards = asked.create(server), asked.move(server, 0), asked.cards()
        for number in range(REQUESTS // 5):
            card = next(cards)
            server.ask("GET", LIST)
            server.ask("GET", card)
            server.ask("GET", card.removeprefix(API) if number % 4 else BOARD)
            create()
            move()
        return Memory(before, server.memory())
