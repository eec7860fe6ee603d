"""What was measured, in words, as the table of the documentation and as its picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.comparison import Comparison, Place
from bench.goals import EMPTY_SLOTS, IMPORTED, LEADS_TAKEN, READ, START, WRITE
from bench.importing import Imported
from bench.measuring import Cost
from bench.memory import Memory
from bench.picture import drawn
from bench.servers import ROOT
from bench.starts import Start

PAGE: Final = ROOT / "docs/administrator/speed.md"
PICTURE: Final = ROOT / "docs/pictures/speed.svg"
_MARKED: Final = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- until here -->)", re.DOTALL)
_LARGE: Final = re.compile(r"(?<=<!-- a million -->\n).*(?=<!-- up to here -->)", re.DOTALL)
_MANY: Final = 1_000_000

GOALS: Final = {
    "list, first page, seller": READ,
    "list, last page, seller": READ,
    "list, first page, head": READ,
    "list, last page, head": READ,
    "card": READ,
    "create": WRITE,
    "move": WRITE,
}
"""What has a goal against the bare function."""

_SMALL: Final = 0.5
"""A ratio below that is told to three places, as that of figures which are kept."""

_KINDS_AND_SIZES: Final = 4
_KINDS: Final = 2


@dataclass(slots=True)
class Report:
    """Everything that a run of the bench measures.

    :param beside: what a row of an import costs where there are deals already.
    :param slots: CPU seconds of fifty empty slots, and of the page of a deal.
    """

    requests: dict[Place, dict[str, Comparison]] = field(default_factory=dict)
    beside: dict[Place, Cost] = field(default_factory=dict)
    imports: dict[str, Imported] = field(default_factory=dict)
    leads: dict[str, Imported] = field(default_factory=dict)
    plugins: dict[int, Cost] = field(default_factory=dict)
    slots: tuple[float, float] | None = None
    start: Start | None = None
    memory: Memory | None = None

    def is_whole(self) -> bool:
        """Tell whether nothing is missing, so that it may take the place of an older one."""
        found = self.plugins and self.slots and self.start and self.memory
        places = len(self.requests) == _KINDS_AND_SIZES and len(self.imports) == _KINDS
        return bool(found) and places and len(self.leads) == _KINDS

    def is_large(self) -> bool:
        """Tell whether a million deals were measured, and nothing else."""
        return [place.deals for place in self.requests] == [_MANY]

    def as_text(self) -> str:
        """Give it as Markdown."""
        return "\n".join((*self._tables(), *self._imports(), *self._others(), ""))

    def write_down(self, page: Path = PAGE, picture: Path = PICTURE) -> None:
        """Put it into the documentation."""
        text = page.read_text(encoding="utf-8")
        page.write_text(_MARKED.sub(lambda _: self.as_text(), text), encoding="utf-8")
        picture.write_text(drawn(self.requests, GOALS), encoding="utf-8")

    def write_down_large(self, page: Path = PAGE) -> None:
        """Put what a million deals cost into the documentation."""
        text, tables = page.read_text(encoding="utf-8"), "\n".join((*self._tables(), ""))
        page.write_text(_LARGE.sub(lambda _: tables, text), encoding="utf-8")

    def _tables(self) -> Iterator[str]:
        for place, found in self.requests.items():
            yield f"\n### {place}\n"
            yield "| request | SalesMan, ms | of it database | bare, ms | ratio | goal |"
            yield "| --- | ---: | ---: | ---: | ---: | ---: |"
            for name, one in found.items():
                yield _row(name, one)
            if place in self.beside:
                yield _said_of_import(self.beside[place])

    def _imports(self) -> Iterator[str]:
        yield from _many("Import of 8,800 deals", "rows", self.imports, IMPORTED)
        yield from _many("10,000 leads by the batch API", "leads", self.leads, LEADS_TAKEN)

    def _others(self) -> Iterator[str]:
        yield "\n### Plugins, start, memory\n"
        yield "| what | measured | goal |"
        yield "| --- | ---: | ---: |"
        for number, cost in self.plugins.items():
            yield f"| page of a deal, {number} plugins that fill every slot | {_ms(cost.whole)} | |"
        if self.slots is not None:
            share = self.slots[0] / self.slots[1]
            yield f"| 50 empty slots, of the page of a deal | {share:.2%} | {EMPTY_SLOTS:.0%} |"
        if self.start is not None:
            cpu, wall = self.start.cpu, self.start.wall
            yield f"| start up to the first answer, CPU | {cpu:.2f} s | {START} s |"
            yield f"| start up to the first answer, waited | {wall:.2f} s | |"
        if self.memory is not None:
            yield f"| memory after the first answer | {self.memory.started:.0f} MiB | |"
            yield f"| memory after 500 more | {self.memory.worked:.0f} MiB | |"


def _many(title: str, what: str, measured: Mapping[str, Imported], goal: float) -> Iterator[str]:
    """Tell how many of something come in within a second."""
    yield f"\n### {title}\n"
    yield f"| database | {what} a second | one, ms | of it database | bare, ms | ratio | goal |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for kind, one in measured.items():
        ours = f"{one.ours.whole * 1000:.2f} | {one.ours.database * 1000:.2f}"
        bare = f"{one.bare.whole * 1000:.3f} | {one.ratio:.0f}"
        yield f"| {kind} | {one.a_second:,.0f} | {ours} | {bare} | {goal:,.0f} a second |"


def _row(name: str, one: Comparison) -> str:
    goal = GOALS.get(name)
    bare = "" if one.bare is None else f"{one.bare.whole * 1000:.2f}"
    ratio = "" if one.bare is None else f"{one.ratio:.{1 if one.ratio >= _SMALL else 3}f}"
    said = "" if goal is None else f"{goal:g}"
    ours = f"{one.ours.whole * 1000:.2f} | {one.ours.database * 1000:.2f}"
    return f"| {name} | {ours} | {bare} | {ratio} | {said} |"


def _said_of_import(row: Cost) -> str:
    costs = f"{row.whole * 1000:.2f} ms a row, {row.database * 1000:.2f} of it database"
    return f"\nAn import of 8,800 deals into it: {1 / row.whole:,.0f} rows a second, {costs}."


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
