"""What came of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from salesman_core.i18n import texts
from salesman_core.records.imports.reading import WHOLE_ROW, Problem, ReadRow
from salesman_core.records.imports.sheet import Row
from salesman_core.records.imports.spellings import Spelling
from salesman_hookspecs import ImportOutcome

_ = texts.gettext

ACTIONS = ("created", "updated", "unchanged", "refused")
MOST_KEPT = 10_000
"""Rows that are kept with what is wrong with them; beyond that they are counted only."""
MOST_TOLD: Final = 1_000
"""Reasons, and values of each, that are told apart; what comes beyond is counted with the others.

A column that fills the wrong field may hold as many values as the file has rows, and all of this
is copied with each batch.
"""


@dataclass(frozen=True, slots=True)
class Remark:
    """A row and what there is to say about it, by field (an empty name: the whole row)."""

    row: Row
    problems: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """A reason for which rows were refused.

    :param field: the field that it concerns; empty for the row as a whole.
    :param reason: what was wrong.
    :param rows: of how many rows.
    :param values: which values those were, the most frequent first; of at most
        :data:`MOST_TOLD` it is counted how often they stand there.
    """

    field: str
    reason: str
    rows: int
    values: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class ImportResult:
    """What came of an import so far; complete once the run is over.

    :param rehearsal: True for a dry run: nothing was kept.
    :param rows: rows of the file that hold something.
    :param blank_rows: rows that were passed over.
    :param filled: by field, the headings of the columns that fill it.
    :param kept: headings of columns that were not recognised: their texts stay with the records.
    :param spellings: names that stand in the file in several ways.
    :param refused_rows: refused rows with what was wrong, at most :data:`MOST_KEPT`.
    :param warnings: rows with what deserves a look, at most :data:`MOST_KEPT`.
    :param last_row: the number of the last row that was dealt with.
    """

    rehearsal: bool
    rows: int = 0
    blank_rows: int = 0
    filled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    spellings: Sequence[Spelling] = ()
    counts: Counter[str] = field(default_factory=Counter)
    refused_rows: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    warned: int = 0
    last_row: int = 0
    _reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    _values: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many rows have been dealt with."""
        return self.counts.total()

    @property
    def last_line(self) -> str:
        """The line that programs read: ``created N, updated N, unchanged N, refused N``."""
        return ", ".join(f"{action} {self.counts[action]}" for action in ACTIONS)

    def copy(self) -> ImportResult:
        """Give the same, to be added to on trial: a batch counts once it is written."""
        return replace(
            self,
            counts=Counter(self.counts),
            refused_rows=list(self.refused_rows),
            warnings=list(self.warnings),
            _reasons=Counter(self._reasons),
            _values={about: Counter(values) for about, values in self._values.items()},
        )

    def add(self, read: ReadRow, outcome: ImportOutcome) -> None:
        """Count a row.

        :param read: the row; its own errors and warnings were found while it was read.
        :param outcome: what was done with it.
        """
        self.last_row = read.row.number
        self.counts[outcome.action] += 1
        warnings = read.warnings | _problems(read, outcome.warnings)
        if warnings:
            self._warn(Remark(read.row, warnings))
        if outcome.action == "refused":
            self._refuse(Remark(read.row, read.errors | _problems(read, outcome.errors)))

    def _warn(self, remark: Remark) -> None:
        self.warned += 1
        if len(self.warnings) < MOST_KEPT:
            self.warnings.append(remark)

    def _refuse(self, remark: Remark) -> None:
        for name, problem in remark.problems.items():
            self._count((name, problem.reason), problem.value)
        if len(self.refused_rows) < MOST_KEPT:
            self.refused_rows.append(remark)

    def _count(self, reason: tuple[str, str], value: str) -> None:
        if reason not in self._reasons and len(self._reasons) >= MOST_TOLD:
            reason = WHOLE_ROW, _("another reason")
        self._reasons[reason] += 1
        values = self._values.setdefault(reason, Counter())
        if value in values or len(values) < MOST_TOLD:
            values[value] += 1

    def reasons(self) -> list[ReasonCount]:
        """Give why rows were refused, the most frequent reason first."""
        return sorted(self._counted(), key=lambda each: (-each.rows, each.field, each.reason))

    def _counted(self) -> Iterator[ReasonCount]:
        for (name, reason), rows in self._reasons.items():
            values = tuple(self._values[name, reason].most_common())
            yield ReasonCount(name, reason, rows, values)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a run came that was broken off, for the one that goes on in its place.

    :param row: the number of the last row that was dealt with.
    :param again: rows up to there that were refused: they are tried once more, because what stands
        in them has to go into the file of refused rows.
    :param counts: what became of the others.
    :param warnings: what they were warned of, as far as that is kept.
    :param warned: of how many rows.
    """

    row: int = 0
    again: frozenset[int] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Remark, ...] = ()
    warned: int = 0

    def leaves(self, row: Row) -> bool:
        """Tell whether a row is still to be dealt with."""
        return row.number > self.row or row.number in self.again

    def after(self, result: ImportResult) -> Reached:
        """Give how far a run has come that goes on from here, with what came of it so far."""
        refused = frozenset(remark.row.number for remark in result.refused_rows)
        waiting = frozenset(number for number in self.again if number > result.last_row)
        beyond = {"refused": result.counts["refused"] - len(refused)}
        return Reached(
            row=max(self.row, result.last_row),
            again=refused | waiting,
            counts={**result.counts, **beyond},
        )


def _problems(read: ReadRow, messages: Mapping[str, str]) -> dict[str, Problem]:
    return {
        name: Problem(read.texts.get(name, ""), str(message)) for name, message in messages.items()
    }
